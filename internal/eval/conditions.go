package eval

import (
	"maps"
	"math"
	"slices"
)

// Condition is the part of a set that was taken in one way. It is judged at the
// threshold of the whole set.
type Condition struct {
	Name     string   `json:"name"`
	Captures int      `json:"captures"`
	Target   float64  `json:"fmr_target"` // of the whole set: 1e-4, or the smallest supported one
	FMR      float64  `json:"fmr"`        // of pairs with such a capture
	TPR      float64  `json:"tpr"`
	Low      float64  `json:"low"`
	High     float64  `json:"high"`
	Rank1    *float64 `json:"rank1,omitempty"` // nil when no such capture is of a registered class
}

// conditions judges each condition of a set. It returns none for a set with a single
// condition.
func conditions(s *Set, c *comparisons, v *Verification, id *Identification) []Condition {
	if v == nil {
		return nil
	}
	captures := map[string]int{}
	for _, x := range s.Samples {
		if x.Condition != "" && x.Refused == "" {
			captures[x.Condition]++
		}
	}
	if len(captures) < 2 {
		return nil
	}
	point := v.Headline()
	var list []Condition
	for _, name := range slices.Sorted(maps.Keys(captures)) {
		list = append(list, Condition{Name: name, Captures: captures[name], Target: point.Target})
	}
	for i := range list {
		list[i].judge(s, c, point.Threshold)
		list[i].rank(s, id)
	}
	return slices.DeleteFunc(list, func(x Condition) bool { return math.IsNaN(x.TPR) })
}

// Headline is the point at 1e-4, or at the smallest FMR that has support.
func (v *Verification) Headline() Point {
	for _, p := range v.Points {
		if p.Target >= 1e-4 && p.Supported {
			return p
		}
	}
	return v.Points[len(v.Points)-1]
}

func (x *Condition) judge(s *Set, c *comparisons, threshold float64) {
	taken := func(p pair) bool { return s.Samples[p.a].Condition == x.Name || s.Samples[p.b].Condition == x.Name }
	classes := 0
	for _, k := range c.class {
		classes = max(classes, int(k)+1)
	}
	rate := newClustered(classes)
	for _, p := range c.mated {
		if !taken(p) {
			continue
		}
		rate.trials[c.class[p.a]]++
		if p.score >= threshold {
			rate.hits[c.class[p.a]]++
		}
	}
	x.TPR, x.Low, x.High = rate.interval()
	x.FMR = c.fmrOf(threshold, taken)
}

// fmrOf is the FMR of a part of the pairs at a threshold. If not all pairs were kept, it
// estimates the number of the part's pairs from a uniform sample.
func (c *comparisons) fmrOf(threshold float64, part func(pair) bool) float64 {
	hits, trials := 0.0, 0.0
	for _, list := range []struct {
		pairs  []pair
		weight float64
	}{{c.top, 1}, {c.rest, c.restWeight}} {
		for _, p := range list.pairs {
			if !part(p) {
				continue
			}
			trials += list.weight
			if p.score >= threshold {
				hits += list.weight
			}
		}
	}
	if trials == 0 {
		return 0
	}
	return hits / trials
}

func (x *Condition) rank(s *Set, id *Identification) {
	if id == nil {
		return
	}
	hits, trials := 0.0, 0.0
	for k, f := range id.results {
		if f.rank == 0 || s.Samples[id.probes[k]].Condition != x.Name {
			continue
		}
		trials++
		if f.identified() {
			hits++
		}
	}
	if trials > 0 {
		rate := hits / trials
		x.Rank1 = &rate
	}
}
