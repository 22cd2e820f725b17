package intake

import (
	"context"
	"errors"
	"fmt"

	"exemplar/internal/imaging"
	"exemplar/internal/intake/pdf"
)

func isTIFF(head []byte) bool { return imaging.KindOf(head).Name == "TIFF" }

var errCutOff = fmt.Errorf("%w: the file was cut off, and pages are missing: copy or send it again", imaging.ErrCorrupt)

// tiffPages yields the pages of a TIFF. With a single page it is an ordinary picture. One that
// was cut off gets a page more, which is refused: who sorts it must not take it for whole.
func tiffPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	count, page := 1, func(int) Page { return Page{File: data} }
	if file := imaging.OpenPages(data); file != nil {
		count, page = file.Count(), func(i int) (p Page) {
			p.Picture, p.Info, p.Err = file.DecodeAtLeast(i, in.Side*7/8, in.Limits)
			return p
		}
	}
	if !imaging.LacksPages(data) {
		in.each(count, yield, page)
		return
	}
	in.each(count+1, yield, func(i int) Page {
		if i < count {
			return page(i)
		}
		return Page{Err: errCutOff}
	})
}

// pdfPages yields the pages of a PDF, drawn at the side that is asked for.
func pdfPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	if most := in.Limits.Bytes; most > 0 && int64(len(data)) > most {
		yield(Page{Number: 1, Err: fmt.Errorf("%w: the PDF has more than %d MB: cut it into several", ErrLimit, most>>20)})
		return
	}
	doc, err := pdf.Open(ctx, data, pdf.Options{Passwords: in.Passwords, PageTime: in.PageTime})
	if err != nil {
		yield(Page{Number: 1, Err: limited(err)})
		return
	}
	defer doc.Close()
	if doc.Pages() == 0 {
		yield(Page{Number: 1, Err: fmt.Errorf("%w: the PDF has no page: send it again", imaging.ErrCorrupt)})
		return
	}
	in.each(doc.Pages(), yield, func(i int) (p Page) {
		p.Paged = true
		p.Picture, p.Err = doc.Page(ctx, i, in.Side)
		if p.Err = limited(p.Err); p.Err == nil {
			p.Info = imaging.Info{Format: "pdf", W: p.Picture.W, H: p.Picture.H, Orientation: 1}
		}
		return p
	})
}

// limited says of an error of time or of memory that it is one of the limits.
func limited(err error) error {
	if errors.Is(err, pdf.ErrTime) || errors.Is(err, pdf.ErrMemory) {
		return limitError{err}
	}
	return err
}

// limitError is an [ErrLimit] that says so itself.
type limitError struct{ error }

func (e limitError) Is(target error) bool { return target == ErrLimit }
func (e limitError) Unwrap() error        { return e.error }
