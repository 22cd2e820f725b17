package imaging

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"iter"
	"math"

	"exemplar/internal/imaging/shrink"

	"golang.org/x/image/webp"
)

// riffChunk is a chunk of a WebP file.
type riffChunk struct {
	name string
	data []byte
}

// riffChunks yields the chunks of a WebP file; the last may be cut off.
func riffChunks(b []byte) iter.Seq[riffChunk] {
	return chunksAt(b[min(12, len(b)):]) // "RIFF", size, "WEBP"
}

func chunksAt(b []byte) iter.Seq[riffChunk] {
	return func(yield func(riffChunk) bool) {
		for len(b) >= 8 {
			size := int64(binary.LittleEndian.Uint32(b[4:]))
			end := min(8+size, int64(len(b)))
			if !yield(riffChunk{string(b[:4]), b[8:end]}) {
				return
			}
			b = b[min(end+size&1, int64(len(b))):]
		}
	}
}

// webpFile is one still picture of a WebP file, and its position on the canvas.
type webpFile struct {
	w, h        int // of the canvas; 0: the picture's
	x, y        int // of the picture on it
	kind        string
	data, alpha []byte // of the picture; alpha may be nil
}

// openWebP finds the pictures of a file (WebP Container Specification).
func openWebP(data []byte) (opened, error) {
	files, count := findWebP(data)
	if len(files) == 0 {
		return opened{}, fmt.Errorf("there is no picture in it")
	}
	orientation := webpOrientation(data)
	s := series{"frame", count, func(index int) (opened, error) {
		if index >= len(files) {
			return opened{}, fmt.Errorf("there is no picture in frame %d", index+1)
		}
		o, err := files[index].open()
		o.orientation = orientation
		return o, err
	}}
	if count < 2 {
		return s.open(0)
	}
	return s.at(0, 0, false), nil
}

func (f *webpFile) open() (opened, error) {
	c, err := webp.DecodeConfig(f.container(nil))
	if err != nil {
		return opened{}, err
	}
	w, h := f.w, f.h
	if w == 0 {
		w, h = c.Width, c.Height
	}
	if pixels := int64(c.Width) * int64(c.Height); pixels > mostWebPPixels*int64(len(f.data)) {
		return opened{}, fmt.Errorf("%d bytes for %d x %d pixels can show nothing", len(f.data), c.Width, c.Height)
	}
	return opened{
		w: w, h: h,
		cost: func(scale int) int64 {
			return f.bytesPerPixel()*int64(c.Width)*int64(c.Height) + shrink.Cost(w, h, scale)
		},
		pixels: func(scale int) (*Image, []string, error) {
			picture, err := webp.Decode(f.container(f.extended(c.Width, c.Height)))
			if err != nil {
				return nil, nil, err
			}
			return placed(fullRange(picture), image.Pt(f.x, f.y), w, h, scale), nil, nil
		},
	}, nil
}

// mostWebPPixels is the largest number of pixels per byte. In lossless files areas of one
// colour may take no byte at all, so that a small file could demand any memory. By eye: a
// page of A4 at 600 dots per inch in 2,100 bytes shows nothing.
const mostWebPPixels = 1 << 14

// bytesPerPixel is the most that the decoder allocates: four samples before and after a
// transform if the picture or its transparency is lossless, else the planes.
func (f *webpFile) bytesPerPixel() int64 {
	const lossless, lossy = 8, 2
	switch {
	case f.kind == "VP8L":
		return lossless
	case f.alpha != nil:
		return lossless + 1 + lossy
	}
	return lossy
}

// findWebP finds the picture, or the first frames of an animation, and counts the frames.
func findWebP(data []byte) (files []*webpFile, count int) {
	var canvas []byte
	still := &webpFile{}
	for c := range riffChunks(data) {
		switch {
		case c.name == "VP8X" && len(c.data) >= 10:
			canvas = c.data[4:10]
		case c.name == "ANMF" && len(c.data) >= 16 && canvas != nil:
			if count++; count > maxPagesTried {
				continue
			}
			f := &webpFile{w: 1 + uint24(canvas), h: 1 + uint24(canvas[3:]), x: 2 * uint24(c.data), y: 2 * uint24(c.data[3:])}
			for part := range chunksAt(c.data[16:]) {
				f.add(part)
			}
			files = append(files, f)
		default:
			still.add(c)
		}
	}
	if still.kind != "" {
		return []*webpFile{still}, 1
	}
	return files, count
}

// add adds a chunk, if it belongs to the picture.
func (f *webpFile) add(c riffChunk) {
	switch {
	case f.kind != "":
	case c.name == "ALPH":
		f.alpha = c.data
	case c.name == "VP8 ", c.name == "VP8L":
		f.kind, f.data = c.name, c.data
	}
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// extended returns the chunks that precede a lossy picture with transparency: a header with
// the picture's own size, and the transparency.
func (f *webpFile) extended(w, h int) []byte {
	if f.alpha == nil || f.kind != "VP8 " {
		return nil
	}
	const hasAlpha = 0x10
	b := append([]byte("VP8X\x0A\x00\x00\x00"), hasAlpha, 0, 0, 0)
	b = append(b, byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
	b = binary.LittleEndian.AppendUint32(append(b, "ALPH"...), uint32(len(f.alpha)))
	b = append(b, f.alpha...)
	return append(b, make([]byte, len(f.alpha)&1)...)
}

// container returns the picture as a separate file.
func (f *webpFile) container(before []byte) io.Reader {
	padding := len(f.data) & 1
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(before)+8+len(f.data)+padding))
	b = append(append(b, "WEBP"...), before...)
	b = binary.LittleEndian.AppendUint32(append(b, f.kind...), uint32(len(f.data)))
	return io.MultiReader(bytes.NewReader(b), bytes.NewReader(f.data), bytes.NewReader(make([]byte, padding)))
}

// fullRange corrects the range of lossy pictures. Their luma is from 16 to 235 and their
// chroma from 16 to 240 (RFC 6386, section 9.2; ITU-R BT.601), but the decoder returns them
// in a type whose range is 0 to 255, in which they would look washed out.
func fullRange(picture image.Image) image.Image {
	switch m := picture.(type) {
	case *image.YCbCr:
		widen(m)
	case *image.NYCbCrA:
		widen(&m.YCbCr)
	}
	return picture
}

func widen(m *image.YCbCr) {
	var bright, colour [256]byte
	for v := range 256 {
		bright[v] = byte(min(max(math.Round(float64(v-16)*255/219), 0), 255))
		colour[v] = byte(min(max(math.Round(float64(v-128)*255/224)+128, 0), 255))
	}
	for i, v := range m.Y {
		m.Y[i] = bright[v]
	}
	for _, plane := range [2][]byte{m.Cb, m.Cr} {
		for i, v := range plane {
			plane[i] = colour[v]
		}
	}
}
