package imaging

import (
	"bytes"
	"fmt"
	"strconv"

	"exemplar/internal/imaging/shrink"
)

// PNM is the family of netpbm's formats pbm, pgm, ppm and pam, which scanimage and many
// converters write: a header in text, then samples in text or in bytes.

// pnmFile is a file whose header has been read.
type pnmFile struct {
	kind     byte // '1' to '7'
	w, h     int
	samples  int // in a pixel: 1 grey, 2 with alpha, 3 colour, 4 with alpha
	most     int // value of white
	data     []byte
	position int // of the samples
}

func isPNM(head []byte) bool {
	if len(head) < 3 || head[0] != 'P' || head[1] < '1' || head[1] > '7' {
		return false
	}
	rest := bytes.TrimLeft(head[2:], " \t\r\n")
	spaced := len(rest) < len(head)-2
	if len(rest) == 0 || !spaced {
		return spaced || rest[0] == '#'
	}
	if head[1] == '7' { // an old kind of thumbnails begins with P7 and a number
		return rest[0] == '#' || rest[0] >= 'A' && rest[0] <= 'Z'
	}
	return rest[0] == '#' || rest[0] >= '0' && rest[0] <= '9'
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func openPNM(data []byte) (opened, error) {
	f := &pnmFile{kind: data[1], data: data, position: 2, samples: 1, most: 1}
	if err := f.header(); err != nil {
		return opened{}, err
	}
	if f.most < 1 || f.most > 65535 || f.samples < 1 || f.samples > 4 || f.w < 0 || f.h < 0 {
		return opened{}, fmt.Errorf("the header claims %d x %d pixels of %d samples up to %d", f.w, f.h, f.samples, f.most)
	}
	return opened{
		w: f.w, h: f.h, orientation: 1,
		cost:   func(scale int) int64 { return shrink.Cost(f.w, f.h, scale) + 16*int64(f.w) },
		pixels: f.pixels,
	}, nil
}

// header reads width, height and the value of white. The header of pam names them.
func (f *pnmFile) header() error {
	if f.kind == '7' {
		return f.namedHeader()
	}
	f.w, f.h = f.number(), f.number()
	if f.kind == '3' || f.kind == '6' {
		f.samples = 3
	}
	if f.kind != '1' && f.kind != '4' {
		f.most = f.number()
	}
	if f.kind >= '4' {
		f.position++ // one space before samples in bytes
	}
	return nil
}

func (f *pnmFile) namedHeader() error {
	for {
		switch name := f.word(); name {
		case "WIDTH":
			f.w = f.number()
		case "HEIGHT":
			f.h = f.number()
		case "DEPTH":
			f.samples = f.number()
		case "MAXVAL":
			f.most = f.number()
		case "TUPLTYPE":
			f.word()
		case "ENDHDR":
			f.position++
			return nil
		default:
			return fmt.Errorf("%q is no part of a header", name)
		}
	}
}

// word returns the next word; a comment goes from # to the end of its line.
func (f *pnmFile) word() string {
	for f.position < len(f.data) {
		switch c := f.data[f.position]; {
		case c == '#':
			for f.position < len(f.data) && f.data[f.position] != '\n' {
				f.position++
			}
		case isSpace(c):
			f.position++
		default:
			start := f.position
			for f.position < len(f.data) && !isSpace(f.data[f.position]) && f.position-start < 20 {
				f.position++
			}
			return string(f.data[start:f.position])
		}
	}
	return ""
}

// number returns the next word as a number, or -1.
func (f *pnmFile) number() int {
	n, err := strconv.Atoi(f.word())
	if err != nil || n > 1<<30 {
		return -1
	}
	return n
}

func (f *pnmFile) pixels(scale int) (*Image, []string, error) {
	if least := f.least(); len(f.data)-f.position < least/2 {
		return nil, nil, fmt.Errorf("%d bytes cannot hold the picture", len(f.data))
	}
	out := shrink.New(f.w, f.h, scale)
	row, rgb := make([]int, f.w*f.samples), make([]byte, 3*f.w)
	rows := 0
	for ; rows < f.h && f.readRow(row); rows++ {
		for x := range f.w {
			f.colour(rgb[3*x:3*x+3], row[x*f.samples:(x+1)*f.samples])
		}
		out.Row(rows, rgb)
	}
	if 2*rows < f.h {
		return nil, nil, fmt.Errorf("the file ends too early: %d of %d rows are there", rows, f.h)
	}
	w, h, pix := out.Picture()
	return rowByRow(w, h, pix, float64(f.h-rows)/float64(f.h), nil)
}

// least returns the least number of bytes of all samples.
func (f *pnmFile) least() int {
	switch {
	case f.kind == '4':
		return (f.w + 7) / 8 * f.h
	case f.kind >= '5' && f.most > 255:
		return 2 * f.w * f.h * f.samples
	}
	return f.w * f.h * f.samples
}

// readRow reads the samples of a row, 0 for black to most for white.
func (f *pnmFile) readRow(row []int) bool {
	for i := range row {
		v, there := f.sample(i)
		if !there {
			return false
		}
		row[i] = min(max(v, 0), f.most)
	}
	if f.kind == '4' {
		f.position += (f.w + 7) / 8
	}
	return true
}

// sample reads the sample i of a row.
func (f *pnmFile) sample(i int) (v int, there bool) {
	switch {
	case f.kind == '4':
		at := f.position + i/8
		return 1 - int(f.byteAt(at)>>(7-i%8)&1), at < len(f.data)
	case f.kind >= '5' && f.most > 255:
		f.position += 2
		return int(f.byteAt(f.position-2))<<8 | int(f.byteAt(f.position-1)), f.position <= len(f.data)
	case f.kind >= '5':
		f.position++
		return int(f.byteAt(f.position - 1)), f.position <= len(f.data)
	case f.kind == '1': // digits need no space between them
		for f.position < len(f.data) {
			c := f.data[f.position]
			f.position++
			if c == '0' || c == '1' {
				return int('1' - c), true
			}
		}
		return 0, false
	}
	word := f.word()
	v, err := strconv.Atoi(word)
	return v, err == nil
}

func (f *pnmFile) byteAt(at int) byte {
	if at < len(f.data) {
		return f.data[at]
	}
	return 0
}

// colour converts the samples of a pixel to RGB, blended with white.
func (f *pnmFile) colour(rgb []byte, samples []int) {
	alpha := f.most
	if f.samples%2 == 0 {
		alpha = samples[f.samples-1]
	}
	for c := range rgb {
		v := samples[0]
		if f.samples >= 3 {
			v = samples[c]
		}
		v = v*alpha + f.most*(f.most-alpha)
		rgb[c] = byte((v*255 + f.most*f.most/2) / (f.most * f.most))
	}
}
