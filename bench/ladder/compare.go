package main

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// figures are the figures of a rung, by seed and target.
type figures []measured

// mean is the mean over seeds and targets.
func (f figures) mean() float64 {
	var sum float64
	for _, seed := range f {
		sum += mean(seed)
	}
	return sum / float64(len(f))
}

// byTarget returns the means over seeds.
func (f figures) byTarget() measured {
	out := make(measured, len(f[0]))
	for _, seed := range f {
		for i, v := range seed {
			out[i] += v / float64(len(f))
		}
	}
	return out
}

// difference is the lead of one rung over another, with its 95 % interval.
type difference struct{ mean, low, high float64 }

// outside reports whether zero lies outside of the interval.
func (d difference) outside() bool { return d.low > 0 || d.high < 0 }

// compare returns the mean difference of a from b over targets and seeds. Its variance is the sum of two: the variance of
// the differences by target, and the variance that other seeds cause in a mean (seedVariance), which all targets share.
// The part of the seeds' variance that differs by target is in both, so that the interval is too wide rather than too
// narrow.
func compare(a, b figures, seedVariance float64) difference {
	x, y := a.byTarget(), b.byTarget()
	d := make([]float64, len(x))
	for i := range d {
		d[i] = x[i] - y[i]
	}
	m := mean(d)
	variance := sumSquares(d, m) / float64(len(d)-1) / float64(len(d))
	variance += seedVariance * (1/float64(len(a)) + 1/float64(len(b)))
	half := distuv.StudentsT{Sigma: 1, Nu: float64(len(d) - 1)}.Quantile(0.975) * math.Sqrt(variance)
	return difference{m, m - half, m + half}
}

// pooled is an estimate of a variance: a sum of squares and how many values in it are free.
type pooled struct{ sum, freedom float64 }

// printedSeeds is what the seeds of four rungs tell whose figures by seed are gone: the intervals of an earlier page,
// taken apart, hold the variance of 2.31 points squared (1.5 points) that they were widened by.
var printedSeeds = pooled{4 * 2.31e-4, 4}

// seedVariance is the variance of a rung's mean between seeds, pooled over all rungs and what is known before; 0 if each
// has one seed and nothing is.
func seedVariance(all []figures, known pooled) float64 {
	for _, f := range all {
		var means []float64
		for _, seed := range f {
			means = append(means, mean(seed))
		}
		known.sum += sumSquares(means, mean(means))
		known.freedom += float64(len(means) - 1)
	}
	if known.freedom <= 0 {
		return 0
	}
	return known.sum / known.freedom
}

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// sumSquares adds up the squared distances from m.
func sumSquares(x []float64, m float64) float64 {
	var sum float64
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return sum
}
