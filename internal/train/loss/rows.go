// Package loss holds what embeddings are trained by: margin softmax over sampled class centres (PartialFC), contrast of
// two views, and distillation. All work on rows of unit length and add their gradients to what is there.
package loss

import (
	"math"

	"exemplar/internal/kernel"
)

// product computes out (M,N) = a (M,K) · b (K,N).
func product(out, a []float32, m int, b *kernel.Packed) {
	kernel.MatMul(out, a, m, b, nil, kernel.None)
}

// MinNorm keeps the direction of a zero vector defined (as zero).
const MinNorm = 1e-12

// NormalizeRows writes the rows of x (N,D), each divided by its length, to unit and the lengths to norms.
func NormalizeRows(unit, norms, x []float32, n, d int) {
	for i := range n {
		row := x[i*d:][:d]
		norm := float32(math.Max(math.Sqrt(float64(kernel.Dot(row, row))), MinNorm))
		norms[i] = norm
		out := unit[i*d:][:d]
		inv := 1 / norm
		for j, v := range row {
			out[j] = v * inv
		}
	}
}

// NormalizeRowsBackward adds to dx the gradient through NormalizeRows: for u = x/|x|, dx = (du − u (u·du)) / |x|.
func NormalizeRowsBackward(dx, du, unit, norms []float32, n, d int) {
	for i := range n {
		u, g, out := unit[i*d:][:d], du[i*d:][:d], dx[i*d:][:d]
		along := kernel.Dot(u, g)
		inv := 1 / norms[i]
		for j := range out {
			out[j] += (g[j] - u[j]*along) * inv
		}
	}
}
