// Command proof judges the whole decision on sets of real captures, by galleries as
// users have them. It looks up each capture three times at --fpir 0.01: with everything
// registered, with its own label left out and its look-alikes still there, and without
// its whole family. It also prints the right answers at the thresholds that 1 and 5 % of
// these strangers reach. With -distractors it counts the accepted pictures of things that
// no set registers.
//
//	go run ./bench/proof -model calibrated.safetensors dvd_scene forms
//	go run ./bench/proof -distractors ../shared/data/bench/distractors dvd_scene
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/recognise"
)

func main() {
	data := flag.String("data", "../shared/data/bench", "folder of the sets")
	path := flag.String("model", "", "bundle with a calibration, instead of the one inside")
	fpir := flag.Float64("fpir", 0.01, "wished share of strangers accepted")
	distractors := flag.String("distractors", "", "folder of pictures that show nothing registered")
	flag.Parse()
	m, err := recognise.OpenModel(*path)
	if err != nil {
		log.Fatal(err)
	}
	printHeader(*fpir, *distractors != "")
	for _, name := range flag.Args() {
		if err := judge(context.Background(), filepath.Join(*data, name), *distractors, m, *fpir); err != nil {
			log.Fatal(err)
		}
	}
}

// judge prints the rates of one set.
func judge(ctx context.Context, root, distractors string, m *recognise.Model, fpir float64) error {
	set, err := harness.ReadLeaves(root)
	if err != nil {
		return err
	}
	g, err := set.Gallery(ctx, m, fpir)
	if err != nil {
		return err
	}
	defer g.Close()
	probes, err := set.Probes(ctx, g, harness.ProbeOptions{FamilyOut: true})
	if err != nil {
		return err
	}
	var unregistered []eval.Lookup
	if distractors != "" {
		folder, err := dataset.ReadFolder(distractors)
		if err != nil {
			return err
		}
		if unregistered, err = g.Strangers(ctx, harness.CapturesOf(folder, folder.Samples), nil); err != nil {
			return err
		}
	}
	report(set.Name, probes, unregistered)
	return nil
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

// report prints the rates of the 1st, 3rd, ... labels, of the 2nd, 4th, ..., and of all
// labels, with the accepted share of the unregistered pictures.
func report(name string, probes []eval.Probe, unregistered []eval.Lookup) {
	odd, even := eval.Halves(probes, func(label string) string { return label })
	for _, half := range []struct {
		name   string
		probes []eval.Probe
	}{{"odd", odd}, {"even", even}, {"all", probes}} {
		r, last := eval.JudgeOpenSet(half.probes, eval.FirstPart), ""
		if half.name == "all" && len(unregistered) > 0 {
			accepted, refused := eval.Distractors(unregistered)
			last = fmt.Sprintf("%v of %d, %d refused", accepted, accepted.Trials, refused)
		}
		percent := func(s eval.Share) string { return fmt.Sprintf("%.1f", 100*s.Rate) }
		printLine("%-16s %-5s %5d  %6s %6s %6s   %16s %-19v %5s %5s  %-17v %5s  %-17v  %s", name, half.name, r.Probes,
			percent(r.First), percent(r.AtStrangers[0].Share), percent(r.AtStrangers[1].Share), "", r.Right,
			percent(r.Wrong), percent(r.Open), r.Accepted, percent(r.AcceptedOpen), r.AcceptedFamilyOut, last)
	}
}
