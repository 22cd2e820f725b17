package eval

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// MaxRank is the highest rank that is reported.
const MaxRank = 10

// Identification says how well a probe is found in the gallery.
type Identification struct {
	Ranks []float64 `json:"ranks"` // share of probes whose label is among the best 1, 2, ... 10
	Low   []float64 `json:"ranks_low"`
	High  []float64 `json:"ranks_high"`

	Probes  int     `json:"probes"`       // captures of registered classes
	Classes int     `json:"classes"`      // registered
	Gallery string  `json:"gallery"`      // "references", or "drawn" if the set has none
	Leaf    float64 `json:"right_leaf"`   // shares of the best label: right,
	Parent  float64 `json:"right_parent"` // an ancestor of the right one or its sibling,
	Wrong   float64 `json:"wrong"`        // anything else

	Drawn []DrawnRanks `json:"drawn,omitempty"`
	Open  []OpenPoint  `json:"open"`

	OpenCurves []OpenCurve `json:"-"`
	Confusions []Confusion `json:"-"`

	probes  []int32 // samples that were looked up, and what was found
	results []probeResult
}

// DrawnRanks holds the ranks with k images of each class drawn as its references, as the
// mean of several draws.
type DrawnRanks struct {
	K           int       `json:"k"`
	Repetitions int       `json:"repetitions"`
	Ranks       []float64 `json:"ranks"`
	Low         float64   `json:"low"` // interval of rank 1
	High        float64   `json:"high"`
}

// Confusion counts how often captures of one class had another as their best.
type Confusion struct {
	Truth, Answer string
	Count, Of     int
	Score         float64 // the highest score of such a capture
}

// probeResult is the result of a gallery for one probe.
type probeResult struct {
	own      float64 // score of the own class; -Inf if it is not registered
	rank     int     // of the own class, ties counted against it; 0 if it is not registered
	best     int32   // class with the highest score, ties counted against the own class; -1: none
	other    float64 // highest score of a class other than the own
	stranger float64 // the same without the ancestors and descendants of the own
}

// identified reports whether the own class is ahead of all others.
func (f probeResult) identified() bool { return f.rank == 1 }

// find makes the result of a probe from its scores against the registered classes. It
// leaves out labels that the set ignores for this probe.
func (g *gallery) find(probe int, scores []float32) probeResult {
	i := int(g.probes[probe])
	own := g.classes.of[i]
	var related []int32
	if !g.classes.isStranger(i) {
		related = g.classes.related[own]
	}
	low := math.Inf(-1)
	f := probeResult{own: low, other: low, stranger: low, best: -1}
	if p := g.place(own); p >= 0 {
		f.own, f.rank, f.best = float64(scores[p]), 1, own
	}
	for p, v := range scores {
		class, score := g.enrol[p], float64(v)
		inLine := has(related, class)
		if class == own || (!inLine && has(g.classes.excluded[i], class)) {
			continue
		}
		if score >= f.own && f.rank > 0 {
			f.rank++
		}
		if score > f.other {
			f.other = score
			if score >= f.own {
				f.best = class
			}
		}
		if !inLine {
			f.stranger = max(f.stranger, score)
		}
	}
	return f
}

func (g *gallery) findAll(ctx context.Context, workers int) ([]probeResult, error) {
	results := make([]probeResult, len(g.probes))
	err := g.each(ctx, workers, func(k int, scores []float32) { results[k] = g.find(k, scores) })
	return results, err
}

// ranks counts identifications by class: element r-1 holds those within rank r.
type ranks struct {
	trials []float64
	hits   [MaxRank][]float64
}

func newRanks(classes int) *ranks {
	r := &ranks{trials: make([]float64, classes)}
	for i := range r.hits {
		r.hits[i] = make([]float64, classes)
	}
	return r
}

func (r *ranks) add(g *gallery, results []probeResult) {
	for k, f := range results {
		if f.rank == 0 {
			continue
		}
		class := g.classes.of[g.probes[k]]
		r.trials[class]++
		for i := f.rank - 1; i < MaxRank; i++ {
			r.hits[i][class]++
		}
	}
}

func (r *ranks) rates() (rates, low, high []float64) {
	for i := range r.hits {
		p, l, h := clustered{r.hits[i], r.trials}.interval()
		rates, low, high = append(rates, p), append(low, l), append(high, h)
	}
	return rates, low, high
}

// identify judges a gallery of the references of a set, or of one image of each class,
// drawn at random, if it has none. It returns nil if nothing can be looked up.
func identify(ctx context.Context, s *Set, c *classes, o Options) (*Identification, error) {
	g := referenceGallery(s, c)
	id := &Identification{Gallery: "references"}
	if len(g.enrol) == 0 && s.Scores == nil { // a matrix of scores has columns for references alone
		g, id.Gallery = drawnGallery(s, c, 1, o.random(0)), "drawn"
	}
	results, err := g.findAll(ctx, o.Workers)
	if err != nil {
		return nil, err
	}
	r := newRanks(len(c.labels))
	r.add(g, results)
	id.Classes, id.probes, id.results = len(g.enrol), g.probes, results
	for _, n := range r.trials {
		id.Probes += int(n)
	}
	if id.Probes == 0 {
		return nil, nil
	}
	id.Ranks, id.Low, id.High = r.rates()
	id.relate(g, results)
	id.Confusions = confusions(g, results)
	if err := id.open(ctx, g, results, o); err != nil {
		return nil, err
	}
	if s.Scores == nil {
		err = id.draw(ctx, s, c, o)
	}
	return id, err
}

// relate counts how the best labels relate to the right ones.
func (id *Identification) relate(g *gallery, results []probeResult) {
	for k, f := range results {
		if f.rank == 0 {
			continue
		}
		truth, answer := g.classes.labels[g.classes.of[g.probes[k]]], g.classes.labels[f.best]
		share := 1 / float64(id.Probes)
		switch {
		case truth == answer:
			id.Leaf += share
		case IsAbove(answer, truth) || sameParent(answer, truth):
			id.Parent += share
		default:
			id.Wrong += share
		}
	}
}

// draw repeats rank identification with galleries of k images drawn at random.
func (id *Identification) draw(ctx context.Context, s *Set, c *classes, o Options) error {
	for _, k := range o.Drawn {
		r := newRanks(len(c.labels))
		for repetition := range o.Repetitions {
			g := drawnGallery(s, c, k, o.random(uint64(k)<<32|uint64(repetition)))
			results, err := g.findAll(ctx, o.Workers)
			if err != nil {
				return err
			}
			r.add(g, results)
		}
		rates, low, high := r.rates()
		if math.IsNaN(rates[0]) {
			continue // no class has more than k images
		}
		id.Drawn = append(id.Drawn, DrawnRanks{K: k, Repetitions: o.Repetitions, Ranks: rates, Low: low[0], High: high[0]})
	}
	return nil
}

// confusions lists the pairs of classes of which one was taken for the other, the most
// frequent first.
func confusions(g *gallery, results []probeResult) []Confusion {
	type key struct{ truth, answer int32 }
	counts := map[key]*Confusion{}
	of := map[int32]int{}
	for k, f := range results {
		if f.rank == 0 {
			continue
		}
		truth := g.classes.of[g.probes[k]]
		of[truth]++
		if f.best == truth {
			continue
		}
		x := counts[key{truth, f.best}]
		if x == nil {
			x = &Confusion{Truth: g.classes.labels[truth], Answer: g.classes.labels[f.best], Score: f.other}
			counts[key{truth, f.best}] = x
		}
		x.Count++
		x.Score = max(x.Score, f.other)
	}
	var list []Confusion
	for k, x := range counts {
		x.Of = of[k.truth]
		list = append(list, *x)
	}
	slices.SortFunc(list, func(a, b Confusion) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return cmp.Or(strings.Compare(a.Truth, b.Truth), strings.Compare(a.Answer, b.Answer))
	})
	return list
}

// random returns a separate source of random numbers for each purpose.
func (o Options) random(purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(o.Seed, purpose)) }
