package loss

import (
	"math"

	"exemplar/internal/kernel"
	"exemplar/internal/train/random"
)

// DistillKind names a distillation loss. All work on rows of unit length: u (N,D) of the student, t (N,E) of the teacher.
// p and q are softmax distributions with the inverse temperature Scale, s in the formulas.
type DistillKind string

const (
	// DistillFeatures is KL(p‖q) with p = softmax(s·t), q = softmax(s·z) over the E values of a feature, where z is the
	// projected and normalised student: Kullback-Leibler divergence over normalised features, as the DocClassifier
	// project describes it.
	DistillFeatures DistillKind = "features"
	// DistillCosine is 1 − z·t.
	DistillCosine DistillKind = "cosine"
	// DistillSimilarity is KL(p‖q) with p_i = softmax_j(s·t_i·t_j), q_i = softmax_j(s·u_i·u_j) over the other samples
	// of the batch: Passalis and Tefas, "Learning Deep Representations with Probabilistic Knowledge Transfer", 2018.
	DistillSimilarity DistillKind = "similarity"
	// DistillRelational is the mean over pairs of (u_i·u_j − t_i·t_j)²: Tung and Mori, "Similarity-Preserving
	// Knowledge Distillation", 2019, eq. 4, without its normalisation of rows, which unit features do not need.
	DistillRelational DistillKind = "relational"
	// DistillLogits is KL(p‖q) with p_i = softmax_j(s·t_i·t_j), q_i = softmax_j(s·u_i·c_j) over the classes of the
	// batch: Hinton et al., "Distilling the Knowledge in a Neural Network", 2015. The teacher's features serve as its
	// class centres; the student's centres c_j get no gradient.
	DistillLogits DistillKind = "logits"
)

// Distill is a distillation loss.
type Distill struct {
	Kind  DistillKind
	Scale float64
}

// NeedsProjection says whether the loss compares features of student and teacher value by value, which needs a
// [Projection].
func (k DistillKind) NeedsProjection() bool { return k == DistillFeatures || k == DistillCosine }

// DistillBatch is a batch of samples for which a teacher has features.
type DistillBatch struct {
	Count      int         // N
	Student    []float32   // (N,D) unit rows
	Teacher    []float32   // (N,E) unit rows
	Centres    []float32   // (N,D) unit rows: the class centre of each sample, for DistillLogits; else nil
	Projection *Projection // for the kinds that compare features; else nil
}

// Loss returns the mean loss of the samples and adds weight times its gradient to du (N,D).
func (d Distill) Loss(du []float32, b DistillBatch, weight float64) float64 {
	switch d.Kind {
	case DistillFeatures, DistillCosine:
		return d.features(du, b, weight)
	case DistillLogits:
		return d.pairs(du, b, b.Centres, weight)
	}
	return d.pairs(du, b, b.Student, weight)
}

// features compares projected features with the teacher's.
func (d Distill) features(du []float32, b DistillBatch, weight float64) float64 {
	n, p := b.Count, b.Projection
	e := p.Out
	raw, z, norms := make([]float32, n*e), make([]float32, n*e), make([]float32, n)
	p.forward(raw, b.Student, n)
	NormalizeRows(z, norms, raw, n, e)
	dz := make([]float32, n*e)
	var loss float64
	for i := range n {
		zi, ti, gi := z[i*e:][:e], b.Teacher[i*e:][:e], dz[i*e:][:e]
		if d.Kind == DistillCosine {
			loss += 1 - float64(kernel.Dot(zi, ti))
			kernel.AddScaled(gi, ti, -1)
		} else {
			loss += divergence(gi, zi, ti, d.Scale, -1)
		}
	}
	scaleBy(dz, float32(weight/float64(n)))
	draw := make([]float32, n*e)
	NormalizeRowsBackward(draw, dz, z, norms, n, e)
	p.backward(du, draw, b.Student, n)
	return loss / float64(n)
}

// pairs compares the cosines of the student's rows with others (N,D) to the cosines among the teacher's rows.
func (d Distill) pairs(du []float32, b DistillBatch, others []float32, weight float64) float64 {
	n := b.Count
	dim, teacherDim := len(b.Student)/n, len(b.Teacher)/n
	student, wanted := make([]float32, n*n), make([]float32, n*n)
	product(student, b.Student, n, kernel.PackTransposed(others, n, dim))
	product(wanted, b.Teacher, n, kernel.PackTransposed(b.Teacher, n, teacherDim))
	grad := make([]float32, n*n)
	var loss float64
	for i := range n {
		si, wi, gi := student[i*n:][:n], wanted[i*n:][:n], grad[i*n:][:n]
		switch d.Kind {
		case DistillRelational:
			loss += squaredDistance(gi, si, wi) / float64(n)
			scaleBy(gi, 1/float32(n))
		case DistillSimilarity:
			loss += divergence(gi, si, wi, d.Scale, i)
		default:
			loss += divergence(gi, si, wi, d.Scale, -1)
		}
	}
	if d.Kind != DistillLogits {
		symmetrize(grad, n)
	}
	part := make([]float32, n*dim)
	product(part, grad, n, kernel.Pack(others, n, dim))
	kernel.AddScaled(du, part, float32(weight/float64(n)))
	return loss / float64(n)
}

// divergence returns KL(softmax(s·wanted) ‖ softmax(s·have)) without position skip (-1: none), and writes its gradient by
// have: s·(q − p).
func divergence(grad, have, wanted []float32, scale float64, skip int) float64 {
	logP, logQ := logSoftmax(wanted, scale, skip), logSoftmax(have, scale, skip)
	var loss float64
	for j := range have {
		if j == skip {
			continue
		}
		p, q := math.Exp(logP[j]), math.Exp(logQ[j])
		loss += p * (logP[j] - logQ[j])
		grad[j] = float32(scale * (q - p))
	}
	return loss
}

func logSoftmax(x []float32, scale float64, skip int) []float64 {
	out := make([]float64, len(x))
	top := math.Inf(-1)
	for j, v := range x {
		out[j] = scale * float64(v)
		if j != skip {
			top = math.Max(top, out[j])
		}
	}
	var sum float64
	for j, v := range out {
		if j != skip {
			sum += math.Exp(v - top)
		}
	}
	for j := range out {
		out[j] -= top + math.Log(sum)
	}
	return out
}

// squaredDistance returns Σ(have − wanted)² and writes its gradient by have.
func squaredDistance(grad, have, wanted []float32) float64 {
	var loss float64
	for j, v := range have {
		diff := v - wanted[j]
		loss += float64(diff) * float64(diff)
		grad[j] = 2 * diff
	}
	return loss
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

func scaleBy(x []float32, s float32) {
	for i := range x {
		x[i] *= s
	}
}

// Projection is the linear map from the student's embedding to the teacher's features. It is trained with the network and
// is no part of the bundle.
type Projection struct {
	In, Out      int
	Weight, Grad []float32 // (In,Out)
}

// NewProjection draws the weights from a normal distribution of variance 1/in.
func NewProjection(in, out int, seed uint64) *Projection {
	p := &Projection{In: in, Out: out, Weight: make([]float32, in*out), Grad: make([]float32, in*out)}
	rng := random.Stream(seed, random.ForProjection, 0)
	for i := range p.Weight {
		p.Weight[i] = float32(rng.NormFloat64() / math.Sqrt(float64(in)))
	}
	return p
}

func (p *Projection) forward(out, in []float32, n int) {
	product(out, in, n, kernel.Pack(p.Weight, p.In, p.Out))
}

// backward adds to din (N,In) and to the gradient of the weights.
func (p *Projection) backward(din, dout, in []float32, n int) {
	part := make([]float32, n*p.In)
	product(part, dout, n, kernel.PackTransposed(p.Weight, p.In, p.Out))
	kernel.AddScaled(din, part, 1)
	kernel.MatMulTransA(p.Grad, in, dout, n, p.In, p.Out)
}
