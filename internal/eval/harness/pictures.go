package harness

import (
	"context"
	"path/filepath"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/eval/report"
	"exemplar/internal/imaging"
	"exemplar/internal/intake"
)

// reader reads the pictures of a set. The paths of its strangers begin with the name of
// their folder.
type reader struct{ root, strangers string }

func (r reader) file(x dataset.Sample) ([]byte, error) {
	folder := dataset.Folder{Root: r.root}
	data, err := readPicture(&folder, x)
	if err != nil && r.strangers != "" && x.Label == "" {
		folder.Root = filepath.Dir(filepath.Clean(r.strangers))
		return readPicture(&folder, x)
	}
	return data, err
}

// readPicture reads a picture of a data set.
func readPicture(folder *dataset.Folder, x dataset.Sample) ([]byte, error) {
	data, err := folder.Read(x)
	if err != nil {
		return nil, err
	}
	return firstPage(data)
}

// firstPage returns a picture file as it is, and of a PDF the first page, as a PNG.
func firstPage(data []byte) ([]byte, error) {
	if imaging.KindOf(data).Read || !intake.Holds(data) {
		return data, nil
	}
	switch page := intake.First(context.Background(), data, intake.Options{}); {
	case page.Err != nil:
		return nil, page.Err
	case page.File != nil:
		return page.File, nil
	default:
		return imaging.EncodePNG(page.Picture), nil
	}
}

// thumbHeight is the height in pixels of a report's pictures.
const thumbHeight = 120

// Thumbnails reads small pictures for a report from the data sets.
func Thumbnails(folders []*dataset.Folder, strangers string) report.Thumb {
	readers := map[string]reader{}
	for _, folder := range folders {
		readers[filepath.Base(filepath.Clean(folder.Root))] = reader{folder.Root, strangers}
	}
	return func(set *eval.Set, sample int) []byte {
		data, err := readers[set.Name].file(set.Samples[sample].Sample)
		if err != nil {
			return nil
		}
		picture, _, err := imaging.DecodeAtLeast(data, thumbHeight, imaging.DefaultLimits)
		if err != nil {
			return nil
		}
		return imaging.EncodeJPEG(imaging.FitWithin(picture, thumbHeight), 75)
	}
}
