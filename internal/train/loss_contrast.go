package train

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
// the additive margin of CosFace. A queue of older embeddings is left out on purpose: without a momentum encoder the
// drift of the network tells old from new, and the loss falls without anything being learnt.
type Contrast struct {
	Scale  float64 // 24 in the reference recipe
	Margin float64 // 0.15 in the reference recipe
}

// Loss returns the mean loss and adds weight times its gradient to du. unit and du are (2N,D), normalised rows, view A
// of all classes first, then view B in the same order.
func (c Contrast) Loss(du, unit []float32, classes, d int, weight float64) float64 {
	n := 2 * classes
	scores := make([]float32, n*n)
	product(scores, unit, n, packTransposed(unit, n, d))
	var loss float64
	for i := range n {
		loss += c.row(scores[i*n:][:n], i, (i+classes)%n)
	}
	// scores now hold dL/dcos · n; cos = u·uᵀ is symmetric in its operands: du += (G + Gᵀ)·u.
	symmetrize(scores, n)
	grad := make([]float32, n*d)
	product(grad, scores, n, kernel.Pack(unit, n, d))
	addScaled(du, grad, float32(weight/float64(n)))
	return loss / float64(n)
}

// row turns the cosines of one anchor into the gradient by them and returns its loss.
func (c Contrast) row(cos []float32, anchor, positive int) float64 {
	s := float32(c.Scale)
	cos[positive] -= float32(c.Margin)
	top := float32(math.Inf(-1))
	for j, v := range cos {
		if j != anchor {
			top = max(top, v)
		}
	}
	right := float64(s * (cos[positive] - top))
	var sum float64
	for j, v := range cos {
		e := fastExp(s * (v - top))
		cos[j] = e
		if j != anchor {
			sum += float64(e)
		}
	}
	inv := float32(1/sum) * s
	for j := range cos {
		cos[j] *= inv
	}
	cos[anchor] = 0
	cos[positive] -= s
	return math.Log(sum) - right
}

// symmetrize replaces g (N,N) by g + gᵀ.
func symmetrize(g []float32, n int) {
	for i := range n {
		for j := i; j < n; j++ {
			sum := g[i*n+j] + g[j*n+i]
			g[i*n+j], g[j*n+i] = sum, sum
		}
	}
}
