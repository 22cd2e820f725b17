// Command geometry measures the proof on sets of real captures: every capture
// against every reference, and for each measure of the evidence the rank-1 rate
// and the open-set rates with the own class left out.
//
//	go run ./bench/geometry -data ../shared/data/bench dvd_scene forms
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"exemplar/internal/geometry"
	"exemplar/internal/parallel"
)

// measures are the figures of the evidence that are judged one by one.
var measures = []struct {
	name string
	of   func(e *geometry.Evidence) float64
}{
	{"inliers", func(e *geometry.Evidence) float64 { return float64(e.Inliers) }},
	{"cells", func(e *geometry.Evidence) float64 { return float64(e.Cells) + float64(e.Inliers)/1e4 }},
	{"agree", func(e *geometry.Evidence) float64 { return e.Agree }},
	{"in place", func(e *geometry.Evidence) float64 { return e.AgreeInPlace }},
	{"smoothly", func(e *geometry.Evidence) float64 { return e.AgreeSmoothly }},
	{"mean correlation", func(e *geometry.Evidence) float64 { return e.MeanCorrelation }},
	{"mean in place", func(e *geometry.Evidence) float64 { return e.MeanInPlace }},
	{"weak in place", func(e *geometry.Evidence) float64 { return e.WeakInPlace }},
	{"score", func(e *geometry.Evidence) float64 { return e.Score() }},
	{"coverage", func(e *geometry.Evidence) float64 { return e.Coverage }},
	{"closer", func(e *geometry.Evidence) float64 {
		if e.Closer {
			return 1
		}
		return 0
	}},
	{"judged", func(e *geometry.Evidence) float64 { return float64(e.Judged) }},
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
	var sets []*set
	for _, name := range flag.Args() {
		s, err := loadSet(filepath.Join(*data, name))
		if err != nil {
			log.Fatal(err)
		}
		s.thin(*every, *odd)
		sets = append(sets, s)
	}
	for _, s := range sets {
		evidence, err := measure(s, *workers)
		if err != nil {
			log.Fatal(err)
		}
		report(s, evidence)
		if out != nil {
			writeEvidence(out, s, evidence)
		}
	}
}

// thin keeps every n-th capture, and only those of odd classes if so asked.
func (s *set) thin(n int, odd bool) {
	kept := s.captures[:0]
	for i, p := range s.captures {
		if i%n == 0 && (!odd || p.class%2 == 0) {
			kept = append(kept, p)
		}
	}
	s.captures = kept
}

// measure verifies every capture against every reference.
func measure(s *set, workers int) ([][]geometry.Evidence, error) {
	references := make([]*geometry.Reference, len(s.references))
	err := parallel.Each(context.Background(), workers, len(references), func(_ context.Context, i int) error {
		g, err := s.open(s.references[i])
		if err == nil {
			references[i] = geometry.NewReference(g)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	evidence := make([][]geometry.Evidence, len(s.captures))
	var probing, verifying atomic.Int64
	err = parallel.Each(context.Background(), workers, len(s.captures), func(_ context.Context, i int) error {
		g, err := s.open(s.captures[i])
		if err != nil {
			return err
		}
		start := time.Now()
		probe := geometry.NewProbe(g)
		probing.Add(int64(time.Since(start)))
		start = time.Now()
		evidence[i] = make([]geometry.Evidence, len(references))
		for j, r := range references {
			evidence[i][j] = geometry.Verify(probe, r)
		}
		verifying.Add(int64(time.Since(start)))
		return nil
	})
	n := float64(len(s.captures)) * 1e6
	fmt.Printf("%s: %.2f ms a probe, %.3f ms a pair\n", s.name,
		float64(probing.Load())/n, float64(verifying.Load())/n/float64(len(references)))
	return evidence, err
}

// report prints, for each measure, the rates over odd classes, even classes
// and all.
func report(s *set, evidence [][]geometry.Evidence) {
	own := make([]int, len(s.captures))
	for i, p := range s.captures {
		own[i] = p.class
	}
	for _, m := range measures {
		t := tabulate(s, evidence, m.of)
		fmt.Printf("%-18s %-18s", s.name, m.name)
		for _, part := range []struct {
			name string
			keep func(class int) bool
		}{
			{"odd", func(c int) bool { return c%2 == 0 }},
			{"even", func(c int) bool { return c%2 == 1 }},
			{"all", func(int) bool { return true }},
		} {
			if r := openSet(t, own, part.keep); r.captures > 0 {
				fmt.Printf("  %s: r1 %5.1f  1%% %5.1f  5%% %5.1f", part.name, 100*r.rank1, 100*r.atOne, 100*r.atFive)
			}
		}
		fmt.Println()
	}
}

// tabulate takes the best of each label's references.
func tabulate(s *set, evidence [][]geometry.Evidence, of func(*geometry.Evidence) float64) table {
	t := make(table, len(s.captures))
	for i, capture := range s.captures {
		t[i] = make([]float64, len(s.labels))
		for c := range t[i] {
			t[i][c] = math.Inf(-1)
		}
		for j, r := range s.references {
			v := 0.0
			if e := &evidence[i][j]; e.Located {
				v = of(e)
			}
			if r.class != capture.class && s.ignore[[2]string{capture.name, r.label}] {
				v = math.NaN()
			}
			t[i][r.class] = max(t[i][r.class], v)
		}
	}
	return t
}

// writeEvidence writes one line for every located pair.
func writeEvidence(out *os.File, s *set, evidence [][]geometry.Evidence) {
	for i, c := range s.captures {
		for j, r := range s.references {
			e := &evidence[i][j]
			ignored := s.ignore[[2]string{c.name, r.label}]
			if !e.Located && r.class != c.class || ignored && r.class != c.class {
				continue
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%d", s.name, c.name, r.label, c.class, r.class)
			for _, m := range measures {
				fmt.Fprintf(out, "\t%.4f", m.of(e))
			}
			fmt.Fprintln(out)
		}
	}
}
