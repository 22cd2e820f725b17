package eval

import (
	"math"
	"sort"
)

// comparisons holds all pairs of a set. Mated pairs are exact. Non-mated pairs are exact
// above floor, and a histogram below it.
type comparisons struct {
	mated []pair // descending
	top   []pair // non-mated with score > floor, descending, complete
	floor float64
	total int64   // non-mated pairs, kept or not
	count []int64 // non-mated pairs by sample
	class []int32 // class of each sample

	hist  []int64 // of all non-mated scores
	above []int64 // pairs in this bin and higher ones; nil if top holds all pairs

	rest       []pair  // a uniform sample of the pairs at or below floor, descending
	restWeight float64 // pairs that each stands for
}

// matedAt counts the mated pairs that a threshold accepts.
func (c *comparisons) matedAt(threshold float64) int { return atLeast(c.mated, threshold) }

// otherAt counts the non-mated pairs that a threshold accepts. Below the floor it is
// exact only at the edges of bins.
func (c *comparisons) otherAt(threshold float64) int64 {
	if c.above == nil || threshold > c.floor {
		return int64(atLeast(c.top, threshold))
	}
	return c.above[bin(threshold)]
}

// atLeast counts the pairs, in descending order, with score >= threshold.
func atLeast(sorted []pair, threshold float64) int {
	return sort.Search(len(sorted), func(i int) bool { return sorted[i].score < threshold })
}

// over counts the pairs, in descending order, with score > limit.
func over(sorted []pair, limit float64) int {
	return sort.Search(len(sorted), func(i int) bool { return sorted[i].score <= limit })
}

// threshold returns the smallest threshold whose FMR is at most target. It chooses among
// the observed scores, and below the floor among the edges of bins. If the highest
// non-mated score alone is too frequent and no mated score exceeds it, the threshold is
// the next larger number.
func (c *comparisons) threshold(target float64) float64 {
	allowed := allowance(target, c.total)
	if c.above != nil && allowed >= int64(len(c.top)) {
		return c.binThreshold(allowed)
	}
	if allowed >= c.total {
		return c.lowest()
	}
	limit := c.top[allowed].score // the first pair that must not be accepted
	n, m := over(c.top, limit), over(c.mated, limit)
	next := math.Inf(1)
	if n > 0 {
		next = c.top[n-1].score
	}
	if m > 0 {
		next = min(next, c.mated[m-1].score)
	}
	if math.IsInf(next, 1) {
		return math.Nextafter(limit, math.Inf(1))
	}
	return next
}

func (c *comparisons) binThreshold(allowed int64) float64 {
	b := sort.Search(bins, func(b int) bool { return c.above[b] <= allowed })
	return binStart(b)
}

func (c *comparisons) lowest() float64 {
	low := math.Inf(1)
	if len(c.top) > 0 {
		low = c.top[len(c.top)-1].score
	}
	if len(c.mated) > 0 {
		low = min(low, c.mated[len(c.mated)-1].score)
	}
	return low
}

// allowance is the largest k with k/total <= target, in the arithmetic that later
// computes the rate.
func allowance(target float64, total int64) int64 {
	k := int64(target * float64(total))
	for k < total && float64(k+1)/float64(total) <= target {
		k++
	}
	for k > 0 && float64(k)/float64(total) > target {
		k--
	}
	return min(k, total)
}

// tpr and fmr are the rates at a threshold.
func (c *comparisons) tpr(threshold float64) float64 {
	return float64(c.matedAt(threshold)) / float64(len(c.mated))
}

func (c *comparisons) fmr(threshold float64) float64 {
	return float64(c.otherAt(threshold)) / float64(c.total)
}

// auroc is the chance that a mated pair scores higher than a non-mated one,
// ties counting half (Mann and Whitney 1947).
func (c *comparisons) auroc() float64 {
	wins := 0.0
	for i, above := 0, 0; i < len(c.mated); i++ {
		s := c.mated[i].score
		if c.above != nil && s <= c.floor {
			b := bin(s)
			wins += float64(c.total-c.above[b]) + float64(c.above[b]-c.above[b+1])/2
			continue
		}
		for above < len(c.top) && c.top[above].score > s {
			above++
		}
		tied := atLeast(c.top, s) - above
		wins += float64(c.total-int64(above)-int64(tied)) + float64(tied)/2
	}
	return wins / float64(len(c.mated)) / float64(c.total)
}

// eer is the rate at which FMR and FNMR are equal, on the straight line between
// the two neighbouring points of the ROC.
func (c *comparisons) eer() float64 {
	lastFMR, lastFNMR := 0.0, 1.0
	for _, t := range c.thresholds() {
		fmr, fnmr := c.fmr(t), 1-c.tpr(t)
		if fmr >= fnmr {
			gap, lastGap := fmr-fnmr, lastFNMR-lastFMR
			if gap+lastGap == 0 {
				return fmr
			}
			w := lastGap / (gap + lastGap)
			return lastFMR + w*(fmr-lastFMR)
		}
		lastFMR, lastFNMR = fmr, fnmr
	}
	return lastFMR
}

// thresholds lists the distinct observed scores, and below the floor the edges of bins,
// in falling order.
func (c *comparisons) thresholds() []float64 {
	var list []float64
	i, j := 0, 0
	for i < len(c.mated) || j < len(c.top) {
		var s float64
		switch {
		case j == len(c.top) || (i < len(c.mated) && c.mated[i].score >= c.top[j].score):
			s = c.mated[i].score
			i++
		default:
			s = c.top[j].score
			j++
		}
		if s <= c.floor {
			break
		}
		if len(list) == 0 || list[len(list)-1] != s {
			list = append(list, s)
		}
	}
	if c.above != nil {
		for b := min(bin(c.floor), bins-1); b >= 0; b-- {
			list = append(list, binStart(b))
		}
	}
	return list
}
