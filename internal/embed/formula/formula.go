// Package formula makes pictures and weights for tests by the formula of
// tools/golden/formula.py. Golden files therefore contain results alone. Only tests call
// it.
package formula

import (
	"hash/crc32"
	"math"
	"strings"

	"exemplar/internal/tensorfile"
)

// Noise returns count values in [-0.5, 0.5).
func Noise(count int, seed uint32) []float64 {
	out := make([]float64, count)
	for i := range out {
		h := uint32(i)*2654435761 + seed
		h ^= h >> 15
		h *= 2246822519
		h ^= h >> 13
		out[i] = float64(h)/(1<<32) - 0.5
	}
	return out
}

// Pictures returns count pictures of side x side RGB bytes.
func Pictures(count, side int) []byte {
	grain := Noise(count*side*side*3, 7)
	out := make([]byte, 0, len(grain))
	for k := range count {
		for y := range side {
			for x := range side {
				for c := range 3 {
					pattern := (x*(k+2) + y*(c+1)) ^ ((x * y) >> (k + 2))
					out = append(out, byte(int(float64(pattern)+40*grain[len(out)])))
				}
			}
		}
	}
	return out
}

// Tensor returns a tensor of a network, with PyTorch's name and layout.
func Tensor(name string, shape []int) tensorfile.Tensor {
	count := 1
	for _, d := range shape {
		count *= d
	}
	values := make([]float32, count)
	gain := math.Sqrt(36 / float64(count/shape[0]))
	for i, u := range Noise(count, crc32.ChecksumIEEE([]byte(name))) {
		switch {
		case len(shape) > 1:
			u *= gain
		case strings.HasSuffix(name, "running_var"):
			u = 1 + u
		case strings.HasSuffix(name, "weight"):
			u = 1 + 0.5*u
		default:
			u *= 0.5
		}
		values[i] = float32(u)
	}
	return tensorfile.NewFloat32(values, shape...)
}
