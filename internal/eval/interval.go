package eval

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// z975 is the 97.5 % quantile of the normal distribution: intervals are of 95 %.
const z975 = 1.959963984540054

// wilson is the interval of a proportion p from n independent trials (Wilson
// 1927). n may be an effective number, and no integer.
func wilson(p, n float64) (low, high float64) {
	return scoreInterval(p, n, z975)
}

// scoreInterval is Wilson's interval for another number of standard deviations.
func scoreInterval(p, n, z float64) (low, high float64) {
	if n <= 0 || math.IsNaN(p) {
		return 0, 1
	}
	z2 := z * z
	centre := (p + z2/(2*n)) / (1 + z2/n)
	half := z / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	return max(0, centre-half), min(1, centre+half)
}

// clustered is a proportion whose trials come in clusters: the hits and the trials of
// each cluster.
type clustered struct{ hits, trials []float64 }

// rate returns the proportion p, and the number of independent trials that would give p
// the same variance: p(1-p)/V. V is the linearised variance of a ratio over clusters
// (Cochran 1977, section 6.3; it is Kish's effective sample size). Without a hit or
// without a miss V is 0, and then every cluster counts as a single trial.
func (c clustered) rate() (p, n float64) {
	hits, trials, clusters := 0.0, 0.0, 0.0
	for i, m := range c.trials {
		hits += c.hits[i]
		trials += m
		if m > 0 {
			clusters++
		}
	}
	if trials == 0 {
		return math.NaN(), 0
	}
	p = hits / trials
	v := 0.0
	for i, m := range c.trials {
		d := c.hits[i] - p*m
		v += d * d
	}
	if clusters > 1 {
		v *= clusters / (clusters - 1)
	}
	v /= trials * trials
	if v == 0 {
		return p, clusters
	}
	return p, min(trials, p*(1-p)/v)
}

// interval is the interval of a clustered proportion.
func (c clustered) interval() (p, low, high float64) {
	p, n := c.rate()
	low, high = wilson(p, n)
	return p, low, high
}

// studentWilson is wilson with the quantile of Student's distribution, for a
// number n that was itself estimated from few clusters.
func studentWilson(p, n, freedom float64) (low, high float64) {
	t := distuv.StudentsT{Sigma: 1, Nu: max(2, freedom)}.Quantile(0.975)
	return scoreInterval(p, n, t)
}

// joinIntervals joins the intervals of a rate p that two independent causes give it. The
// squares of the distances to p add up (MOVER; Zou and Donner 2008).
func joinIntervals(p, low1, high1, low2, high2 float64) (low, high float64) {
	low = p - math.Hypot(p-low1, p-low2)
	high = p + math.Hypot(high1-p, high2-p)
	return max(0, low), min(1, high)
}

// AnyOf is the probability that at least one of n independent trials of probability p is
// a hit, such as that a stranger is taken for one of n labels.
func AnyOf(p float64, n int) float64 { return -math.Expm1(float64(n) * math.Log1p(-p)) }
