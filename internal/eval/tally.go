package eval

import (
	"cmp"
	"math"
	"slices"

	"exemplar/internal/splitmix"
)

// pair is one comparison of samples A and B. In a list of scores A and B are numbers of
// classes.
type pair struct {
	score float64
	a, b  int32
}

const (
	bins     = 1 << 18    // over [-1, 1]
	binWidth = 2.0 / bins // 7.6e-6: the resolution of cosines that are not kept one by one

	// All pairs are kept if they are at most keepAll. Of more, a tally keeps twice as many
	// as an FMR of 1e-3 accepts, and at least keepAll.
	keepAll   = 2_000_000
	keepShare = 2e-3

	maxPairs = 16 << 20 // mated pairs, or pairs of scores that are no cosine: 256 MB
)

// tally gathers comparisons one by one: all mated pairs and the highest non-mated pairs.
// If it cannot keep all non-mated pairs, it adds a histogram and a uniform sample of them.
// One goroutine owns a tally, and merge joins several.
type tally struct {
	mated []pair
	top   []pair  // non-mated pairs above floor, all of them
	floor float64 // every non-mated pair with a higher score is in top
	total int64   // non-mated pairs
	count []int64 // non-mated pairs by sample

	keep   int     // number of the highest pairs to keep; 0: all
	hist   []int64 // of the non-mated scores, if not all are kept
	sample []pair  // of the non-mated pairs, each taken with the probability share
	share  float64
}

// newTally returns a tally that keeps all scores, of any range.
func newTally(samples int) *tally {
	return &tally{floor: math.Inf(-1), count: make([]int64, samples)}
}

// newCosineTally returns a tally for the cosines of about other non-mated pairs. It keeps
// all of them up to the number keep.
func newCosineTally(samples int, other int64, keep int) *tally {
	t := newTally(samples)
	if other > int64(keep) {
		t.keep = max(keep, int(float64(other)*keepShare)+1)
		t.share = float64(keep) / float64(other)
		t.hist = make([]int64, bins)
	}
	return t
}

func bin(score float64) int {
	return max(0, min(bins-1, int((score+1)*(bins/2))))
}

// binStart is the lowest score of a bin.
func binStart(b int) float64 { return float64(b)*binWidth - 1 }

func (t *tally) addOther(score float64, a, b int32) {
	t.total++
	t.count[a]++
	t.count[b]++
	if score > t.floor {
		t.top = append(t.top, pair{score, a, b})
	}
	if t.keep == 0 {
		return
	}
	t.hist[bin(score)]++
	if len(t.top) >= 2*t.keep {
		t.prune()
	}
	if chance(a, b) < t.share {
		t.sample = append(t.sample, pair{score, a, b})
	}
}

// prune raises the floor to the edge of a bin above which the tally has seen at most keep
// pairs, and drops the pairs below.
func (t *tally) prune() {
	b, above := bins, int64(0)
	for b > 0 && above+t.hist[b-1] <= int64(t.keep) {
		b--
		above += t.hist[b]
	}
	t.floor = math.Nextafter(binStart(b), -1)
	t.drop()
}

// drop drops the kept pairs at or below the floor.
func (t *tally) drop() {
	t.top = slices.DeleteFunc(t.top, func(p pair) bool { return p.score <= t.floor })
}

// descending orders pairs by falling score, and pairs of equal score by their samples, so
// that the result does not depend on the order of goroutines.
func descending(x, y pair) int {
	switch {
	case x.score > y.score:
		return -1
	case x.score < y.score:
		return 1
	case x.a != y.a:
		return cmp.Compare(x.a, y.a)
	default:
		return cmp.Compare(x.b, y.b)
	}
}

// chance draws a number in [0, 1) for a pair. It is the same in
// every run and in every goroutine.
func chance(a, b int32) float64 {
	x := uint64(uint32(min(a, b)))<<32 | uint64(uint32(max(a, b)))
	return float64(splitmix.Hash(x)>>11) / (1 << 53)
}

// merge adds the content of another tally, which must not be used afterwards.
func (t *tally) merge(o *tally) {
	t.mated = append(t.mated, o.mated...)
	t.sample = append(t.sample, o.sample...)
	t.total += o.total
	for i, n := range o.hist {
		t.hist[i] += n
	}
	for i, n := range o.count {
		t.count[i] += n
	}
	t.floor = max(t.floor, o.floor)
	t.top = append(t.top, o.top...)
	t.drop()
}

// comparisons closes the tally. The last pruning makes the floor independent of how the
// work was divided, because no part had a higher floor than the whole.
func (t *tally) comparisons(class []int32) *comparisons {
	if t.keep > 0 {
		t.prune()
	}
	slices.SortFunc(t.mated, descending)
	slices.SortFunc(t.top, descending)
	c := &comparisons{mated: t.mated, top: t.top, floor: t.floor, total: t.total, count: t.count, class: class}
	if len(t.top) == int(t.total) {
		return c
	}
	c.hist = t.hist
	c.above = make([]int64, bins+1)
	for b := bins - 1; b >= 0; b-- {
		c.above[b] = c.above[b+1] + t.hist[b]
	}
	for _, p := range t.sample {
		if p.score <= t.floor {
			c.rest = append(c.rest, p)
		}
	}
	slices.SortFunc(c.rest, descending)
	c.restWeight = 1 / t.share
	return c
}
