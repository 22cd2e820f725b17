// Package loss holds the losses by which package train trains embeddings: margin softmax over sampled class centres
// (classes.go, classes_step.go, margin.go), contrast of two views (contrast.go), and distillation from a teacher
// (distill.go).
//
// In come embeddings as rows of unit length, which [NormalizeRows] makes; out comes the mean loss of a batch. Every loss
// adds weight times its gradient to a slice that the caller provides. Names in comments: B or N samples, D values of an
// embedding, E of a teacher's feature, C classes, S sampled classes.
package loss

import (
	"math"

	"exemplar/internal/kernel"
)

// product computes out (M,N) = a (M,K) · b (K,N).
func product(out, a []float32, m int, b *kernel.Packed) {
	kernel.MatMul(out, a, m, b, nil, kernel.None)
}

// MinNorm is the least length by which rows are divided, so that a zero row stays zero.
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
