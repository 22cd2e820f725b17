package features

import "math"

// gaussian returns half of a symmetric, normalised Gaussian: weight of the
// centre, then of the pixels at distance 1, 2, ... to 3.2 sigma, at most
// planeMargin.
func gaussian(sigma float64) []float32 {
	radius := min(int(math.Ceil(3.2*sigma)), planeMargin)
	half := make([]float64, radius+1)
	sum := 0.0
	for i := range half {
		half[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += 2 * half[i]
	}
	sum -= half[0]
	out := make([]float32, len(half))
	for i, v := range half {
		out[i] = float32(v / sum)
	}
	return out
}

// blur filters src with the symmetric kernel, first along the rows into tmp,
// then along the columns into dst, margins included. dst may be src.
func blur(dst, src, tmp *plane, half []float32) {
	tmp.reshape(src.w, src.h)
	groups := (src.w + lanes - 1) / lanes
	for y := range src.h {
		filterSymmetric(tmp.pix[tmp.at(0, y):], src.pix, src.at(0, y), 1, half, groups)
	}
	padEndsBy(tmp, len(half)-1)
	dst.reshape(src.w, src.h)
	for y := range src.h {
		filterSymmetric(dst.pix[dst.at(0, y):], tmp.pix, tmp.at(0, y), tmp.stride, half, groups)
	}
	dst.padSides()
	dst.padEnds()
}

// padEndsBy replicates the first and last row of pixels n times.
func padEndsBy(p *plane, n int) {
	first := p.pix[p.at(0, 0):][:p.w]
	last := p.pix[p.at(0, p.h-1):][:p.w]
	for i := 1; i <= n; i++ {
		copy(p.pix[p.at(0, -i):], first)
		copy(p.pix[p.at(0, p.h-1+i):], last)
	}
}
