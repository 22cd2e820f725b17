package imaging

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
)

// ToImage returns a copy as an opaque picture of the standard library.
func (m *Image) ToImage() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i, o := 0, 0; i < len(m.Pix); i, o = i+3, o+4 {
		out.Pix[o], out.Pix[o+1], out.Pix[o+2], out.Pix[o+3] = m.Pix[i], m.Pix[i+1], m.Pix[i+2], 0xFF
	}
	return out
}

// EncodeJPEG returns the picture as a JPEG file of a quality from 1 to 100; 90 keeps small
// print legible at about 2 bits per pixel. It panics if the picture is empty or has a side
// over 65,535 pixels, the limit of JPEG.
func EncodeJPEG(m *Image, quality int) []byte {
	var buf bytes.Buffer
	if m.W == 0 || m.H == 0 {
		panic("imaging: encode an empty picture as JPEG")
	}
	if err := jpeg.Encode(&buf, m.ToImage(), &jpeg.Options{Quality: quality}); err != nil {
		panic(fmt.Sprintf("imaging: encode %d x %d pixels as JPEG: %v", m.W, m.H, err))
	}
	return buf.Bytes()
}

// EncodePNG returns the picture as a PNG file. It panics if the picture is empty.
func EncodePNG(m *Image) []byte {
	var buf bytes.Buffer
	if err := png.Encode(&buf, m.ToImage()); err != nil {
		panic(fmt.Sprintf("imaging: encode %d x %d pixels as PNG: %v", m.W, m.H, err))
	}
	return buf.Bytes()
}
