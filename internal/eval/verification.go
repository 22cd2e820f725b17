package eval

import "math"

// Targets are the FMRs at which the TPR is reported.
var Targets = []float64{1e-5, 1e-4, 1e-3, 1e-2, 1e-1}

// Verification says how well scores separate mated from non-mated pairs. All rates lie in
// 0..1.
type Verification struct {
	MatedPairs    int64   `json:"mated_pairs"`
	NonMatedPairs int64   `json:"non_mated_pairs"`
	AUROC         float64 `json:"auroc"`
	EER           float64 `json:"eer"`
	Points        []Point `json:"points"`

	Curve      []CurvePoint `json:"-"` // for plots, from the strictest threshold on
	Histograms Histograms   `json:"-"`
	Worst      Worst        `json:"-"`
}

// Point is the TPR at one FMR.
type Point struct {
	Target    float64 `json:"fmr_target"`
	FMR       float64 `json:"fmr"` // observed; at most the target
	Threshold float64 `json:"threshold"`
	TPR       float64 `json:"tpr"`
	Low       float64 `json:"low"` // 95 % interval of the TPR at the target
	High      float64 `json:"high"`
	Supported bool    `json:"supported"` // at least 3/target non-mated pairs (rule of three)
}

// CurvePoint is a point of the ROC with its interval.
type CurvePoint struct{ FMR, TPR, Low, High, Threshold float64 }

// At returns the point of a target, or the zero point if it is none of [Targets].
func (v *Verification) At(target float64) Point {
	for _, p := range v.Points {
		if p.Target == target {
			return p
		}
	}
	return Point{}
}

// verify computes all of a set's rates over pairs.
func verify(c *comparisons) (*Verification, error) {
	switch {
	case len(c.mated) == 0:
		return nil, ErrNoMated
	case c.total == 0:
		return nil, ErrNoOther
	}
	v := &Verification{MatedPairs: int64(len(c.mated)), NonMatedPairs: c.total, AUROC: c.auroc(), EER: c.eer()}
	u := newUncertainty(c)
	for _, target := range Targets {
		t := c.threshold(target)
		p := Point{Target: target, Threshold: t, FMR: c.fmr(t), TPR: c.tpr(t), Supported: supported(target, c.total)}
		p.Low, p.High = u.tpr(target)
		v.Points = append(v.Points, p)
	}
	v.Curve = curve(c, u)
	v.Histograms = histograms(c)
	v.Worst = worst(c)
	return v, nil
}

// supported is the rule of three: after n trials without an event the rate is below 3/n
// with a confidence of 95 %. So a rate needs 3/rate trials.
func supported(rate float64, trials int64) bool { return float64(trials)*rate >= 3*(1-1e-12) }

const (
	pointsPerDecade = 4   // of the curve's band
	widestBand      = 0.5 // FMR up to which the curve has points
)

// curve samples the ROC evenly in the logarithm of the FMR.
func curve(c *comparisons, u *uncertainty) []CurvePoint {
	lowest := math.Floor(-math.Log10(float64(c.total))*pointsPerDecade) / pointsPerDecade
	var points []CurvePoint
	for e := max(-6, lowest); ; e += 1.0 / pointsPerDecade {
		f := min(widestBand, math.Pow(10, e))
		t := c.threshold(f)
		p := CurvePoint{FMR: f, TPR: c.tpr(t), Threshold: t}
		p.Low, p.High = u.tpr(f)
		points = append(points, p)
		if f == widestBand {
			break
		}
	}
	return append(points, CurvePoint{FMR: 1, TPR: 1, Low: 1, High: 1, Threshold: c.lowest()})
}

// Histograms are the shares of mated and non-mated scores in bins of equal
// width between Low and High.
type Histograms struct {
	Low, High       float64
	Mated, NonMated []float64
}

const plotBins = 120

func histograms(c *comparisons) Histograms {
	h := Histograms{Low: c.lowest(), High: c.mated[0].score, Mated: make([]float64, plotBins), NonMated: make([]float64, plotBins)}
	if len(c.top) > 0 {
		h.High = max(h.High, c.top[0].score)
	}
	if c.hist != nil {
		for b, n := range c.hist {
			if n > 0 {
				h.Low = min(h.Low, binStart(b))
				break
			}
		}
	}
	width := (h.High - h.Low) / plotBins
	at := func(score float64) int {
		if width == 0 {
			return 0
		}
		return max(0, min(plotBins-1, int((score-h.Low)/width)))
	}
	for _, p := range c.mated {
		h.Mated[at(p.score)] += 1 / float64(len(c.mated))
	}
	if c.hist != nil {
		for b, n := range c.hist {
			h.NonMated[at(binStart(b)+binWidth/2)] += float64(n) / float64(c.total)
		}
		return h
	}
	for _, p := range c.top {
		h.NonMated[at(p.score)] += 1 / float64(c.total)
	}
	return h
}

// Worst holds the pairs that a system gets wrong first.
type Worst struct {
	Genuine  []ScoredPair // mated pairs with the lowest scores, worst first
	Impostor []ScoredPair // non-mated pairs with the highest scores, worst first
}

// ScoredPair is a pair of samples, by their numbers in the set.
type ScoredPair struct {
	A, B  int
	Score float64
}

const (
	worstPairs    = 12
	worstOfSample = 2 // pairs of one image, so that a bad one does not fill the list
)

func worst(c *comparisons) Worst {
	var w Worst
	seen := map[int32]int{}
	take := func(p pair, list *[]ScoredPair) {
		if len(*list) < worstPairs && seen[p.a] < worstOfSample && seen[p.b] < worstOfSample {
			seen[p.a]++
			seen[p.b]++
			*list = append(*list, ScoredPair{A: int(p.a), B: int(p.b), Score: p.score})
		}
	}
	for i := len(c.mated) - 1; i >= 0 && len(w.Genuine) < worstPairs; i-- {
		take(c.mated[i], &w.Genuine)
	}
	clear(seen)
	for i := 0; i < len(c.top) && len(w.Impostor) < worstPairs; i++ {
		take(c.top[i], &w.Impostor)
	}
	return w
}
