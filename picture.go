package exemplar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"iter"
	"reflect"

	"exemplar/internal/imaging"
	"exemplar/internal/intake"
	"exemplar/internal/recognise"
)

// Picture is a picture that is to be recognised or registered: a file (JPEG, PNG,
// GIF, BMP, TIFF, WebP, HEIC, PNM, TGA or PDF), or pixels. It is read when it is needed. The
// zero Picture is an empty file. Of a PDF that is not opened by [Pages] the first page
// counts.
type Picture struct {
	read   func() (data []byte, release func(), err error)
	path   string    // of a file that read reads
	reader io.Reader // that read reads
	pixels image.Image
	page   *intake.Page // of a file that Pages has opened
	fault  error        // why there is none

	number    int // of the page that is wanted, from 1
	passwords []string
}

// FromBytes is a picture file in memory, which must not be changed while it is used.
func FromBytes(file []byte) Picture {
	return FromFunc(func() ([]byte, error) { return file, nil })
}

// FromFile is the picture file at a path. Files that are worked on at once share
// one budget of memory. What is said of the picture does not name the file.
func FromFile(path string) Picture {
	return Picture{path: path, read: func() ([]byte, func(), error) { return imaging.ReadFile(path, imaging.DefaultLimits) }}
}

// FromReader is a picture file that r yields. It can be used once, and no more of
// it is read than a picture may have.
func FromReader(r io.Reader) Picture {
	if isNil(r) {
		return nothing("the reader is nil: give an open file")
	}
	return Picture{reader: r, read: func() ([]byte, func(), error) { return imaging.ReadAll(r, imaging.DefaultLimits) }}
}

// FromFunc is a picture file that a function reads, whenever the picture is needed:
// so a batch of many does not have to be in memory.
func FromFunc(read func() ([]byte, error)) Picture {
	if read == nil {
		return nothing("the function is nil: give one that reads a file")
	}
	return Picture{read: func() ([]byte, func(), error) {
		data, err := read()
		return data, keep, err
	}}
}

// FromImage is an upright picture as pixels, which must not be changed while it is
// used. What is transparent counts as white.
func FromImage(m image.Image) Picture {
	if isNil(m) {
		return nothing("the image is nil: give a decoded one")
	}
	if m.Bounds().Empty() {
		return nothing("the image has no pixels: give one that has")
	}
	return Picture{pixels: m}
}

// nothing is a picture that there is not.
func nothing(why string) Picture { return Picture{fault: errors.New("there is no picture: " + why)} }

// isNil says whether an interface holds nothing, or a pointer to nothing.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	p := reflect.ValueOf(v)
	return p.Kind() == reflect.Pointer && p.IsNil()
}

// keep is the release of what takes nothing of the budget for files.
func keep() {}

// AtPage is a page of the picture's file, from 1, which is read when it is needed. Passwords
// are tried if the file is encrypted. Page 0 is the first page; of a TIFF, the first one that
// is not blank.
func (p Picture) AtPage(number int, passwords ...string) Picture {
	p.number, p.passwords = number, passwords
	return p
}

// JPEG draws the picture upright, its longer side no longer than side in pixels. The
// error says why it cannot be read.
func (p Picture) JPEG(side int) ([]byte, error) {
	input := p.open()
	defer input.release()
	drawn, err := input.Picture(side)
	if err != nil {
		return nil, err
	}
	return imaging.EncodeJPEG(imaging.FitWithin(drawn, side), drawnQuality), nil
}

// drawnQuality is that of JPEGs for people to look at (by eye).
const drawnQuality = 85

// opened is a picture that was read for the engine.
type opened struct {
	recognise.Input
	page    int    // of a file that has pages, from 1
	member  string // of a container
	release func() // call it when the picture has been used
}

// open reads the picture.
func (p Picture) open() opened {
	if p.pixels == nil {
		return p.openFile()
	}
	in := opened{release: keep}
	in.Image, in.Fault = p.decoded()
	return in
}

// openFile opens a file, of several pages the first, or the one that is wanted.
func (p Picture) openFile() (first opened) {
	for in := range p.candidates() {
		return in
	}
	return openedPage(intake.Page{Number: 1, Err: errors.New("there is no page in it: send another")})
}

// mostCandidates is how many files of a container are tried for a reference. By eye: more of
// which none can be used are another kind of archive.
const mostCandidates = 20

// candidates opens what may become the reference of a picture that is registered: the file, or
// of a container its first files, of each the page that is wanted. Of pixels it opens a file of
// them, which is told from others by its content. Each must be released.
func (p Picture) candidates() iter.Seq[opened] {
	return func(yield func(opened) bool) {
		if p.page != nil {
			yield(openedPage(*p.page))
			return
		}
		var in opened
		in.Data, in.release, in.Fault = p.file()
		if in.Fault != nil || p.number == 0 && (imaging.KindOf(in.Data).Read || !intake.Holds(in.Data)) {
			yield(in)
			return
		}
		defer in.release()
		tried := 0
		for page := range intake.Pages(context.Background(), in.Data, intake.Options{Only: max(1, p.number), Passwords: p.passwords}) {
			if tried++; !yield(openedPage(page)) || page.Member == "" || tried == mostCandidates {
				return
			}
		}
	}
}

// decoded are the pixels of a picture that has some.
func (p Picture) decoded() (*imaging.Image, error) {
	size := p.pixels.Bounds().Size()
	if size.X < 1 || size.Y < 1 || int64(size.X)*int64(size.Y) > imaging.DefaultLimits.Pixels {
		return nil, fmt.Errorf("%d x %d pixels: %w", size.X, size.Y, imaging.ErrTooLarge)
	}
	return imaging.FromImage(p.pixels), nil
}

// file reads the file; pixels are encoded as a PNG. Call release when its bytes are
// no longer referred to.
func (p Picture) file() (data []byte, release func(), err error) {
	switch {
	case p.fault != nil:
		return nil, keep, p.fault
	case p.pixels != nil:
		if _, err := p.decoded(); err != nil {
			return nil, keep, err
		}
		var file bytes.Buffer
		err := png.Encode(&file, p.pixels)
		return file.Bytes(), keep, err
	case p.read == nil:
		return nil, keep, nil
	}
	if data, release, err = p.read(); err != nil {
		return nil, keep, err
	}
	return data, release, nil
}
