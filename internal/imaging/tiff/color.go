package tiff

import (
	"math"
	"slices"

	"exemplar/internal/imaging/shrink"
)

// painter converts rows to pixels and adds them to the result.
type painter struct {
	page    *Page
	builder *shrink.Builder
	scale   valueRange
	plane   []byte // 8-bit samples of a row of one plane
	samples []byte // of all planes, pixel by pixel
	pixels  []byte
	convert func(dst, src []byte) // samples to pixels
}

func (p *Page) newPainter(builder *shrink.Builder) *painter {
	q := &painter{page: p, builder: builder, samples: make([]byte, p.chunkW*p.samples), pixels: make([]byte, 3*p.chunkW)}
	if p.planar {
		q.plane = make([]byte, p.chunkW)
	}
	if p.wide() {
		q.scale = p.findRange()
	}
	q.convert = p.converter()
	return q
}

func (q *painter) paint(x, y, w int, planes [][]byte) {
	p := q.page
	switch {
	case p.jpegRGB, p.photometric == rgb && p.bits == 8 && p.samples == 3 && !p.planar && !p.wide():
		q.builder.Span(x, y, 1, planes[0][:3*w])
		return
	case p.photometric == yCbCr && p.subX*p.subY > 1:
		copy(q.samples, planes[0])
	case p.planar:
		for i, row := range planes {
			p.unpack(q.plane[:w], row, q.scale)
			for j, v := range q.plane[:w] {
				q.samples[j*p.samples+i] = v
			}
		}
	default:
		p.unpack(q.samples[:w*p.samples], planes[0], q.scale)
	}
	pixels := q.pixels[:3*w]
	q.convert(pixels, q.samples)
	if p.alpha >= 0 {
		q.overWhite(pixels)
	}
	q.builder.Span(x, y, 1, pixels)
}

// overWhite blends pixels with white by the opacity among their samples.
func (q *painter) overWhite(pixels []byte) {
	p := q.page
	for i, at := 0, p.alpha; i < len(pixels); i, at = i+3, at+p.samples {
		a := q.samples[at]
		for c, v := range pixels[i : i+3] {
			if p.premultiplied {
				pixels[i+c] = byte(min(uint32(v)+255-uint32(a), 255))
			} else {
				pixels[i+c] = shrink.OverWhite(v, a)
			}
		}
	}
}

// converter returns the function that converts the colour samples of each pixel to RGB.
func (p *Page) converter() func(dst, src []byte) {
	step := p.samples
	switch p.photometric {
	case whiteIsZero:
		return func(dst, src []byte) {
			for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
				v := ^src[i]
				dst[o], dst[o+1], dst[o+2] = v, v, v
			}
		}
	case blackIsZero:
		return func(dst, src []byte) {
			for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
				dst[o], dst[o+1], dst[o+2] = src[i], src[i], src[i]
			}
		}
	case paletted:
		return func(dst, src []byte) {
			for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
				copy(dst[o:o+3], p.palette[src[i]][:])
			}
		}
	case cmyk:
		return func(dst, src []byte) {
			for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
				k := 255 - uint32(src[i+3])
				for c := range 3 {
					dst[o+c] = byte(((255-uint32(src[i+c]))*k + 127) / 255)
				}
			}
		}
	case yCbCr:
		if !p.jpegRGB {
			return p.lumaChroma()
		}
	case cieLab, iccLab:
		return p.lab()
	}
	return func(dst, src []byte) {
		for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
			copy(dst[o:o+3], src[i:i+3])
		}
	}
}

// lumaChroma returns the conversion of TIFF 6.0, section 21, by the file's
// weights of red, green and blue and its black and white.
func (p *Page) lumaChroma() func(dst, src []byte) {
	weights := p.dir.floats(tagYCbCrWeights)
	if len(weights) < 3 || slices.ContainsFunc(weights[:3], func(w float64) bool { return !(w > 0.01 && w < 1) }) {
		weights = []float64{0.299, 0.587, 0.114}
	}
	ends := p.dir.floats(tagReferenceBW)
	if len(ends) < 6 || !(ends[1] > ends[0] && ends[3] > ends[2] && ends[5] > ends[4]) {
		ends = []float64{0, 255, 128, 255, 128, 255}
	}
	var luma, cb, cr [256]float64
	for v := range 256 {
		luma[v] = (float64(v)-ends[0])*255/(ends[1]-ends[0]) + 0.5
		cb[v] = (float64(v) - ends[2]) * 127 / (ends[3] - ends[2])
		cr[v] = (float64(v) - ends[4]) * 127 / (ends[5] - ends[4])
	}
	toR, toB := 2-2*weights[0], 2-2*weights[2]
	greenR, greenB := weights[0]/weights[1]*toR, weights[2]/weights[1]*toB
	step := p.samples
	return func(dst, src []byte) {
		for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
			y, b, r := luma[src[i]], cb[src[i+1]], cr[src[i+2]]
			dst[o] = clip(y + toR*r)
			dst[o+1] = clip(y - greenR*r - greenB*b)
			dst[o+2] = clip(y + toB*b)
		}
	}
}

func clip(v float64) byte { return byte(min(max(v, 0), 255)) }

// lab returns the conversion of CIE L*a*b* for the white D50 to sRGB (TIFF 6.0,
// section 23; the matrix is that of sRGB adapted to D50 by Bradford).
func (p *Page) lab() func(dst, src []byte) {
	step := p.samples
	sign := byte(0x80) // a* and b* are signed; in ICC L*a*b* they are offset by 128
	if p.photometric == iccLab {
		sign = 0
	}
	cube := func(t float64) float64 {
		if t > 6.0/29 {
			return t * t * t
		}
		return (t - 4.0/29) * 3 * (6.0 / 29) * (6.0 / 29)
	}
	gamma := func(v float64) byte {
		if v <= 0.0031308 {
			return clip(255*12.92*v + 0.5)
		}
		return clip(255*(1.055*math.Pow(v, 1/2.4)-0.055) + 0.5)
	}
	return func(dst, src []byte) {
		for o, i := 0, 0; o < len(dst); o, i = o+3, i+step {
			l := (float64(src[i])*100/255 + 16) / 116
			a, b := float64(src[i+1]^sign)-128, float64(src[i+2]^sign)-128
			x, y, z := 0.9642*cube(l+a/500), cube(l), 0.8249*cube(l-b/200)
			dst[o] = gamma(3.1338561*x - 1.6168667*y - 0.4906146*z)
			dst[o+1] = gamma(-0.9787684*x + 1.9161415*y + 0.0334540*z)
			dst[o+2] = gamma(0.0719453*x - 0.2289914*y + 1.4052427*z)
		}
	}
}
