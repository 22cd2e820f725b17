package imaging

import (
	"image"
	"image/color"

	"exemplar/internal/imaging/shrink"
)

// FromImage copies a picture of the standard library. It blends transparency with white and
// rounds 16-bit samples to 8 bits.
func FromImage(src image.Image) *Image {
	bounds := src.Bounds()
	m := NewImage(bounds.Dx(), bounds.Dy())
	for y := range m.H {
		fromRow(m.row(y), src, bounds.Min.X, bounds.Min.Y+y)
	}
	return m
}

// placed returns a white canvas of w by h pixels with a picture at the position at, all at
// 1/scale of the size.
func placed(src image.Image, at image.Point, w, h, scale int) *Image {
	bounds := src.Bounds()
	out := shrink.New(w, h, scale)
	row := make([]byte, 3*bounds.Dx())
	for y := range bounds.Dy() {
		fromRow(row, src, bounds.Min.X, bounds.Min.Y+y)
		out.Span(at.X, at.Y+y, 1, row)
	}
	m := new(Image)
	m.W, m.H, m.Pix = out.Picture()
	return m
}

// fromRow fills dst with samples of the row y, from column x on.
func fromRow(dst []byte, src image.Image, x, y int) {
	switch src := src.(type) {
	case *image.NRGBA:
		fromNRGBA(dst, src.Pix[src.PixOffset(x, y):])
	case *image.RGBA:
		fromRGBA(dst, src.Pix[src.PixOffset(x, y):])
	case *image.Gray:
		fromGray(dst, src.Pix[src.PixOffset(x, y):])
	case *image.YCbCr:
		fromYCbCr(dst, src, x, y)
	case image.RGBA64Image:
		from64(dst, src.RGBA64At, x, y)
	default:
		from64(dst, func(x, y int) color.RGBA64 {
			r, g, b, a := src.At(x, y).RGBA()
			return color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: uint16(a)}
		}, x, y)
	}
}

// The from functions fill one row of RGB samples, dst.

func fromNRGBA(dst, src []byte) {
	for i, o := 0, 0; o < len(dst); i, o = i+4, o+3 {
		p := src[i : i+4 : i+4]
		q := dst[o : o+3 : o+3]
		if p[3] == 0xFF {
			q[0], q[1], q[2] = p[0], p[1], p[2]
			continue
		}
		q[0], q[1], q[2] = shrink.OverWhite(p[0], p[3]), shrink.OverWhite(p[1], p[3]), shrink.OverWhite(p[2], p[3])
	}
}

// fromRGBA reads premultiplied samples, for which blending with white is an addition.
func fromRGBA(dst, src []byte) {
	for i, o := 0, 0; o < len(dst); i, o = i+4, o+3 {
		white := 255 - src[i+3]
		dst[o], dst[o+1], dst[o+2] = src[i]+white, src[i+1]+white, src[i+2]+white
	}
}

func fromGray(dst, src []byte) {
	for i, o := 0, 0; o < len(dst); i, o = i+1, o+3 {
		dst[o], dst[o+1], dst[o+2] = src[i], src[i], src[i]
	}
}

func fromYCbCr(dst []byte, src *image.YCbCr, x, y int) {
	for o := 0; o < len(dst); o, x = o+3, x+1 {
		i, c := src.YOffset(x, y), src.COffset(x, y)
		dst[o], dst[o+1], dst[o+2] = color.YCbCrToRGB(src.Y[i], src.Cb[c], src.Cr[c])
	}
}

// from64 reads premultiplied 16-bit samples, for all pictures without a function of their
// own: palettes, 16 bits, CMYK, YCbCr with transparency.
func from64(dst []byte, at func(x, y int) color.RGBA64, x, y int) {
	for o := 0; o < len(dst); o, x = o+3, x+1 {
		c := at(x, y)
		white := 0xFFFF - c.A
		dst[o], dst[o+1], dst[o+2] = to8(c.R+white), to8(c.G+white), to8(c.B+white)
	}
}

// to8 rounds a 16-bit sample to 8 bits: v/257 to nearest.
func to8(v uint16) byte { return byte((uint32(v) + 128) / 257) }
