package intake

import (
	"context"

	"exemplar/internal/imaging"
)

func isTIFF(head []byte) bool { return imaging.KindOf(head).Name == "TIFF" }

// tiffPages yields the pages of a TIFF. With a single page it is an ordinary picture.
func tiffPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	file := imaging.OpenPages(data)
	if file == nil {
		yield(Page{Number: 1, Of: 1, File: data})
		return
	}
	for i := range file.Count() {
		p := Page{Number: i + 1, Of: file.Count()}
		p.Picture, p.Info, p.Err = file.DecodeAtLeast(i, in.Side*7/8, in.Limits)
		if !yield(p) {
			return
		}
	}
}
