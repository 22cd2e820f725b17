package intake

import (
	"context"
	"errors"

	"exemplar/internal/imaging"
	"exemplar/internal/intake/pdf"
)

var errNoPages = errors.New("the file has no pages that could be cut out")

// Cut returns some pages of a PDF or a TIFF, by their numbers from 1, as a file of the same
// kind; data is the [Page].Source of them. A page of a TIFF is copied as it is; a page of a PDF
// shows what was filled into its form, which cannot be changed any more.
func Cut(ctx context.Context, data []byte, numbers []int, options Options) ([]byte, error) {
	options = options.withDefaults()
	indexes := make([]int, len(numbers))
	for i, n := range numbers {
		if n < 1 {
			return nil, errNoPages
		}
		indexes[i] = n - 1
	}
	if pdf.Is(data) {
		doc, err := pdf.Open(ctx, data, pdf.Options{Passwords: options.Passwords, PageTime: options.PageTime})
		if err != nil {
			return nil, err
		}
		defer doc.Close()
		return doc.Cut(ctx, indexes)
	}
	if imaging.LacksPages(data) {
		return nil, errCutOff // the whole of what is left is worth more than its parts
	}
	if file := imaging.OpenPages(data); file != nil && indexes[len(indexes)-1] < file.Count() {
		return file.Cut(indexes)
	}
	return nil, errNoPages
}
