package eval

import (
	"context"
	"fmt"
	"math"
)

// CalibrationCheck compares an FPIR that was asked for with the one that strangers met.
type CalibrationCheck struct {
	Classes   int     `json:"classes"` // registered
	Requested float64 `json:"requested"`
	Observed  float64 `json:"met"`
	Low       float64 `json:"low"` // 95 % interval of the FPIR met
	High      float64 `json:"high"`
	Threshold float64 `json:"threshold"`
	Strangers int     `json:"strangers"` // searches with images of classes that were not registered
}

// CheckCalibration draws galleries of each size from the classes of a set: with the
// references of the drawn classes, or one image each if there are none. It looks up the
// images of all other classes in them. threshold is the threshold of a calibration for n
// classes and an FPIR. The calibration must not be fitted on this set. CheckCalibration
// leaves out sizes for which the set has too few classes.
func CheckCalibration(ctx context.Context, s *Set, sizes []int, fpirs []float64, threshold func(n int, fpir float64) (float64, error), o Options) ([]CalibrationCheck, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("check calibration on %q: %w", s.Name, err)
	}
	o = o.withDefaults(s)
	c := newClasses(s)
	g := referenceGallery(s, c)
	if len(g.enrol) == 0 {
		g = drawnGallery(s, c, 1, o.random(0))
	}
	var list []CalibrationCheck
	for _, n := range sizes {
		if n > len(g.enrol) {
			continue
		}
		best, err := g.strangerScores(ctx, n, o)
		if err != nil {
			return nil, err
		}
		if len(best) == 0 {
			continue // every class is registered, and the set has no strangers
		}
		for _, f := range fpirs {
			t, err := threshold(n, f)
			if err != nil {
				return nil, fmt.Errorf("check calibration on %q: threshold for %d classes: %w", s.Name, n, err)
			}
			list = append(list, checkedCalibration(n, f, t, best, c.count()))
		}
	}
	return list, nil
}

// strangerScores returns the best scores of the probes whose classes were not drawn, of
// all repetitions.
func (g *gallery) strangerScores(ctx context.Context, n int, o Options) ([]searchOutcome, error) {
	drawn := make([][]bool, o.Repetitions)
	for r := range drawn {
		drawn[r] = make([]bool, len(g.enrol))
		for _, place := range o.random(2<<48 | uint64(n)<<16 | uint64(r)).Perm(len(g.enrol))[:n] {
			drawn[r][place] = true
		}
	}
	found := make([][]searchOutcome, len(g.probes))
	err := g.each(ctx, o.Workers, func(k int, scores []float32) {
		class := g.classes.of[g.probes[k]]
		own := g.place(class)
		masked := make([]float32, len(scores))
		for _, in := range drawn {
			if own >= 0 && in[own] {
				continue
			}
			for i, v := range scores {
				masked[i] = v
				if !in[i] {
					masked[i] = float32(math.Inf(-1))
				}
			}
			found[k] = append(found[k], searchOutcome{class, g.find(k, masked).stranger})
		}
	})
	var all []searchOutcome
	for _, list := range found {
		all = append(all, list...)
	}
	return all, err
}

func checkedCalibration(n int, fpir, threshold float64, best []searchOutcome, classes int) CalibrationCheck {
	p := CalibrationCheck{Classes: n, Requested: fpir, Threshold: threshold, Strangers: len(best)}
	rate := newClustered(classes)
	for _, a := range best {
		rate.trials[a.class]++
		if a.score >= threshold {
			rate.hits[a.class]++
		}
	}
	p.Observed, p.Low, p.High = rate.interval()
	return p
}
