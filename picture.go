package exemplar

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"reflect"

	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// Picture is a picture that is to be recognised or registered: a file (JPEG, PNG,
// GIF, BMP, TIFF, WebP, PNM or TGA), or pixels. It is read when it is needed. The zero
// Picture is an empty file.
type Picture struct {
	read   func() (data []byte, release func(), err error)
	pixels image.Image
	fault  error // why there is none
}

// FromBytes is a picture file in memory, which must not be changed while it is used.
func FromBytes(file []byte) Picture {
	return FromFunc(func() ([]byte, error) { return file, nil })
}

// FromFile is the picture file at a path. Files that are worked on at once share
// one budget of memory. What is said of the picture does not name the file.
func FromFile(path string) Picture {
	return Picture{read: func() ([]byte, func(), error) { return imaging.ReadFile(path, imaging.DefaultLimits) }}
}

// FromReader is a picture file that r yields. It can be used once, and no more of
// it is read than a picture may have.
func FromReader(r io.Reader) Picture {
	if isNil(r) {
		return nothing("the reader is nil: give an open file")
	}
	return Picture{read: func() ([]byte, func(), error) { return imaging.ReadAll(r, imaging.DefaultLimits) }}
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

// input reads the picture for the engine. Call release when it has been used.
func (p Picture) input() (in recognise.Input, release func()) {
	if p.pixels == nil {
		in.Data, release, in.Fault = p.file()
		return in, release
	}
	in.Image, in.Fault = p.decoded()
	return in, keep
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
