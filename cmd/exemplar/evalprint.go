package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"exemplar/internal/eval"
)

func printResults(out io.Writer, results []*eval.Result, sweeps []*eval.Sweep) error {
	if err := printDecisions(out, results); err != nil {
		return err
	}
	if err := printEvidence(out, results); err != nil {
		return err
	}
	said := map[string]bool{} // sets whose checks are printed: all systems have the same
	for _, r := range results {
		if said[r.Name] {
			continue
		}
		said[r.Name] = true
		for _, note := range r.Notes {
			say(out, "%s: %s\n", r.Name, note)
		}
		printChecks(out, r)
	}
	for _, s := range sweeps {
		printSweep(out, s)
	}
	return nil
}

// printDecisions prints the answers of galleries, if any were judged.
func printDecisions(out io.Writer, results []*eval.Result) error {
	for _, r := range results {
		d := r.Decisions
		if d == nil {
			continue
		}
		say(out, "%s, %s: %s of %s, in percent with 95 %% intervals\n", r.Name, r.Model, count(d.Probes, "picture"), count(d.Labels, "label"))
		table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
		line := func(what string, s eval.Share) { fmt.Fprintf(table, "  %s\t%v\n", what, s) }
		line("right", d.Right)
		line("a label above the right one", d.Open)
		line("wrong label", d.Wrong)
		line("no label (unknown, ambiguous or refused)", d.Missed)
		line("strangers accepted (own label left out)", d.Accepted)
		for _, p := range d.AtStrangers {
			line(fmt.Sprintf("right, if %g %% of those strangers are accepted", 100*p.Target), p.Share)
		}
		if n := d.Distractors.Trials + d.DistractorsRefused; n > 0 {
			line(fmt.Sprintf("other strangers accepted (%d of %d refused)", d.DistractorsRefused, n), d.Distractors)
		}
		fmt.Fprintln(table)
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// printEvidence prints how well scores separate pictures.
func printEvidence(out io.Writer, results []*eval.Result) error {
	say(out, "by score alone: only the exact label is right; strangers are pictures whose own label is left out\n")
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "set\tsystem\tpictures\tTPR at FPR 1e-4\trank-1\tright by score at 1 % of strangers\tat 5 %")
	weak := false
	for _, r := range results {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", plain(r.Name), plain(r.Model), r.Images, verificationCell(r.Verification), identificationCells(r))
		weak = weak || r.Verification != nil && !r.Verification.At(weakRate).Supported
	}
	err := table.Flush()
	if weak {
		say(out, "* too few pairs of different documents: a rate of 1e-4 needs 30,000\n") // 3/weakRate, the rule of three
	}
	return err
}

func percentInterval(v, low, high float64) string {
	return fmt.Sprintf("%.1f [%.1f-%.1f]", 100*v, 100*low, 100*high)
}

// weakRate is the rate of false matches at which systems are compared.
const weakRate = 1e-4

func verificationCell(v *eval.Verification) string {
	if v == nil {
		return "-"
	}
	p := v.At(weakRate)
	cell := percentInterval(p.TPR, p.Low, p.High)
	if !p.Supported {
		cell += " *"
	}
	return cell
}

func identificationCells(r *eval.Result) string {
	cells := []string{"-", "-", "-"}
	if id := r.Identification; id != nil {
		cells[0] = fmt.Sprintf("%.1f", 100*id.Ranks[0])
		for i, target := range []float64{0.01, 0.05} {
			if p := id.At(eval.OwnClassOut, target); p != nil {
				cells[1+i] = percentInterval(p.Right(), p.RightLow(), p.RightHigh())
			}
		}
	}
	return strings.Join(cells, "\t")
}

// printChecks names possible errors of a data set, a few of each kind.
func printChecks(out io.Writer, r *eval.Result) {
	if r.Checks == nil {
		return
	}
	const shown = 5
	for _, d := range r.Checks.Duplicates {
		if d.LabelError {
			say(out, "%s: label error? the same file in several classes: %s\n", r.Name, strings.Join(d.Paths, ", "))
		}
	}
	for i, s := range r.Checks.LabelErrors {
		if i == shown {
			say(out, "%s: ... and %d more\n", r.Name, len(r.Checks.LabelErrors)-shown)
			break
		}
		say(out, "%s: label error? %s\n", r.Name, s.String())
	}
}

func printSweep(out io.Writer, s *eval.Sweep) {
	say(out, "\nrobustness of %s: TPR at FPR 1e-4 by severity\n", s.Model)
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	for _, operator := range s.Operators() {
		fmt.Fprintf(table, "%s\t", operator)
		for _, p := range s.Of(operator) {
			fmt.Fprintf(table, "%.1f\t", 100*p.TPR)
		}
		fmt.Fprintln(table)
	}
	table.Flush()
}
