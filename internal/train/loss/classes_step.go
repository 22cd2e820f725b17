package loss

import (
	"math"
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// blockRows is the number of centres processed at a time. 512 rows of 256 values are half a megabyte, so that the result
// of one product is still in the second-level cache when the next one reads it.
const blockRows = 512

// classShard is a range of classes [lo, hi) and the scratch memory of its part of a step.
type classShard struct {
	head   *Classes
	lo, hi int

	rows    []int32   // S classes of this step, rising
	inv     []float32 // (S) 1/|w|, or 1 for a plain head
	scores  []float32 // (S,B) logits, then their exponentials, then the gradient by the cosines
	top     []float32 // (B) largest logit
	sum     []float64 // (B) of exponentials
	partial []float32 // (B) of those of a block
	block   []float32 // (blockRows,D) normalised centres
	grad    []float32 // (blockRows,D)
	du      []float32 // (B,D)
	right   []target  // samples whose class lies in this shard
}

// target is a sample, and the row of its own class.
type target struct {
	sample, row int // row of rows
	logit       float32
	slope       float32
}

// batch is what all shards share in a step.
type batch struct {
	n       int
	targets []int32
	unit    []float32      // (B,D)
	columns *kernel.Packed // unitᵀ
	packed  *kernel.Packed // unit
	shift   []float32      // (B) subtracted from the logits before the exponential
	coef    []float32      // (B) scale·weight / (B·sum)
	weight  float64
	lr      float64
}

// Step computes the mean loss over a batch, adds weight times its gradient to du (B,D), and updates the sampled centres
// with learning rate lr. unit (B,D) are the embeddings, normalised unless the head is plain. The same step samples the
// same classes.
func (c *Classes) Step(du, unit []float32, targets []int32, weight, lr float64, step uint64) float64 {
	b := &batch{
		n: len(targets), targets: targets, unit: unit, weight: weight, lr: lr,
		columns: kernel.PackTransposed(unit, len(targets), c.opt.Dim),
		packed:  kernel.Pack(unit, len(targets), c.opt.Dim),
		shift:   make([]float32, len(targets)),
		coef:    make([]float32, len(targets)),
	}
	positives := slices.Clone(targets)
	slices.Sort(positives)
	positives = slices.Compact(positives)
	c.setShift(b)
	c.eachShard(func(s *classShard) {
		s.sample(positives, step)
		s.logits(b)
	})
	if c.opt.Plain {
		c.searchShift(b)
	}
	loss := c.setCoefficients(b)
	c.eachShard(func(s *classShard) { s.backward(b) })
	for _, s := range c.shards {
		kernel.AddScaled(du, s.du, 1)
	}
	return loss
}

// scale is s of the margin family, and 1 for a plain head.
func (c *Classes) scale() float32 {
	if c.opt.Plain {
		return 1
	}
	return float32(c.opt.Margin.Scale)
}

// logits gathers the sampled centres and computes their scores with every sample, with the margin for the right ones. If
// the shift is known beforehand (see setShift), it computes the exponentials while a block is in the cache.
func (s *classShard) logits(b *batch) {
	s.reserve(b)
	s.findTargets(b)
	for from := 0; from < len(s.rows); from += blockRows {
		rows := min(blockRows, len(s.rows)-from)
		s.gather(from, rows, true)
		product(s.scores[from*b.n:][:rows*b.n], s.block[:rows*s.head.opt.Dim], rows, b.columns)
		s.applyMargins(b, from, from+rows)
		if !s.head.opt.Plain {
			s.exponentials(b, from, from+rows)
		}
	}
}

// findTargets lists the samples whose class lies in this shard, by row.
func (s *classShard) findTargets(b *batch) {
	s.right = s.right[:0]
	for i, class := range b.targets {
		if int(class) >= s.lo && int(class) < s.hi {
			row, _ := slices.BinarySearch(s.rows, class)
			s.right = append(s.right, target{sample: i, row: row, slope: 1})
		}
	}
	slices.SortStableFunc(s.right, func(a, b target) int { return a.row - b.row })
}

// applyMargins applies the margin to the scores of the right classes among rows [from, to).
func (s *classShard) applyMargins(b *batch, from, to int) {
	first, _ := slices.BinarySearchFunc(s.right, from, func(t target, row int) int { return t.row - row })
	for i := first; i < len(s.right) && s.right[i].row < to; i++ {
		t := &s.right[i]
		score := &s.scores[t.row*b.n+t.sample]
		if !s.head.opt.Plain {
			*score, t.slope = s.head.opt.Margin.target(*score)
		}
		t.logit = *score * s.head.scale()
	}
}

// reserve sizes the scratch memory, which never shrinks.
func (s *classShard) reserve(b *batch) {
	d := s.head.opt.Dim
	s.inv = reuse.Slice(s.inv, len(s.rows))
	s.scores = reuse.Slice(s.scores, len(s.rows)*b.n)
	s.block = reuse.Slice(s.block, blockRows*d)
	s.grad = reuse.Slice(s.grad, blockRows*d)
	s.du = reuse.Slice(s.du, b.n*d)
	s.sum = reuse.Slice(s.sum, b.n)
	s.top = reuse.Slice(s.top, b.n)
	s.partial = reuse.Slice(s.partial, b.n)
	clear(s.du)
	clear(s.sum)
}

// gather copies centres into block, normalised. first says that their lengths have yet to be computed.
func (s *classShard) gather(from, rows int, first bool) {
	d := s.head.opt.Dim
	for i := range rows {
		w := s.head.Centre(int(s.rows[from+i]))
		if first {
			s.inv[from+i] = 1
			if !s.head.opt.Plain {
				s.inv[from+i] = float32(1 / math.Max(math.Sqrt(float64(kernel.Dot(w, w))), MinNorm))
			}
		}
		out := s.block[i*d:][:d]
		clear(out)
		kernel.AddScaled(out, w, s.inv[from+i])
	}
}

// setShift chooses the shift that keeps the exponentials in range. Scaled cosines lie in [−s, s], and e^64 · 2^31 classes
// fits in a float32, so that only a plain head has to search for its largest logit.
func (c *Classes) setShift(b *batch) {
	for i := range b.shift {
		b.shift[i] = max(0, c.scale()-64)
	}
}

// searchShift sets the shift of each sample to its largest logit, since a plain head's logits are not bounded.
func (c *Classes) searchShift(b *batch) {
	c.eachShard(func(s *classShard) {
		copy(s.top, s.scores[:b.n])
		for row := 1; row < len(s.rows); row++ {
			for i, v := range s.scores[row*b.n:][:b.n] {
				s.top[i] = max(s.top[i], v)
			}
		}
	})
	copy(b.shift, c.shards[0].top)
	for _, s := range c.shards[1:] {
		for i, v := range s.top {
			b.shift[i] = max(b.shift[i], v)
		}
	}
	c.eachShard(func(s *classShard) {
		for from := 0; from < len(s.rows); from += blockRows {
			s.exponentials(b, from, min(from+blockRows, len(s.rows)))
		}
	})
}

// exponentials replaces the scores of rows [from, to) by e^(scale·score − shift) and sums them per sample.
func (s *classShard) exponentials(b *batch, from, to int) {
	clear(s.partial)
	for row := from; row < to; row++ {
		kernel.SoftmaxTerms(s.scores[row*b.n:][:b.n], b.shift, s.partial, s.head.scale())
	}
	for i, v := range s.partial {
		s.sum[i] += float64(v)
	}
}

// setCoefficients adds the shards' sums in their order, sets coef, and returns the mean loss.
func (c *Classes) setCoefficients(b *batch) float64 {
	sums := make([]float64, b.n)
	var loss float64
	for _, s := range c.shards {
		for i, v := range s.sum {
			sums[i] += v
		}
		for _, t := range s.right {
			loss += float64(b.shift[t.sample] - t.logit)
		}
	}
	for i, v := range sums {
		v = math.Max(v, math.SmallestNonzeroFloat32)
		loss += math.Log(v)
		b.coef[i] = float32(float64(c.scale()) * b.weight / (float64(b.n) * v))
	}
	return loss / float64(b.n)
}

// backward turns the exponentials into the gradient by the cosines, G = coef·(p − 1 at the right class), adds Gᵀ·w to
// du, and steps the centres along G·u taken through their normalisation.
func (s *classShard) backward(b *batch) {
	d := s.head.opt.Dim
	for from := 0; from < len(s.rows); from += blockRows {
		rows := min(blockRows, len(s.rows)-from)
		g, block, grad := s.scores[from*b.n:][:rows*b.n], s.block[:rows*d], s.grad[:rows*d]
		kernel.ScaleChannels(g, 1, rows, b.n, b.coef)
		s.subtractTargets(b, from, from+rows)
		s.gather(from, rows, false)
		kernel.MatMulTransA(s.du, g, block, rows, b.n, d)
		product(grad, g, rows, b.packed)
		s.update(from, rows, b.lr)
	}
}

// subtractTargets subtracts the 1 of the gradient at the right classes among rows [from, to).
func (s *classShard) subtractTargets(b *batch, from, to int) {
	whole := s.head.scale() * float32(b.weight/float64(b.n))
	first, _ := slices.BinarySearchFunc(s.right, from, func(t target, row int) int { return t.row - row })
	for _, t := range s.right[first:] {
		if t.row >= to {
			return
		}
		g := &s.scores[t.row*b.n+t.sample]
		*g = t.slope * (*g - whole)
	}
}

// update steps the centres of a block by its gradients.
func (s *classShard) update(from, rows int, lr float64) {
	c, d := s.head, s.head.opt.Dim
	for i := range rows {
		class := int(s.rows[from+i])
		grad := s.grad[i*d:][:d]
		scale := float32(1)
		if !c.opt.Plain {
			w := s.block[i*d:][:d]
			kernel.AddScaled(grad, w, -kernel.Dot(w, grad))
			scale = s.inv[from+i]
		}
		c.steps[class]++
		c.opt.Optimizer.UpdateAt(c.Centre(class), grad, c.state.Slice(class*d, (class+1)*d), lr, scale, c.corrections.At(int(c.steps[class])))
	}
}
