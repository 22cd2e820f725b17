package heif

import (
	"math"

	"exemplar/internal/imaging/hevc"
)

// nclx returns the colour that an item's colr box states (ISO/IEC 14496-12, 12.1.5).
func (m *meta) nclx(it *item) hevc.Colour {
	for _, n := range it.uses {
		if n >= len(m.properties) || m.properties[n].kind != "colr" {
			continue
		}
		r := &reader{b: m.properties[n].body}
		if r.fourCC() != "nclx" {
			continue
		}
		c := hevc.Colour{Known: true}
		c.Primaries, c.Transfer, c.Matrix = int(r.uint(2)), int(r.uint(2)), int(r.uint(2))
		c.FullRange = r.uint(1)>>7 == 1
		return c
	}
	return hevc.Colour{}
}

// Coefficients of matrices (ITU-T H.273, table 4).
const (
	identityMatrix, unspecified, yCgCo = 0, 2, 8
)

// lumaWeights returns the weights of red and blue in luma.
func lumaWeights(matrix int) (red, blue float64) {
	switch matrix {
	case 1:
		return 0.2126, 0.0722
	case 4:
		return 0.30, 0.11
	case 7:
		return 0.212, 0.087
	case 9, 10:
		return 0.2627, 0.0593
	}
	return 0.299, 0.114 // BT.601, as libheif takes what is not stated
}

// converter makes RGB of the samples of one picture. Numbers have fractionBits.
type converter struct {
	pic     *hevc.Picture
	matrix  int
	luma    []int32 // by sample
	toGreen []int32 // by sample of luma, without the scale of the matrix: for identity and YCgCo

	crRed, crGreen, cbGreen, cbBlue []int32
}

const fractionBits = 16

// newConverter returns a converter for a picture. stated is what the file says about its
// colour, which counts more than what the stream says.
func newConverter(pic *hevc.Picture, stated hevc.Colour) *converter {
	colour := stated
	if !colour.Known {
		colour = pic.Colour
	}
	if !colour.Known { // nothing is stated: the narrow range (E.3.1)
		colour.Matrix = unspecified
	}
	c := &converter{pic: pic, matrix: colour.Matrix}
	c.luma = scaled(pic.Depth[0], 1, 0, colour.FullRange, 219)
	if len(pic.Planes) == 1 {
		return c
	}
	red, blue := lumaWeights(colour.Matrix)
	green := 1 - red - blue
	if c.matrix == identityMatrix {
		c.toGreen = scaled(pic.Depth[1], 1, 0, colour.FullRange, 219)
		return c
	}
	chroma := func(factor float64) []int32 {
		return scaled(pic.Depth[1], factor, 1<<(pic.Depth[1]-1), colour.FullRange, 224)
	}
	if c.matrix == yCgCo {
		c.crRed, c.crGreen, c.cbGreen, c.cbBlue = chroma(1), chroma(0), chroma(1), chroma(-1)
		return c
	}
	c.crRed = chroma(2 * (1 - red))
	c.cbBlue = chroma(2 * (1 - blue))
	c.crGreen = chroma(-2 * (1 - red) * red / green)
	c.cbGreen = chroma(-2 * (1 - blue) * blue / green)
	return c
}

// scaled returns, for each sample of a depth, factor * (sample - zero) in the range of 8 bits.
// If the range is not full, the samples have the given span, and luma begins at 16.
func scaled(depth int, factor float64, zero int, full bool, span float64) []int32 {
	out := make([]int32, 1<<depth)
	unit := float64(int(1)<<depth-1) / 255
	if !full {
		unit = float64(int(1)<<(depth-8)) * span / 255
		if zero == 0 {
			zero = 16 << (depth - 8)
		}
	}
	for i := range out {
		out[i] = int32(math.Round(factor * float64(i-zero) / unit * (1 << fractionBits)))
	}
	return out
}

// row fills rgb with the pixels of row y, from column x on.
func (c *converter) row(rgb []byte, x, y int) {
	luma := &c.pic.Planes[0]
	line := luma.Pix[y*luma.Stride+x:][:len(rgb)/3]
	if len(c.pic.Planes) == 1 {
		for i, v := range line {
			g := clip(c.luma[v] + 1<<(fractionBits-1))
			rgb[3*i], rgb[3*i+1], rgb[3*i+2] = g, g, g
		}
		return
	}
	first, second := &c.pic.Planes[1], &c.pic.Planes[2]
	at := (y>>c.pic.ShiftY)*first.Stride + x>>c.pic.ShiftX
	cb, cr := first.Pix[at:], second.Pix[at:]
	odd := x & 1
	if c.matrix == identityMatrix { // green, blue, red
		for i, v := range line {
			k := (i + odd) >> c.pic.ShiftX
			p := rgb[3*i : 3*i+3 : 3*i+3]
			p[0], p[1], p[2] = clip(c.toGreen[cr[k]]+1<<(fractionBits-1)), clip(c.luma[v]+1<<(fractionBits-1)), clip(c.toGreen[cb[k]]+1<<(fractionBits-1))
		}
		return
	}
	if c.matrix == yCgCo {
		for i, v := range line {
			k := (i + odd) >> c.pic.ShiftX
			p, g, o := rgb[3*i:3*i+3:3*i+3], cb[k], cr[k]
			base := c.luma[v] + 1<<(fractionBits-1)
			p[0], p[1], p[2] = clip(base-c.cbGreen[g]+c.crRed[o]), clip(base+c.cbGreen[g]), clip(base-c.cbGreen[g]-c.crRed[o])
		}
		return
	}
	shift := c.pic.ShiftX & 1
	for i, v := range line {
		k := (i + odd) >> shift
		p := rgb[3*i : 3*i+3 : 3*i+3]
		b, r := cb[k], cr[k]
		base := c.luma[v] + 1<<(fractionBits-1)
		p[0] = clip(base + c.crRed[r])
		p[1] = clip(base + c.crGreen[r] + c.cbGreen[b])
		p[2] = clip(base + c.cbBlue[b])
	}
}

// clip returns the byte of a number with fractionBits.
func clip(v int32) byte {
	return byte(min(max(v>>fractionBits, 0), 255))
}
