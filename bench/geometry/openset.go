package main

import (
	"math"
	"slices"
)

// table holds one measure of every capture (row) against every label (column);
// NaN where the pair is to be ignored.
type table [][]float64

// rates are the figures of a set for one measure.
type rates struct {
	captures       int
	rank1          float64
	atOne, atFive  float64 // right answers at 1 % and 5 % of strangers accepted
	thresholdAtOne float64
}

// openSet judges a table: right answers (best label right and above the
// threshold) at the threshold that accepts at most 1 and 5 % of the same
// captures as strangers, their own class left out.
func openSet(t table, own []int, keep func(class int) bool) rates {
	var r rates
	var strangers, right []float64
	for i, row := range t {
		if !keep(own[i]) {
			continue
		}
		r.captures++
		mated, stranger := row[own[i]], math.Inf(-1)
		for c, v := range row {
			if c != own[i] && !math.IsNaN(v) {
				stranger = max(stranger, v)
			}
		}
		strangers = append(strangers, stranger)
		if mated > stranger {
			r.rank1++
			right = append(right, mated)
		}
	}
	if r.captures == 0 {
		return r
	}
	n := float64(r.captures)
	r.rank1 /= n
	slices.SortFunc(strangers, func(a, b float64) int { return -cmpFloat(a, b) })
	r.thresholdAtOne = strangers[int(0.01*n)]
	r.atOne = countAbove(right, r.thresholdAtOne) / n
	r.atFive = countAbove(right, strangers[int(0.05*n)]) / n
	return r
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func countAbove(values []float64, limit float64) (n float64) {
	for _, v := range values {
		if v > limit {
			n++
		}
	}
	return n
}
