// Command geometry measures package alignment on sets of real captures. It compares
// every capture with every reference. For each measure of the evidence it prints the
// rank-1 rate and the open-set rates with the own class left out, as internal/eval
// computes them.
//
//	go run ./bench/geometry -data ../shared/data/bench dvd_scene forms
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"path/filepath"

	"exemplar/internal/alignment"
)

// measures are the measures of the evidence, which are judged one by one.
var measures = []struct {
	name string
	of   func(e *alignment.Evidence) float64
}{
	{"inliers", func(e *alignment.Evidence) float64 { return float64(e.Inliers) }},
	{"cells", func(e *alignment.Evidence) float64 { return float64(e.Cells) + float64(e.Inliers)/1e4 }},
	{"agree", func(e *alignment.Evidence) float64 { return e.LooselyConsistent }},
	{"in place", func(e *alignment.Evidence) float64 { return e.GloballyConsistent }},
	{"smoothly", func(e *alignment.Evidence) float64 { return e.LocallyConsistent }},
	{"mean correlation", func(e *alignment.Evidence) float64 { return e.PeakCorrelation }},
	{"mean in place", func(e *alignment.Evidence) float64 { return e.CorrelationInPlace }},
	{"weak in place", func(e *alignment.Evidence) float64 { return e.CorrelationP10 }},
	{"score", func(e *alignment.Evidence) float64 { return e.Score() }},
	{"coverage", func(e *alignment.Evidence) float64 { return e.Coverage }},
	{"closer", func(e *alignment.Evidence) float64 {
		if e.Fine {
			return 1
		}
		return 0
	}},
	{"judged", func(e *alignment.Evidence) float64 { return float64(e.Comparable) }},
}

func main() {
	data := flag.String("data", "../shared/data/bench", "folder of the sets")
	workers := flag.Int("workers", 2, "pictures at once")
	dump := flag.String("dump", "", "file for all evidence as TSV")
	every := flag.Int("every", 1, "use every n-th capture only")
	cost := flag.Bool("cost", false, "measure the time of each step instead")
	odd := flag.Bool("odd", false, "use the odd classes only")
	flag.Parse()
	if *cost {
		if err := costs(*data); err != nil {
			log.Fatal(err)
		}
		return
	}
	var out *os.File
	if *dump != "" {
		var err error
		if out, err = os.Create(*dump); err != nil {
			log.Fatal(err)
		}
		defer out.Close()
	}
	ctx := context.Background()
	for _, name := range flag.Args() {
		s, err := loadSet(filepath.Join(*data, name), *every, *odd)
		if err != nil {
			log.Fatal(err)
		}
		evidence, err := measure(ctx, s, *workers)
		if err == nil {
			err = report(ctx, s, evidence)
		}
		if err != nil {
			log.Fatal(err)
		}
		if out != nil {
			writeEvidence(out, s, evidence)
		}
	}
}
