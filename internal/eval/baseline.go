package eval

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
)

// Lengths of the baselines' vectors.
const (
	HashDim  = 64
	ColorDim = 16 * 16 * 3
)

const (
	hashSide = 32 // pixels of the picture that is transformed
	hashKept = 8  // lowest frequencies in each direction
)

// HashDCT is the 64-bit perceptual hash by discrete cosine transform (pHash: Zauner
// 2010) of the grey picture at 32 x 32. Each bit says whether one of the 8 x 8 lowest
// frequencies lies above their median. The bits come as a vector of +-1/8, so that the
// cosine of two hashes is 1 - distance/32.
func HashDCT(m *imaging.Image) []float32 {
	grey := imaging.ResizeArea(m, hashSide, hashSide).Gray()
	var rows [hashSide][hashKept]float64
	for y := range hashSide {
		for u := range hashKept {
			for x := range hashSide {
				rows[y][u] += float64(grey.Pix[y*hashSide+x]) * cosine(u, x)
			}
		}
	}
	low := make([]float64, 0, HashDim)
	for v := range hashKept {
		for u := range hashKept {
			sum := 0.0
			for y := range hashSide {
				sum += rows[y][u] * cosine(v, y)
			}
			low = append(low, sum)
		}
	}
	sorted := slices.Sorted(slices.Values(low))
	median := (sorted[HashDim/2-1] + sorted[HashDim/2]) / 2
	out := make([]float32, HashDim)
	for i, v := range low {
		out[i] = -1.0 / 8
		if v > median {
			out[i] = 1.0 / 8
		}
	}
	return out
}

// cosine is the basis of the DCT-II.
func cosine(frequency, x int) float64 {
	return math.Cos(math.Pi / hashSide * (float64(x) + 0.5) * float64(frequency))
}

// Color16 is the picture at 16 x 16 pixels in colour, less its mean, as a unit vector.
// The cosine of two such vectors is the correlation of the pictures. A picture of a
// single colour correlates only with others of a single colour.
func Color16(m *imaging.Image) []float32 {
	small := imaging.ResizeArea(m, 16, 16)
	mean := 0.0
	for _, v := range small.Pix {
		mean += float64(v) / ColorDim
	}
	out := make([]float32, ColorDim)
	for i, v := range small.Pix {
		out[i] = float32(float64(v) - mean)
	}
	if kernel.Norm(out) < 1e-3 {
		out[0] = 1
	}
	normalize(out, ColorDim)
	return out
}
