// Package imaging decodes picture files to upright 8-bit RGB pixels, and scales and warps
// pictures. In come the bytes of a file; out comes an [Image] with notes about the file,
// or an error that says what to do. Every package that reads pictures calls it.
//
// It reads JPEG, PNG, GIF, BMP, TIFF, WebP, HEIC, PNM and TGA; of several frames or pages the
// first one that is not blank. It applies the orientation of EXIF or XMP, or that of HEIC's own, and blends
// transparency with white. It refuses files that are too large before it allocates memory,
// and all decoding shares one [Budget] of memory. [DecodeAtLeast] decodes at a reduced
// scale, which saves time. [KindOf] names the kind of a file that is not read.
//
// The path of a file: file.go reads it, sniff.go and formats.go find its format, one file
// or sub-package per format decodes it, series.go chooses the page, orientation.go and
// exif.go turn it upright, and decode.go does these in order. foreign.go has the kinds that
// are not read, inspect.go says which pictures are useless as references, and resize.go,
// soften.go and warp.go change pictures.
//
//	img, info, err := imaging.DecodeAtLeast(data, 160, imaging.DefaultLimits)
//	input := imaging.ResizeArea(img, 160, 160)
//
// It ignores colour profiles, except for those of HEIC, and treats samples as sRGB.
package imaging

import "fmt"

// Image is an 8-bit RGB picture, row-major and without padding:
// len(Pix) = 3*W*H. The sample c of pixel (x, y) is Pix[3*(y*W+x)+c].
type Image struct {
	W, H int
	Pix  []byte
}

// NewImage returns a black picture of w by h pixels. It panics if a side is negative;
// [Decode] checks sizes that come from a file.
func NewImage(w, h int) *Image {
	if w < 0 || h < 0 {
		panic(fmt.Sprintf("imaging: new image of %d x %d pixels", w, h))
	}
	return &Image{W: w, H: h, Pix: make([]byte, 3*w*h)}
}

// row returns the samples of row y.
func (m *Image) row(y int) []byte { return m.Pix[3*m.W*y : 3*m.W*(y+1)] }

// Crop returns a copy of the w by h pixels whose upper left one is (x, y). The part outside
// the picture is left out, so the result may be smaller, even empty.
func (m *Image) Crop(x, y, w, h int) *Image {
	x0, x1 := clampInt(x, m.W), clampInt(x+w, m.W)
	y0, y1 := clampInt(y, m.H), clampInt(y+h, m.H)
	out := NewImage(max(0, x1-x0), max(0, y1-y0))
	for oy := range out.H {
		copy(out.row(oy), m.row(y0 + oy)[3*x0:])
	}
	return out
}

func clampInt(v, limit int) int { return min(max(v, 0), limit) }

// Rotate returns the picture rotated clockwise by a number of quarter turns; a negative
// number means counter-clockwise. Without a rotation it returns m itself.
func (m *Image) Rotate(quarterTurns int) *Image {
	switch quarterTurns & 3 {
	case 1:
		return m.turned(func(x, y int) (int, int) { return m.H - 1 - y, x })
	case 2:
		return m.halfTurned()
	case 3:
		return m.turned(func(x, y int) (int, int) { return y, m.W - 1 - x })
	}
	return m
}

// halfTurned returns the picture rotated by 180 degrees: its pixels in reverse order.
func (m *Image) halfTurned() *Image {
	out := NewImage(m.W, m.H)
	for i, o := 0, len(m.Pix)-3; o >= 0; i, o = i+3, o-3 {
		out.Pix[o], out.Pix[o+1], out.Pix[o+2] = m.Pix[i], m.Pix[i+1], m.Pix[i+2]
	}
	return out
}

// turned returns a picture of H by W pixels in which pixel (x, y) is at place(x, y), for
// quarter turns. It works in tiles, so that both the rows that are read and the columns
// that are written stay in the cache.
func (m *Image) turned(place func(x, y int) (int, int)) *Image {
	const tile = 32
	out := NewImage(m.H, m.W)
	for ty := 0; ty < m.H; ty += tile {
		for tx := 0; tx < m.W; tx += tile {
			x1, y1 := min(tx+tile, m.W), min(ty+tile, m.H)
			ox, oy := place(tx, ty)
			nx, ny := place(tx+1, ty)
			step := 3 * ((ny-oy)*out.W + nx - ox)
			for y := ty; y < y1; y++ {
				ox, oy = place(tx, y)
				o := 3 * (oy*out.W + ox)
				for _, end, i := 0, 3*(y*m.W+x1), 3*(y*m.W+tx); i < end; i += 3 {
					out.Pix[o], out.Pix[o+1], out.Pix[o+2] = m.Pix[i], m.Pix[i+1], m.Pix[i+2]
					o += step
				}
			}
		}
	}
	return out
}

// Invert returns the negative of the picture: white on black for black on white.
func (m *Image) Invert() *Image {
	out := NewImage(m.W, m.H)
	for i, v := range m.Pix {
		out.Pix[i] = ^v
	}
	return out
}

// Mirror returns the picture with left and right exchanged, as front cameras and prints
// seen through the paper show it.
func (m *Image) Mirror() *Image {
	out := NewImage(m.W, m.H)
	for y := range m.H {
		src, dst := m.row(y), out.row(y)
		for i, o := 0, len(dst)-3; o >= 0; i, o = i+3, o-3 {
			dst[o], dst[o+1], dst[o+2] = src[i], src[i+1], src[i+2]
		}
	}
	return out
}

// Gray is an 8-bit picture of one channel, row-major: len(Pix) = W*H.
type Gray struct {
	W, H int
	Pix  []byte
}

// Gray returns the luma of the picture by Rec. 601 (0.299 R + 0.587 G +
// 0.114 B), rounded to nearest.
func (m *Image) Gray() *Gray {
	out := &Gray{W: m.W, H: m.H, Pix: make([]byte, m.W*m.H)}
	src := m.Pix
	for i := range out.Pix {
		p := src[3*i : 3*i+3 : 3*i+3]
		out.Pix[i] = luma(p[0], p[1], p[2])
	}
	return out
}

// luma is computed with the weights of Rec. 601 in 16-bit fixed point; they sum to 1<<16.
func luma(r, g, b byte) byte {
	return byte((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}
