package scoremodel

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

const (
	// MinImpostors is the least number of scores a curve can be fitted on.
	MinImpostors = 1000

	// The tail is fitted on the highest 1 % of the scores, but on no fewer than
	// 100, whose Pareto fit still means something, and no more than 500: what
	// was counted needs no fit, and the further out the tail starts the better
	// the limit law holds. (A million Gaussian scores and a rate of 1e-6: a
	// threshold 0.15 deviations too high; with a tail of 10,000, 0.75.)
	minTail, maxTail = 100, 500

	// maxShape keeps the mean and the variance of the fitted tail finite.
	maxShape = 0.49

	knotStep = 0.01 // cosine between knots
)

// ErrTooFew says that a fit was asked for on too few scores.
var ErrTooFew = errors.New("too few scores for a fit")

// FitCalibration fits FMR(score) on the scores of non-mated comparisons, each
// the score of one probe against one label that it does not belong to. It
// takes time linear in their number and leaves them as they are. The margin is
// [DefaultMargin]; set it from [FitMargin].
func FitCalibration(impostorScores []float32, source string) (*Calibration, error) {
	n := len(impostorScores)
	if n < MinImpostors {
		return nil, fmt.Errorf("%d impostor scores, at least %d: %w", n, MinImpostors, ErrTooFew)
	}
	for i, s := range impostorScores {
		if !(s >= -1.001 && s <= 1.001) { // cosines, with room for rounding
			return nil, fmt.Errorf("impostor score %d is %v, not a cosine: %w", i, s, ErrCalibration)
		}
	}
	tail, err := fitTail(impostorScores)
	if err != nil {
		return nil, err
	}
	return &Calibration{
		Source: source,
		Pairs:  int64(n),
		Knots:  countKnots(impostorScores, tail),
		Tail:   tail,
		Margin: DefaultMargin,
	}, nil
}

// countKnots counts the share of scores at or above each step of the grid
// below the tail; the last knot is where the tail starts.
func countKnots(scores []float32, tail Tail) []Knot {
	first := float64(slices.Min(scores))
	steps := max(1, int((tail.Start-first)/knotStep))
	step := (tail.Start - first) / float64(steps)
	counts := make([]int, steps+1) // of scores in [first + i*step, first + (i+1)*step)
	for _, s := range scores {
		counts[min(steps, int((float64(s)-first)/step))]++
	}
	knots := make([]Knot, steps+1)
	reached := len(scores)
	for i := range steps {
		knots[i] = Knot{first + float64(i)*step, float64(reached) / float64(len(scores))}
		reached -= counts[i]
	}
	knots[steps] = Knot{tail.Start, tail.Rate}
	for i := steps - 1; i >= 0; i-- { // a score on an edge may round into the cell below
		knots[i].FMR = max(knots[i].FMR, knots[i+1].FMR)
	}
	return knots
}

// fitTail fits a generalised Pareto law to the excesses of the highest scores
// by probability-weighted moments (Hosking and Wallis 1987, eq. 3 and 4, with
// Shape = -k), which need no iteration and no good start.
//
// A negative shape (scores that end before 1) is replaced by the exponential
// law, and a shape beyond maxShape by that: both err towards more impostors.
func fitTail(scores []float32) (Tail, error) {
	count := min(max(len(scores)/100, minTail), maxTail)
	top := highest(scores, count)
	start := top[0]
	mean, weighted := 0.0, 0.0 // E[Y] and E[Y(1-F(Y))] of the excesses Y
	n := float64(len(top))
	for i, s := range top { // rising
		excess := float64(s) - float64(start)
		mean += excess / n
		weighted += excess * (n - 1 - float64(i)) / (n - 1) / n
	}
	if mean < 1e-6 || len(top) == len(scores) {
		return Tail{}, fmt.Errorf("too many impostor scores are %v, they must spread: %w", start, ErrCalibration)
	}
	shape := 2 - mean/(mean-2*weighted)
	shape = min(max(shape, 0), maxShape)
	if math.IsNaN(shape) {
		shape = maxShape
	}
	return Tail{
		Start: float64(start),
		Rate:  n / float64(len(scores)),
		Scale: mean * (1 - shape), // the law's mean is Scale/(1-Shape)
		Shape: shape,
	}, nil
}

// highest returns, rising, the count highest scores and all that tie with the
// lowest of them.
func highest(scores []float32, count int) []float32 {
	const bins = 1 << 14
	bin := func(s float32) int { return int((min(max(s, -1), 1) + 1) * (bins / 2)) }
	var counts [bins + 1]int
	for _, s := range scores {
		counts[bin(s)]++
	}
	floor, reached := bins, counts[bins]
	for reached < count {
		floor--
		reached += counts[floor]
	}
	top := make([]float32, 0, reached)
	for _, s := range scores {
		if bin(s) >= floor {
			top = append(top, s)
		}
	}
	slices.Sort(top)
	first := len(top) - count
	for first > 0 && top[first-1] == top[first] {
		first--
	}
	return top[first:]
}

// FitMargin returns the smallest lead m >= 0 in cosine such that a wrong label
// leads the right one by more than m in at most the given share of the probes.
// leads holds, for every mated probe, the score of its own label less that of
// the best other label; the probes' labels should have look-alikes. Fewer than
// 3/rate leads say nothing about such a rate and give ErrTooFew.
func FitMargin(leads []float32, rate float64) (float64, error) {
	if need := 3 / rate; float64(len(leads)) < need {
		return 0, fmt.Errorf("%d leads, at least %.0f for a rate of %g: %w", len(leads), need, rate, ErrTooFew)
	}
	sorted := slices.Clone(leads)
	slices.Sort(sorted)
	if math.IsNaN(float64(sorted[0])) { // NaN comes first
		return 0, fmt.Errorf("a lead is NaN: %w", ErrCalibration)
	}
	allowed := int(rate * float64(len(sorted))) // leads below -m
	return max(0, -float64(sorted[min(allowed, len(sorted)-1)])), nil
}
