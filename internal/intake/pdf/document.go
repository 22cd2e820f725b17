package pdf

import (
	"context"
	"errors"
	"fmt"
	"time"

	"exemplar/internal/imaging"
)

// The kinds of errors, besides [imaging.ErrCorrupt].
var (
	// ErrPassword means that the document is encrypted, and no password fits.
	ErrPassword = errors.New("the PDF is encrypted")
	// ErrTime means that a page, or the document's bad pages together, took too long.
	ErrTime = errors.New("over the limit of time")
	// ErrMemory means that the document, or a page of it, takes more memory than PDFium may have.
	ErrMemory = errors.New("over the limit of memory")
)

// Options say how a document is read.
type Options struct {
	Passwords []string
	PageTime  time.Duration // of a processor, for opening the document and for each page
}

// Document is an opened PDF. It is used by one goroutine at a time.
type Document struct {
	data    []byte
	options Options
	child   *child // nil after it was lost
	pages   int
	lost    time.Duration // about, with pages that could not be drawn
}

// Open opens a document, which must not be changed before Close. The errors say what to do.
func Open(ctx context.Context, data []byte, options Options) (*Document, error) {
	if err := CheckHead(data); err != nil {
		return nil, err
	}
	d := &Document{data: data, options: options}
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Document) open(ctx context.Context) error {
	c, err := takeChild(ctx)
	if err != nil {
		return err
	}
	answer, _, err := c.ask(ctx, request{Open: true, Passwords: d.options.Passwords}, d.data, d.options.PageTime)
	if err == nil && answer.Fault == "" {
		d.child, d.pages = c, answer.Pages
		return nil
	}
	c.giveBack(err != nil || answer.Last)
	switch {
	case errors.Is(err, errTime):
		return fmt.Errorf("%w: the PDF is not open after %s: save or print it anew as a PDF", ErrTime, d.options.PageTime)
	case errors.Is(err, errEnded):
		return fmt.Errorf("%w: the PDF cannot be opened: save or print it anew as a PDF", imaging.ErrCorrupt)
	case err != nil:
		return err
	case answer.Kind == faultPassword && len(d.options.Passwords) > 0:
		return fmt.Errorf("%w, and none of the passwords fits: give the right one, or save it without", ErrPassword)
	case answer.Kind == faultPassword:
		return fmt.Errorf("%w: give its password (--password-file), or save it without", ErrPassword)
	}
	if answer.Kind == faultMemory {
		return fmt.Errorf("%w: the PDF takes more than %d MB: cut it into several, or print it anew as a PDF", ErrMemory, mostMemory>>20)
	}
	return errHollow
}

// Pages is the number of pages.
func (d *Document) Pages() int { return d.pages }

// Page draws a page, from 0, upright, on white. The longer side of the picture has side
// pixels. After an error the next page may be drawn, unless it wraps [ErrTime] and the pages
// that failed have taken twice the time of one: then it is the same for all that follow.
func (d *Document) Page(ctx context.Context, index, side int) (*imaging.Image, error) {
	if d.lost >= 2*d.options.PageTime {
		return nil, fmt.Errorf("%w: pages before it took too long to draw: save or print the PDF anew", ErrTime)
	}
	m, err := d.page(ctx, index, side)
	switch {
	case errors.Is(err, ErrTime):
		d.lost += d.options.PageTime
	case d.child == nil: // and a new one must be started
		d.lost += d.options.PageTime / 10
	}
	return m, err
}

func (d *Document) page(ctx context.Context, index, side int) (*imaging.Image, error) {
	if d.child == nil {
		if err := d.open(ctx); err != nil {
			return nil, err
		}
	}
	answer, pix, err := d.child.ask(ctx, request{Page: index, Side: side}, nil, d.options.PageTime)
	if err != nil || answer.Last {
		d.child.giveBack(true)
		d.child = nil
	}
	switch {
	case errors.Is(err, errTime):
		return nil, fmt.Errorf("%w: the page is not drawn after %s: save or print it anew as a PDF, or send a picture of it", ErrTime, d.options.PageTime)
	case err != nil && !errors.Is(err, errEnded):
		return nil, err
	case err == nil && answer.Kind == faultMemory:
		return nil, fmt.Errorf("%w: the page takes more than %d MB to draw: print the PDF anew with smaller pictures, or send a picture of the page", ErrMemory, mostMemory>>20)
	case err != nil || answer.Fault != "":
		return nil, fmt.Errorf("%w: the page cannot be drawn: send the PDF again, or a picture of the page", imaging.ErrCorrupt)
	case answer.W < 1 || answer.H < 1 || len(pix) != 3*answer.W*answer.H:
		return nil, fmt.Errorf("%w: the page has no picture", imaging.ErrCorrupt)
	}
	return &imaging.Image{W: answer.W, H: answer.H, Pix: pix}, nil
}

// Close gives back what the document used.
func (d *Document) Close() {
	if d.child != nil {
		d.child.giveBack(len(d.data) > mostGarbage) // it holds the file until the next one comes
		d.child = nil
	}
}
