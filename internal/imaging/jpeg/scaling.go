package jpeg

import "math"

// naturalOrder maps the zigzag position of a coefficient to 8*v+u, where v is the vertical
// frequency and u the horizontal one (T.81 figure 5).
var naturalOrder = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

// scaling turns the coefficients of a component's blocks into samples.
type scaling struct {
	factors [64]int32     // quantisation, in zigzag order
	weights [64]sumWeight // for blocks of up to 2x2 samples, in zigzag order
	block   [64]int32     // scratch: zero between blocks
}

// prepareScaling gives every component the tables that its size needs.
func (d *decoder) prepareScaling() {
	for i := range d.components {
		c := &d.components[i]
		if d.quant[c.table] == nil {
			continue // a component without a scan
		}
		for k, q := range d.quant[c.table] {
			c.scaling.factors[k] = int32(q)
		}
		switch {
		case c.sizeX == 1 && c.sizeY == 1:
			if c.acTable != nil {
				c.acTable.makeSkips()
			}
		case c.sizeX <= 2 && c.sizeY <= 2:
			c.scaling.prepareSums(c.sizeX, c.sizeY)
		}
	}
}

// flat returns the sample of a block that has only a DC coefficient.
func (s *scaling) flat(dc int32) byte {
	return sample((dc*s.factors[0]+4)>>3 + 128)
}

// fill sets the w x h samples at the start of dst.
func fill(dst []byte, stride, w, h int, v byte) {
	for y := range h {
		row := dst[y*stride : y*stride+w]
		for x := range row {
			row[x] = v
		}
	}
}

// sample limits a value to 0...255.
func sample(v int32) byte {
	if uint32(v) > 255 {
		return byte(^v >> 31)
	}
	return byte(v)
}

// sumWeight is the contribution of a coefficient to a block of up to 2x2 samples: the sum to
// which it is added, and its weight in units of 1/(1<<sumBits).
type sumWeight struct {
	weight int
	sum    uint8
}

const sumBits = 16

// prepareSums computes the weights for blocks of w x h samples, 1 or 2 each.
//
// If there are two samples along an axis, each is the mean of four pixels. The means of the
// cosine of frequency u over the first and the second four pixels are equal (u = 0), opposite
// (u odd) or zero (u even). 2x2 samples are therefore sums and differences of four numbers,
// and each coefficient contributes to one of these. If there is one sample, only u = 0
// contributes.
func (s *scaling) prepareSums(w, h int) {
	for k, natural := range naturalOrder {
		u, v := int(natural&7), int(natural>>3)
		weight := meanOf(u, w) * meanOf(v, h) * float64(s.factors[k])
		s.weights[k] = sumWeight{
			weight: int(math.Round(weight * (1 << sumBits))),
			sum:    uint8(u&1 + v&1*2),
		}
	}
}

// meanOf returns the mean of the basis function of frequency u over the first of parts equal
// parts of its eight pixels.
func meanOf(u, parts int) float64 {
	sum, pixels := 0.0, 8/parts
	for x := range pixels {
		sum += math.Cos(float64((2*x+1)*u) * math.Pi / 16)
	}
	if u == 0 {
		return math.Sqrt2 / 4
	}
	return sum / float64(2*pixels)
}

// putSums writes w x h samples, 1 or 2 each. sums are, in order: the one with equal sign in
// all samples, the one whose sign changes in the right half, the one whose sign changes in
// the lower half, and the one whose sign changes in both.
func putSums(dst []byte, stride, w, h int, sums *[4]int) {
	const half = 1<<(sumBits-1) + 128<<sumBits
	same, right, below, both := sums[0]+half, sums[1], sums[2], sums[3]
	dst[0] = clamp((same + right + below + both) >> sumBits)
	if w == 2 {
		dst[1] = clamp((same - right + below - both) >> sumBits)
	}
	if h == 2 {
		dst[stride] = clamp((same + right - below - both) >> sumBits)
	}
	if w == 2 && h == 2 {
		dst[stride+1] = clamp((same - right - below + both) >> sumBits)
	}
}

func clamp(v int) byte { return byte(min(max(v, 0), 255)) }
