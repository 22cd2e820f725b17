package kernel

import "math"

// NormalizeL2 scales x, in place, to Euclidean length 1. It does not change a vector of zeros, or one whose squared length
// is not a finite float32.
func NormalizeL2(x []float32) {
	squared := float64(Dot(x, x))
	if squared == 0 || math.IsInf(squared, 0) || math.IsNaN(squared) {
		return
	}
	scale := float32(1 / math.Sqrt(squared))
	for i := range x {
		x[i] *= scale
	}
}

// SumSquares sums the squares of x in float64, in order.
func SumSquares(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return s
}

// Norm is the Euclidean length of x, in float64.
func Norm(x []float32) float64 { return math.Sqrt(SumSquares(x)) }

// LayerNorm normalises each row of in (rows,N) to mean 0 and variance 1, then applies gain (N) and bias (N):
// out = (in - mean) / sqrt(variance + eps) * gain + bias, with the variance over N (Ba et al. 2016, eq. 3).
// out may be in itself.
func LayerNorm(out, in []float32, rows, n int, gain, bias []float32, eps float32) {
	needSizes("LayerNorm", rows, n)
	need("LayerNorm", "out", len(out), rows*n)
	need("LayerNorm", "in", len(in), rows*n)
	need("LayerNorm", "gain", len(gain), n)
	need("LayerNorm", "bias", len(bias), n)
	if n == 0 {
		return
	}
	for i := range rows {
		layerNormRow(out[i*n:][:n], in[i*n:][:n], gain[:n], bias[:n], eps)
	}
}

func layerNormRow(out, in, gain, bias []float32, eps float32) {
	mean := sum(in) / float32(len(in))
	for i, v := range in {
		out[i] = v - mean
	}
	variance := Dot(out, out) / float32(len(in))
	scale := float32(1 / math.Sqrt(float64(variance+eps)))
	for i, v := range out {
		out[i] = v*scale*gain[i] + bias[i]
	}
}

// sum adds in four independent chains, which is faster and rounds less.
func sum(x []float32) float32 {
	var s0, s1, s2, s3 float32
	for ; len(x) >= 4; x = x[4:] {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
	}
	for _, v := range x {
		s0 += v
	}
	return (s0 + s1) + (s2 + s3)
}
