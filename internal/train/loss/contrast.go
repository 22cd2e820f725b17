package loss

import (
	"math"

	"exemplar/internal/kernel"
)

// Contrast is the two-view contrastive loss with a margin. A batch holds N classes in two views, A and B. For an anchor
// the other view of its class is the positive, which scores s·(cos − margin); the negatives are the other classes in
// both views, s·cos. Cross-entropy over these 2N−1 candidates, both views in turn as anchors, averaged over 2N anchors:
//
//	L = −1/2N Σ_i log( e^{s(u_i·u_i' − m)} / ( e^{s(u_i·u_i' − m)} + Σ_{j ≠ i, i'} e^{s u_i·u_j} ) )
//
// NT-Xent of Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020 (eq. 1), with
// the additive margin of CosFace. There is no queue of older embeddings: without a momentum encoder the network drifts,
// old embeddings can be recognised by that alone, and the loss falls without any learning.
type Contrast struct {
	Scale  float64 // 24 in the reference recipe
	Margin float64 // 0.15 in the reference recipe
}

// never is a score whose exponential is 0.
const never = -1e6

// Loss returns the mean loss and adds weight times its gradient to du. unit and du are (2N,D), normalised rows, view A
// of all classes first, then view B in the same order. The scale is at most 64, so that exponentials need no shift.
//
// The matrix of scores is symmetric, margins included: the sum over a column is the sum over the row of the anchor, and
// G + Gᵀ, which du = (G + Gᵀ)·u asks for, has the elements s·e_ij·(1/sum_i + 1/sum_j), less 2s at the positives.
func (c Contrast) Loss(du, unit []float32, classes, d int, weight float64) float64 {
	n := 2 * classes
	scores, sums, noShift := make([]float32, n*n), make([]float32, n), make([]float32, n)
	product(scores, unit, n, kernel.PackTransposed(unit, n, d))
	s := float32(c.Scale)
	var loss float64
	for i := range n {
		row := scores[i*n:][:n]
		positive := &row[(i+classes)%n]
		row[i] = never
		*positive -= float32(c.Margin)
		loss -= float64(s * *positive)
		kernel.SoftmaxTerms(row, noShift, sums, s)
	}
	for i, v := range sums {
		loss += math.Log(float64(v))
		sums[i] = s / v
	}
	for i := range n {
		row := scores[i*n:][:n]
		for j, e := range row {
			row[j] = e * (sums[i] + sums[j])
		}
		row[(i+classes)%n] -= 2 * s
	}
	grad := make([]float32, n*d)
	product(grad, scores, n, kernel.Pack(unit, n, d))
	kernel.AddScaled(du, grad, float32(weight/float64(n)))
	return loss / float64(n)
}
