package train

import (
	"math"

	"exemplar/internal/kernel"
)

// The three products of a linear layer, all on row-major float32. They differ in which operand is transposed.

// product computes out (M,N) = a (M,K) · b (K,N).
func product(out, a []float32, m int, b *kernel.Packed) {
	kernel.MatMul(out, a, m, b, nil, kernel.None)
}

// packTransposed lays out the transpose of b (N,K) for product, so that out (M,N) = a (M,K) · bᵀ.
func packTransposed(b []float32, n, k int) *kernel.Packed {
	return kernel.Pack(transposed(b, n, k), k, n)
}

// productTransposed computes out (K,N) = aᵀ · b for a (M,K), b (M,N).
func productTransposed(out, a, b []float32, m, k, n int) {
	kernel.MatMul(out, transposed(a, m, k), k, kernel.Pack(b, m, n), nil, kernel.None)
}

// transposed returns the transpose (C,R) of x (R,C), in tiles that stay in the first cache.
func transposed(x []float32, rows, cols int) []float32 {
	const tile = 32
	out := make([]float32, rows*cols)
	for r0 := 0; r0 < rows; r0 += tile {
		for c0 := 0; c0 < cols; c0 += tile {
			for r := r0; r < min(r0+tile, rows); r++ {
				for c := c0; c < min(c0+tile, cols); c++ {
					out[c*rows+r] = x[r*cols+c]
				}
			}
		}
	}
	return out
}

// addScaled adds s·x to out.
func addScaled(out, x []float32, s float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] += s * v
	}
}

// minNorm keeps the direction of a zero vector defined (as zero).
const minNorm = 1e-12

// normalizeRows writes the rows of x (N,D), each divided by its length, to unit and the lengths to norms.
func normalizeRows(unit, norms, x []float32, n, d int) {
	for i := range n {
		row := x[i*d:][:d]
		norm := float32(math.Max(math.Sqrt(float64(kernel.Dot(row, row))), minNorm))
		norms[i] = norm
		out := unit[i*d:][:d]
		inv := 1 / norm
		for j, v := range row {
			out[j] = v * inv
		}
	}
}

// normalizeRowsBackward adds to dx the gradient through normalizeRows: for u = x/|x|, dx = (du − u (u·du)) / |x|.
func normalizeRowsBackward(dx, du, unit, norms []float32, n, d int) {
	for i := range n {
		u, g, out := unit[i*d:][:d], du[i*d:][:d], dx[i*d:][:d]
		along := kernel.Dot(u, g)
		inv := 1 / norms[i]
		for j := range out {
			out[j] += (g[j] - u[j]*along) * inv
		}
	}
}

// fastExp is e^x to within 2e-7 of its value for x in [-87, 88], 0 below. Range reduction to 2^k · e^r, |r| <= ln2/2, and
// a polynomial of degree six (Cody and Waite, "Software Manual for the Elementary Functions", chapter 6).
func fastExp(x float32) float32 {
	if x < -87 {
		return 0
	}
	const log2e, ln2Hi, ln2Lo = 1.4426950408889634, 0.693359375, -2.12194440e-4
	const toInt = 12582912 // 1.5 * 2^23: adding it rounds to the nearest integer
	k := x*log2e + toInt
	bits := math.Float32bits(k)
	k -= toInt
	r := x - k*ln2Hi - k*ln2Lo
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
	p = p*r*r + r + 1
	return math.Float32frombits(math.Float32bits(p) + bits<<23)
}
