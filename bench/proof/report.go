package main

import (
	"cmp"
	"fmt"
	"slices"

	"exemplar/internal/decide"
)

// rates are what a set, or a half of its classes, came to.
type rates struct {
	captures                      int
	rank1, atOne, atFive          float64
	right, wrong, open, strangers float64 // as used; open: answered with a label above the true one
}

// report prints the rates of the 1st, 3rd, ... classes, of the 2nd, 4th, ...
// and of all.
func report(s *set, found [][]decide.Candidate, p decide.Policy) {
	for _, half := range []struct {
		name string
		keep func(class int) bool
	}{
		{"odd", func(c int) bool { return c%2 == 0 }},
		{"even", func(c int) bool { return c%2 == 1 }},
		{"all", func(int) bool { return true }},
	} {
		r := judge(s, found, p, half.keep)
		fmt.Printf("%-16s %-5s %5d  %6.1f %6.1f %6.1f   %15s %6.1f %6.1f %6.1f %9.1f\n", s.name, half.name, r.captures,
			100*r.rank1, 100*r.atOne, 100*r.atFive, "", 100*r.right, 100*r.wrong, 100*r.open, 100*r.strangers)
	}
}

func judge(s *set, found [][]decide.Candidate, p decide.Policy, keep func(class int) bool) rates {
	var r rates
	var strangers, right []float64
	for i, c := range s.captures {
		if class, _ := slices.BinarySearch(s.labels, c.label); !keep(class) {
			continue
		}
		r.captures++
		own := decide.Label(c.label)
		others := slices.DeleteFunc(slices.Clone(found[i]), func(c decide.Candidate) bool { return c.Label == own })
		with, without := decide.Decide(found[i], p), decide.Decide(others, p)
		strangers = append(strangers, lead(without))
		if with.Best.Label == own {
			r.rank1++
			right = append(right, lead(with))
		}
		r.count(with, without, own)
	}
	n := float64(max(1, r.captures))
	slices.SortFunc(strangers, func(a, b float64) int { return cmp.Compare(b, a) })
	if len(strangers) > 0 {
		r.atOne = above(right, strangers[int(0.01*n)]) / n
		r.atFive = above(right, strangers[int(0.05*n)]) / n
	}
	r.rank1, r.right, r.wrong, r.open, r.strangers = r.rank1/n, r.right/n, r.wrong/n, r.open/n, r.strangers/n
	return r
}

// count adds the answers given with the own class registered and without.
func (r *rates) count(with, without decide.Decision, own decide.Label) {
	switch {
	case with.Verdict != decide.Match:
	case with.Label == own:
		r.right++
	case with.Label.Contains(own):
		r.open++
	default:
		r.wrong++
	}
	if without.Verdict == decide.Match && !without.Label.Contains(own) {
		r.strangers++
	}
}

// lead is how sure the decision is of its best label.
func lead(d decide.Decision) float64 { return -d.FPIR }

func above(values []float64, threshold float64) (n float64) {
	for _, v := range values {
		if v > threshold {
			n++
		}
	}
	return n
}
