package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"exemplar/internal/kernel"
	"exemplar/internal/parallel"
)

// gallery holds the registered references and the probes to look up in them.
type gallery struct {
	set     *Set
	classes *classes
	probes  []int32 // samples to look up
	enrol   []int32 // classes that are registered, ascending

	owner []int32   // for each reference, or turned form of one, its place in enrol
	refs  []float32 // their embeddings; nil when the set has scores
}

// referenceGallery registers a set's references.
func referenceGallery(s *Set, c *classes) *gallery {
	var refs, probes []int32
	for _, i := range usable(s) {
		if s.Samples[i].enrolled() {
			refs = append(refs, i)
		} else {
			probes = append(probes, i)
		}
	}
	return newGallery(s, c, refs, probes)
}

// drawnGallery registers k images of each class, drawn at random, or all of a
// class that has fewer.
func drawnGallery(s *Set, c *classes, k int, rng *rand.Rand) *gallery {
	members := make([][]int32, len(c.labels))
	var refs, probes []int32
	for _, i := range usable(s) {
		if c.isStranger(int(i)) {
			probes = append(probes, i)
		} else {
			members[c.of[i]] = append(members[c.of[i]], i)
		}
	}
	for _, list := range members {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		n := min(k, len(list))
		refs = append(refs, list[:n]...)
		probes = append(probes, list[n:]...)
	}
	slices.Sort(refs)
	slices.Sort(probes)
	return newGallery(s, c, refs, probes)
}

func newGallery(s *Set, c *classes, refs, probes []int32) *gallery {
	g := &gallery{set: s, classes: c, probes: probes}
	for _, i := range refs {
		g.enrol = append(g.enrol, c.of[i])
	}
	slices.Sort(g.enrol)
	g.enrol = slices.Compact(g.enrol)
	for _, i := range refs {
		place, _ := slices.BinarySearch(g.enrol, c.of[i])
		g.owner = append(g.owner, int32(place))
		if s.Scores != nil {
			continue
		}
		g.refs = append(g.refs, s.Embeddings[int(i)*s.Dim:(int(i)+1)*s.Dim]...)
		if s.Turned == nil {
			continue
		}
		g.refs = append(g.refs, s.Turned[i]...)
		for range len(s.Turned[i]) / s.Dim {
			g.owner = append(g.owner, int32(place))
		}
	}
	return g
}

// place returns the position of a class among the registered ones, or -1.
func (g *gallery) place(class int32) int {
	if i, ok := slices.BinarySearch(g.enrol, class); ok {
		return i
	}
	return -1
}

// each calls visit for every probe with the best score of each registered class. Probes
// come in any order and from several goroutines. The scores are valid during the call.
func (g *gallery) each(ctx context.Context, workers int, visit func(probe int, scores []float32)) error {
	var next atomic.Int64
	return parallel.Each(ctx, workers, workers, func(ctx context.Context, _ int) error {
		scores := make([]float32, len(g.enrol))
		row := make([]float32, len(g.owner))
		for ctx.Err() == nil {
			k := int(next.Add(1) - 1)
			if k >= len(g.probes) {
				return nil
			}
			g.best(scores, g.row(row, k))
			visit(k, scores)
		}
		return ctx.Err()
	})
}

// row returns the scores of a probe against all references.
func (g *gallery) row(dst []float32, probe int) []float32 {
	if g.refs == nil {
		return g.set.Scores[probe*len(g.owner) : (probe+1)*len(g.owner)]
	}
	i := int(g.probes[probe])
	kernel.DotBlock(dst, g.set.Embeddings[i*g.set.Dim:(i+1)*g.set.Dim], g.refs, g.set.Dim)
	return dst
}

func (g *gallery) best(dst, row []float32) {
	for i := range dst {
		dst[i] = float32(math.Inf(-1))
	}
	for i, v := range row {
		dst[g.owner[i]] = max(dst[g.owner[i]], v)
	}
}

// pairs compares every probe with every registered class. The score of a label is the
// best one of its references at all rotations.
func (g *gallery) pairs(ctx context.Context, workers int) (*comparisons, error) {
	first := make([]int32, len(g.enrol)) // a sample to name each class in a pair
	for i, x := range slices.Backward(g.set.Samples) {
		if p := g.place(g.classes.of[i]); p >= 0 && x.enrolled() && x.Refused == "" {
			first[p] = int32(i)
		}
	}
	t := newTally(len(g.set.Samples))
	var lock sync.Mutex
	err := g.each(ctx, workers, func(k int, scores []float32) {
		i := g.probes[k]
		lock.Lock()
		defer lock.Unlock()
		for p, v := range scores {
			j := first[p]
			switch {
			case g.classes.neutral(int(i), int(j)):
			case g.classes.of[j] == g.classes.of[i]:
				t.mated = append(t.mated, pair{float64(v), i, j})
			default:
				t.addOther(float64(v), i, j)
			}
		}
	})
	return t.comparisons(g.classes.of), err
}
