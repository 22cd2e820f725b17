package eval

import (
	"math"
)

// uncertainty estimates how much the rates of a set would vary with other classes.
//
// Pairs are not independent: all pairs of a class depend on how that class looks, and all
// pairs between two classes depend on those two. The variance of an FMR is the dyadic
// cluster-robust one (Aronow, Samii and Assenova 2015): the squared sums over classes,
// less the squared sums over pairs of classes, which were counted twice. The alternative
// is to resample classes with weights w_a*w_b. It counts the latter three times (Owen
// 2007) and needs a thousand passes over the pairs. docs/evaluation.md has the measured
// coverage of both.
type uncertainty struct {
	c       *comparisons
	classes int
	active  float64   // classes with non-mated pairs
	perPair []float64 // non-mated pairs by class
	perMate []float64 // mated pairs by class
}

func newUncertainty(c *comparisons) *uncertainty {
	u := &uncertainty{c: c}
	for _, k := range c.class {
		u.classes = max(u.classes, int(k)+1)
	}
	u.perPair = make([]float64, u.classes)
	u.perMate = make([]float64, u.classes)
	for i, n := range c.count {
		u.perPair[c.class[i]] += float64(n)
	}
	for _, n := range u.perPair {
		if n > 0 {
			u.active++
		}
	}
	for _, p := range c.mated {
		u.perMate[c.class[p.a]]++
	}
	return u
}

// accepted calls visit for each non-mated pair that the threshold accepts, with its two
// classes and the number of pairs that it represents.
func (u *uncertainty) accepted(threshold float64, visit func(a, b int32, weight float64)) {
	for _, p := range u.c.top[:atLeast(u.c.top, threshold)] {
		visit(u.c.class[p.a], u.c.class[p.b], 1)
	}
	for _, p := range u.c.rest[:atLeast(u.c.rest, threshold)] {
		visit(u.c.class[p.a], u.c.class[p.b], u.c.restWeight)
	}
}

// fmr returns two factors for the FMR at a threshold: its true value lies between fmr*low
// and fmr*high. If no pair or every pair is accepted, they are those of one accepted pair.
func (u *uncertainty) fmr(threshold float64) (low, high float64) {
	type dyad struct{ a, b int32 }
	byClass := make([]float64, u.classes)
	byDyad := map[dyad]float64{}
	sum, total := 0.0, float64(u.c.total)
	u.accepted(threshold, func(a, b int32, w float64) {
		byClass[a] += w
		byClass[b] += w
		byDyad[dyad{min(a, b), max(a, b)}] += w
		sum += w
	})
	rate := sum / total
	if sum == 0 || rate >= 1 {
		low, high = studentWilson(1/total, total, 2)
		return low * total, high * total
	}
	single, shared, fourth := 0.0, 0.0, 0.0
	for _, k := range byDyad {
		single += k * k
	}
	single = max(0, single-sum*sum/max(1, u.active*(u.active-1)/2))
	for k, hits := range byClass {
		d := hits - rate*u.perPair[k]
		shared += d * d
		fourth += d * d * d * d
	}
	variance := max(shared*u.active/max(1, u.active-1)-single, single) / (total * total)
	// Satterthwaite's degrees of freedom say from how many classes the variance was
	// estimated. If all classes agree to the bit, they are too few, and it is 1.
	freedom := 1.0
	if fourth > 0 {
		freedom = shared*shared/fourth - 1
	}
	if !(variance > 0) {
		variance = rate * (1 - rate) / total
	}
	low, high = studentWilson(rate, rate*(1-rate)/variance, freedom)
	return low / rate, high / rate
}

// tpr is the interval of the TPR at an FMR, threshold included.
func (u *uncertainty) tpr(fmr float64) (low, high float64) {
	threshold := u.c.threshold(fmr)
	p := u.c.tpr(threshold)
	less, more := u.fmr(threshold)
	// If the true FMR is `more` times as high, the wanted threshold accepts this many times
	// fewer pairs.
	lowT, highT := u.c.tpr(u.c.level(fmr/more)), u.c.tpr(u.c.level(min(1, fmr/less)))
	_, lowM, highM := u.mated(threshold).interval()
	return joinIntervals(p, min(p, lowT), max(p, highT), lowM, highM)
}

// mated returns the mated pairs that a threshold accepts, by class.
func (u *uncertainty) mated(threshold float64) clustered {
	hits := make([]float64, u.classes)
	for _, p := range u.c.mated[:u.c.matedAt(threshold)] {
		hits[u.c.class[p.a]]++
	}
	return clustered{hits: hits, trials: u.perMate}
}

// tailPairs is the number of the highest scores that the tail beyond them is fitted to (by
// eye).
const tailPairs = 10

// level is the score of the first pair that an FMR does not accept. Beyond the last few
// pairs it follows an exponential tail. The scale of the tail is the mean excess of the
// highest scores.
func (c *comparisons) level(fmr float64) float64 {
	k := fmr * float64(c.total)
	switch {
	case c.above != nil && k >= float64(len(c.top)):
		return c.binThreshold(int64(k))
	case int(k) >= len(c.top):
		return math.Inf(-1)
	case k >= 1 || len(c.top) <= tailPairs:
		return c.top[int(k)].score
	}
	last, excess := c.top[tailPairs].score, 0.0
	for _, p := range c.top[:tailPairs] {
		excess += (p.score - last) / tailPairs
	}
	return max(c.top[0].score, last+excess*math.Log(tailPairs/k))
}
