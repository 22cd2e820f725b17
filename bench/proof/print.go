package main

import (
	"fmt"
	"strings"

	"exemplar/internal/eval"
)

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

// report prints the rates of the 1st, 3rd, ... labels, of the 2nd, 4th, ...
// and of all, these with the share of the unregistered pictures that is accepted.
func report(name string, probes []eval.Probe, unregistered []eval.Lookup) {
	odd, even := eval.Halves(probes, func(label string) string { return label })
	for _, half := range []struct {
		name   string
		probes []eval.Probe
	}{{"odd", odd}, {"even", even}, {"all", probes}} {
		r, last := eval.JudgeOpenSet(half.probes, eval.FirstPart), ""
		if half.name == "all" && len(unregistered) > 0 {
			last = eval.Accepted(unregistered).String()
		}
		percent := func(s eval.Share) string { return fmt.Sprintf("%.1f", 100*s.Rate) }
		printLine("%-16s %-5s %5d  %6s %6s %6s   %16s %-19v %5s %5s  %-17v %5s  %-17v  %s", name, half.name, r.Probes,
			percent(r.First), percent(r.AtStrangers[0].Share), percent(r.AtStrangers[1].Share), "", r.Right,
			percent(r.Wrong), percent(r.Open), r.Accepted, percent(r.AcceptedOpen), r.AcceptedFamilyOut, last)
	}
}
