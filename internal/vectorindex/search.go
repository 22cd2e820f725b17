package vectorindex

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/label"
	"exemplar/internal/store"
)

// fewReferences is the number of references up to which an exact comparison with all
// takes no longer than the preparation of the scan.
const fewReferences = 256

// Hit is a label and the reference of it that is most like a probe.
type Hit struct {
	Label     label.Label
	Reference string  // id
	Score     float32 // cosine of the two embeddings
	Rotation  int     // of the reference, in degrees clockwise: 0, 90, 180 or 270
}

// Search returns the k labels most like the probe (dim), by falling score. The score
// of a label is the highest cosine of any embedding of its references. Labels of equal
// score come in alphabetic order. A probe that is not finite finds nothing.
//
// The answer is the same as if all embeddings were compared in float32: the scan of
// bytes skips only embeddings that its error bound rules out.
func (x *Index) Search(embedding []float32, k int) []Hit {
	p := newProbe(embedding)
	x.mu.RLock()
	defer x.mu.RUnlock()
	k = min(k, x.live)
	if k < 1 || math.IsNaN(p.norm) || math.IsInf(p.norm, 0) {
		return nil
	}
	t := tally{index: x, probe: &p, best: map[int32]Hit{}}
	if len(x.ids) <= fewReferences {
		for slot := range x.ids {
			t.compare(slot)
		}
	} else {
		x.scan(&p, k, t.row)
	}
	return t.top(k)
}

// SearchKnown is Search for embeddings of any model: the error says why one cannot be
// searched.
func (x *Index) SearchKnown(embedding []float32, k int) ([]Hit, error) {
	if len(embedding) != x.dim {
		return nil, fmt.Errorf("search: %w (an embedding of %d numbers, not %d)", store.ErrWrongModel, len(embedding), x.dim)
	}
	if length := kernel.Norm(embedding); math.IsNaN(length) || math.IsInf(length, 0) {
		return nil, fmt.Errorf("search: the embedding is not finite")
	}
	return x.Search(embedding, k), nil
}

// tally collects the best exact score of each label.
type tally struct {
	index *Index
	probe *probe
	best  map[int32]Hit // by label number
}

// compare scores all rotations of a reference.
func (t *tally) compare(slot int) {
	for r := range store.Rotations {
		t.row(slot, r)
	}
}

// row scores one rotation of a reference.
func (t *tally) row(slot, rotation int) {
	b, first := t.index.at(slot)
	number := t.index.labels[slot]
	c := Hit{
		Label:     t.index.names[number],
		Score:     t.probe.dot(b, first+rotation),
		Reference: t.index.ids[slot],
		Rotation:  90 * rotation,
	}
	if old, seen := t.best[number]; !seen || better(c, old) < 0 {
		t.best[number] = c
	}
}

// top returns the k best labels in order.
func (t *tally) top(k int) []Hit {
	all := make([]Hit, 0, len(t.best))
	for _, c := range t.best {
		all = append(all, c)
	}
	slices.SortFunc(all, better)
	return all[:min(k, len(all))]
}

// better orders hits by falling score, and hits of equal score by names. So the same
// references give the same answer, whatever the history of the index.
func better(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Label, b.Label),
		cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.Rotation, b.Rotation))
}

// shortlisted is an embedding that may matter.
type shortlisted struct {
	row   int32 // slot*store.Rotations + rotation
	score float32
}

// scan calls visit for every embedding that could be the best one of a label among the
// k best. It decides by the scores from bytes and their error bound, so that it visits
// few others.
func (x *Index) scan(p *probe, k int, visit func(slot, rotation int)) {
	// Each score from bytes is off by at most the bound. So the order of two scores is
	// sure only if they differ by more than twice the bound.
	errorMargin := float32(2 * p.errorBound(x.norm, x.residual))
	errorMargin += errorMargin * 0x1p-20 // for the rounding to float32
	best := topK{k: k, cutoff: negInf}
	var list []shortlisted
	products := make([]int32, blockReferences*store.Rotations)
	for i, b := range x.blocks {
		first := i * blockReferences
		out := products[:len(b.scale)]
		kernel.DotBlockInt8(out, p.bytes, b.bytes, x.dim)
		floor := best.cutoff - errorMargin
		for row, product := range out {
			score := float32(product) * b.scale[row] * p.scale
			if score < floor {
				continue
			}
			label := x.labels[first+row/store.Rotations]
			if score >= best.update(label, score)-errorMargin {
				list = append(list, shortlisted{int32(first*store.Rotations + row), score})
			}
			floor = best.cutoff - errorMargin
		}
	}
	for _, h := range list {
		slot := int(h.row / store.Rotations)
		if h.score >= best.bar(x.labels[slot])-errorMargin {
			visit(slot, int(h.row%store.Rotations))
		}
	}
}

var negInf = float32(math.Inf(-1))

// topK holds the k labels with the highest approximate scores so far.
type topK struct {
	k      int
	labels []int32
	scores []float32
	cutoff float32 // the lowest of k scores; -Inf while there are fewer
}

// update enters a score of a label and returns the label's bar. An embedding of the
// label cannot matter if its score is below the bar by more than the error margin.
func (l *topK) update(label int32, score float32) float32 {
	at := slices.Index(l.labels, label)
	switch {
	case at >= 0:
		if score <= l.scores[at] {
			return l.scores[at]
		}
		l.scores[at] = score
	case len(l.labels) < l.k:
		l.labels, l.scores = append(l.labels, label), append(l.scores, score)
	case score > l.cutoff:
		lowest := slices.Index(l.scores, l.cutoff)
		l.labels[lowest], l.scores[lowest] = label, score
	default:
		return l.cutoff
	}
	if len(l.labels) == l.k {
		l.cutoff = slices.Min(l.scores)
	}
	return score
}

// bar returns the bar of a label, as update does, without a new score.
func (l *topK) bar(label int32) float32 {
	if at := slices.Index(l.labels, label); at >= 0 {
		return l.scores[at]
	}
	return l.cutoff
}
