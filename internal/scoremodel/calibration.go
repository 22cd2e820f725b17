package scoremodel

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
)

// DefaultMargin is the lead in cosine that a label needs over every other one
// when no margin was fitted (see [FitMargin]).
const DefaultMargin = 0.05

// ErrCalibration says that a calibration cannot be used.
var ErrCalibration = errors.New("not a usable calibration")

// Calibration says how often an impostor reaches a score: FMR(score), the share of
// non-mated comparisons that score at least as much. A comparison is one probe
// against one label. Its score is the best over the label's references and their four
// rotations.
//
// Up to Tail.Start the curve is what was counted, at knots with log-linear
// interpolation between them; above it, the fitted tail. Down to
// [Calibration.SupportedFMR] data support it; beyond, it is an extrapolation. A
// Calibration is not changed once made, and safe for concurrent use.
type Calibration struct {
	Source string  `json:"source,omitempty"` // what it was fitted on, in words
	Pairs  int64   `json:"pairs"`            // non-mated comparisons behind it
	Knots  []Knot  `json:"knots"`            // rising scores, falling rates
	Tail   Tail    `json:"tail"`
	Margin float64 `json:"margin"` // lead in cosine that a label needs over its rivals

	LLRModel *LLRModel `json:"proof,omitempty"` // what the evidence of geometry is worth; nil where it was not fitted
}

// Knot is one counted point of the curve.
type Knot struct {
	Score float64 `json:"score"`
	FMR   float64 `json:"fmr"`
}

// Tail is a generalised Pareto tail above Start: for s >= Start,
//
//	FMR(s) = Rate * (1 + Shape*(s-Start)/Scale)^(-1/Shape),
//
// and Rate * exp(-(s-Start)/Scale) for Shape = 0 (Pickands 1975, Balkema and
// de Haan 1974: the law of excesses over a high threshold).
type Tail struct {
	Start float64 `json:"start"`
	Rate  float64 `json:"rate"`
	Scale float64 `json:"scale"`
	Shape float64 `json:"shape"`
}

// fmr is the tail's rate at score s >= Start.
func (t Tail) fmr(s float64) float64 {
	excess := (s - t.Start) / t.Scale
	if t.Shape == 0 {
		return t.Rate * math.Exp(-excess)
	}
	return t.Rate * math.Exp(-math.Log1p(t.Shape*excess)/t.Shape)
}

// score inverts fmr for rates of at most Rate.
func (t Tail) score(fmr float64) float64 {
	depth := math.Log(t.Rate / fmr)
	if t.Shape == 0 {
		return t.Start + t.Scale*depth
	}
	return t.Start + t.Scale*math.Expm1(t.Shape*depth)/t.Shape
}

// FMR returns the share of impostors that reach score. It never rises with score. It
// is 1 below the curve, and for NaN: a broken score is never trusted.
func (c *Calibration) FMR(score float64) float64 {
	switch {
	case !(score > c.Knots[0].Score):
		return 1
	case score >= c.Tail.Start:
		return c.Tail.fmr(score)
	}
	i := sort.Search(len(c.Knots), func(i int) bool { return c.Knots[i].Score > score })
	low, high := c.Knots[i-1], c.Knots[i]
	at := (score - low.Score) / (high.Score - low.Score)
	return math.Exp((1-at)*math.Log(low.FMR) + at*math.Log(high.FMR))
}

// Score returns the smallest score, to within 1e-9, with FMR(score) <= fmr.
// Over 1 means that no cosine is rare enough.
func (c *Calibration) Score(fmr float64) float64 {
	if fmr <= c.Tail.Rate {
		return c.Tail.score(fmr)
	}
	low, high := c.Knots[0].Score, c.Tail.Start
	for high-low > 1e-9 {
		if mid := (low + high) / 2; c.FMR(mid) <= fmr {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// SupportedFMR returns the smallest rate that the number of impostor pairs supports:
// 3/pairs, by the rule of three (no event in n trials bounds the rate by 3/n with 95
// % confidence). Smaller rates rest on the form of the tail alone.
func (c *Calibration) SupportedFMR() float64 { return min(1, 3/float64(c.Pairs)) }

// AcceptFMR returns the rate per comparison at which a stranger is accepted by
// any of n labels with probability fpir: 1-(1-fpir)^(1/n).
func AcceptFMR(fpir float64, n int) float64 {
	return -math.Expm1(math.Log1p(-fpir) / float64(max(n, 1)))
}

// Threshold returns the score from which on labels are accepted in a gallery
// of n labels so that a stranger is accepted with probability fpir, 0 < fpir < 1.
func (c *Calibration) Threshold(fpir float64, n int) float64 {
	return c.Score(AcceptFMR(fpir, n))
}

// UnmarshalJSON reads and checks a calibration, so that one that was read can
// be used without care.
func (c *Calibration) UnmarshalJSON(data []byte) error {
	type plain Calibration
	var read plain
	if err := json.Unmarshal(data, &read); err != nil {
		return fmt.Errorf("%w: %w", ErrCalibration, err)
	}
	checked := Calibration(read)
	if err := checked.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrCalibration, err)
	}
	*c = checked
	return nil
}

// ParseCalibration reads a calibration from JSON, as bundles carry it.
func ParseCalibration(data []byte) (*Calibration, error) {
	c := new(Calibration)
	if err := json.Unmarshal(data, c); err != nil {
		if errors.Is(err, ErrCalibration) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", ErrCalibration, err)
	}
	if c.Knots == nil { // JSON null never reaches UnmarshalJSON
		return nil, fmt.Errorf("%w: it is empty", ErrCalibration)
	}
	return c, nil
}

// check holds c to what FMR and Score rely on.
func (c *Calibration) check() error {
	t := c.Tail
	switch {
	case c.Pairs < 1:
		return fmt.Errorf("pairs is %d", c.Pairs)
	case len(c.Knots) < 2:
		return fmt.Errorf("%d knots, at least 2", len(c.Knots))
	case !(c.Margin >= 0 && c.Margin <= 2):
		return fmt.Errorf("margin is %v, a cosine lead", c.Margin)
	case !(t.Scale > 0 && t.Scale <= 2) || !(t.Shape >= 0 && t.Shape <= maxShape):
		return fmt.Errorf("tail has scale %v and shape %v", t.Scale, t.Shape)
	}
	for i, k := range c.Knots {
		if !(k.Score >= -2 && k.Score <= 2) || !(k.FMR > 0 && k.FMR <= 1) {
			return fmt.Errorf("knot %d is %v", i, k)
		}
		if i > 0 && !(k.Score > c.Knots[i-1].Score && k.FMR <= c.Knots[i-1].FMR) {
			return fmt.Errorf("knots %d and %d: scores must rise and rates fall", i-1, i)
		}
	}
	if last := c.Knots[len(c.Knots)-1]; last != (Knot{t.Start, t.Rate}) {
		return fmt.Errorf("tail starts at %v, the last knot is %v", Knot{t.Start, t.Rate}, last)
	}
	return nil
}
