package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"exemplar/internal/decide"
	"exemplar/internal/eval"
)

// rates are what a set, or a half of its classes, came to.
type rates struct {
	captures             int
	rank1, atOne, atFive float64
	// As used; open: answered with a label above the true one, which strangers may be too.
	wrong, open, strangersOpen    float64
	right, strangers, familiesOut share
}

// share counts by class, since the captures of a class err together.
type share struct{ hits, trials []float64 }

func newShare(classes int) share {
	return share{make([]float64, classes), make([]float64, classes)}
}

func (s share) add(class int, hit bool) {
	s.trials[class]++
	if hit {
		s.hits[class]++
	}
}

// String is the share in percent, with its 95 % interval.
func (s share) String() string {
	p, low, high := eval.ShareInterval(s.hits, s.trials)
	return fmt.Sprintf("%.1f [%.1f-%.1f]", 100*p, 100*low, 100*high)
}

func printHeader(fpir float64, distractors bool) {
	last := ""
	if distractors {
		last = "distractors"
	}
	printLine("%-16s %-5s %5s  %6s %6s %6s   as used at %g: %-19s %5s %5s  %-17s %5s  %-17s  %s", "set", "half", "n", "rank-1", "1%", "5%", fpir, "right", "wrong", "open", "strangers", "open", "families out", last)
}

func printLine(format string, values ...any) {
	fmt.Println(strings.TrimRight(fmt.Sprintf(format, values...), " "))
}

// report prints the rates of the 1st, 3rd, ... classes, of the 2nd, 4th, ...
// and of all, these with the share of the unregistered pictures that is accepted.
func report(s *set, found, unregistered [][]decide.Candidate, p decide.Policy) {
	for _, half := range []struct {
		name string
		keep func(class int) bool
	}{
		{"odd", func(c int) bool { return c%2 == 0 }},
		{"even", func(c int) bool { return c%2 == 1 }},
		{"all", func(int) bool { return true }},
	} {
		r := judge(s, found, p, half.keep)
		last := ""
		if half.name == "all" && len(unregistered) > 0 {
			last = accepted(unregistered, p).String()
		}
		printLine("%-16s %-5s %5d  %6.1f %6.1f %6.1f   %16s %-19s %5.1f %5.1f  %-17s %5.1f  %-17s  %s", s.name, half.name, r.captures,
			100*r.rank1, 100*r.atOne, 100*r.atFive, "", r.right, 100*r.wrong, 100*r.open, r.strangers, 100*r.strangersOpen, r.familiesOut, last)
	}
}

// accepted is the share of pictures that are answered with a label.
func accepted(found [][]decide.Candidate, p decide.Policy) share {
	s := newShare(len(found))
	for i, candidates := range found {
		s.add(i, decide.Decide(candidates, p).Verdict == decide.Match)
	}
	return s
}

func judge(s *set, found [][]decide.Candidate, p decide.Policy, keep func(class int) bool) rates {
	r := rates{right: newShare(len(s.labels)), strangers: newShare(len(s.labels)), familiesOut: newShare(len(s.labels))}
	var strangers, right []float64
	for i, c := range s.captures {
		class, _ := slices.BinarySearch(s.labels, c.Label)
		if !keep(class) {
			continue
		}
		r.captures++
		own := decide.Label(c.Label)
		others := without(found[i], func(label decide.Label) bool { return label == own })
		with := decide.Decide(found[i], p)
		strangers = append(strangers, lead(others, p))
		if with.Best.Label == own {
			r.rank1++
			right = append(right, lead(found[i], p))
		}
		r.count(with, own, class)
		r.countStranger(decide.Decide(others, p), own, class)
		unrelated := without(others, func(label decide.Label) bool { return decide.CommonAncestor(label, own) != "" })
		r.familiesOut.add(class, decide.Decide(unrelated, p).Verdict == decide.Match)
	}
	n := float64(max(1, r.captures))
	slices.SortFunc(strangers, func(a, b float64) int { return cmp.Compare(b, a) })
	if len(strangers) > 0 {
		r.atOne = above(right, strangers[int(0.01*n)]) / n
		r.atFive = above(right, strangers[int(0.05*n)]) / n
	}
	r.rank1, r.wrong, r.open, r.strangersOpen = r.rank1/n, r.wrong/n, r.open/n, r.strangersOpen/n
	return r
}

// count adds the answer given with the own class registered.
func (r *rates) count(with decide.Decision, own decide.Label, class int) {
	matched := with.Verdict == decide.Match
	r.right.add(class, matched && with.Label == own)
	switch {
	case !matched || with.Label == own:
	case with.Label.Contains(own):
		r.open++
	default:
		r.wrong++
	}
}

// countStranger adds the answer given without it. What it is called for its
// family is true of it.
func (r *rates) countStranger(d decide.Decision, own decide.Label, class int) {
	matched, open := d.Verdict == decide.Match, d.Label.Contains(own)
	r.strangers.add(class, matched && !open)
	if matched && open {
		r.strangersOpen++
	}
}

// without returns the candidates but for those of some labels.
func without(candidates []decide.Candidate, of func(decide.Label) bool) []decide.Candidate {
	return slices.DeleteFunc(slices.Clone(candidates), func(c decide.Candidate) bool { return of(c.Label) })
}

// lead is how sure the decision is of its best label, and not only of what is
// above it: as labels with nothing above them are decided.
func lead(candidates []decide.Candidate, p decide.Policy) float64 {
	leaves := slices.Clone(candidates)
	for i, c := range leaves {
		leaves[i].Label = decide.Label(strings.ReplaceAll(string(c.Label), "/", "-"))
	}
	return -decide.Decide(leaves, p).FPIR
}

func above(values []float64, threshold float64) (n float64) {
	for _, v := range values {
		if v > threshold {
			n++
		}
	}
	return n
}
