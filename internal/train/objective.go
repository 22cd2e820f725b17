package train

import (
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/train/loss"
	"exemplar/internal/train/recipe"
)

// objective is the weighted sum of the losses of a stage, with the parameters that they train besides the network's.
type objective struct {
	settings   recipe.Settings
	classes    *loss.Classes    // nil without a classification head
	teacher    *Teacher         // nil without distillation
	projection *loss.Projection // nil unless the kind of distillation needs one
}

// Names of the parts of the loss in logs.
const (
	partContrast = "contrast"
	partClasses  = "classes"
	partDistill  = "distill"
)

// embeddingBatch holds the embeddings of a batch by sample number, and the gradients of the loss by them.
type embeddingBatch struct {
	n, d     int
	raw      []float32 // (S,D) output of the network
	unit     []float32 // (S,D) raw, normalised to length 1
	norms    []float32 // (S) lengths of raw
	du, draw []float32 // (S,D) gradients by unit and by raw
}

func newRows(n, d int) *embeddingBatch {
	size := n * d
	return &embeddingBatch{
		n: n, d: d, raw: make([]float32, size), unit: make([]float32, size), norms: make([]float32, n),
		du: make([]float32, size), draw: make([]float32, size),
	}
}

// compute returns the loss of the embeddings rows.raw, and its parts without their weights. It leaves the gradient in
// rows.draw, and updates the class centres. lr is the network's learning rate; step seeds the sampling of classes.
func (o *objective) compute(rows *embeddingBatch, b *Batch, lr float64, step uint64) (float64, map[string]float64) {
	loss.NormalizeRows(rows.unit, rows.norms, rows.raw, rows.n, rows.d)
	clear(rows.du)
	clear(rows.draw)
	s := o.settings
	parts := map[string]float64{}
	if s.Contrast.Weight > 0 {
		c := loss.Contrast{Scale: s.Contrast.Scale, Margin: s.Contrast.Margin}
		parts[partContrast] = c.Loss(rows.du, rows.unit, b.Layout.Classes, rows.d, s.Contrast.Weight)
	}
	if s.Distill.Weight > 0 {
		parts[partDistill] = o.distill(rows, b)
	}
	if o.classes != nil {
		parts[partClasses] = o.classify(rows, b, lr, step)
	}
	loss.NormalizeRowsBackward(rows.draw, rows.du, rows.unit, rows.norms, rows.n, rows.d)
	total := s.Contrast.Weight*parts[partContrast] + s.Distill.Weight*parts[partDistill] + s.Classes.Weight*parts[partClasses]
	return total, parts
}

// classify runs the classification head over the samples that have a class.
func (o *objective) classify(rows *embeddingBatch, b *Batch, lr float64, step uint64) float64 {
	c := o.settings.Classes
	from, to := rows.unit, rows.du
	if c.Plain {
		from, to = rows.raw, rows.draw
	}
	var chosen []int
	var targets []int32
	for i, t := range b.Target {
		if t != noClass {
			chosen = append(chosen, i)
			targets = append(targets, t)
		}
	}
	x := gatherRows(from, chosen, rows.d)
	dx := make([]float32, len(x))
	value := o.classes.Step(dx, x, targets, c.Weight, lr*c.LRScale, step)
	scatterRows(to, dx, chosen, rows.d)
	return value
}

// distill computes the distillation loss of the samples for which the teacher has features.
func (o *objective) distill(rows *embeddingBatch, b *Batch) float64 {
	var chosen []int
	var features, centres []float32
	for i := range rows.n {
		f := o.teacher.feature(b.Source[i%b.Layout.Classes])
		if f == nil {
			continue
		}
		chosen = append(chosen, i)
		features = append(features, f...)
		if o.settings.Distill.Kind == loss.DistillLogits {
			centres = append(centres, o.classes.Centre(int(b.Target[i]))...)
		}
	}
	if len(chosen) < 2 {
		return 0
	}
	if centres != nil {
		loss.NormalizeRows(centres, make([]float32, len(chosen)), slices.Clone(centres), len(chosen), rows.d)
	}
	d := loss.Distill{Kind: o.settings.Distill.Kind, Scale: o.settings.Distill.Scale}
	dx := make([]float32, len(chosen)*rows.d)
	value := d.Loss(dx, loss.DistillBatch{
		Count: len(chosen), Student: gatherRows(rows.unit, chosen, rows.d), Teacher: features,
		Centres: centres, Projection: o.projection,
	}, o.settings.Distill.Weight)
	scatterRows(rows.du, dx, chosen, rows.d)
	return value
}

func gatherRows(x []float32, chosen []int, d int) []float32 {
	out := make([]float32, 0, len(chosen)*d)
	for _, i := range chosen {
		out = append(out, x[i*d:][:d]...)
	}
	return out
}

// scatterRows adds the rows of part to the chosen rows of x.
func scatterRows(x, part []float32, chosen []int, d int) {
	for k, i := range chosen {
		kernel.AddScaled(x[i*d:][:d], part[k*d:][:d], 1)
	}
}
