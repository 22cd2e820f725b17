package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"exemplar/internal/alignment"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
)

// set is a data set: its captures are compared with its references.
type set struct {
	*dataset.Folder
	name                 string
	references, captures []dataset.Sample
}

// loadSet reads a set with every n-th capture. With oddOnly it keeps odd classes alone.
func loadSet(root string, n int, oddOnly bool) (*set, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	s := &set{Folder: folder, name: filepath.Base(root)}
	references, captures := folder.Leaves()
	s.references = references
	isOdd := eval.Odd(s.labels())
	for i, x := range captures {
		if i%n == 0 && (!oddOnly || isOdd(x.Label)) {
			s.captures = append(s.captures, x)
		}
	}
	return s, nil
}

func (s *set) labels() []string {
	var labels []string
	for _, r := range s.references {
		labels = append(labels, r.Label)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func (s *set) open(x dataset.Sample) (*imaging.Gray, error) {
	data, err := s.Read(x)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("decode %q: %w", x.Path, err)
	}
	return m.Gray(), nil
}

// measure verifies every capture against every reference.
func measure(ctx context.Context, s *set, workers int) ([][]alignment.Evidence, error) {
	references, err := parallel.Map(ctx, workers, s.references, func(_ context.Context, x dataset.Sample) (*alignment.Reference, error) {
		g, err := s.open(x)
		if err != nil {
			return nil, err
		}
		return alignment.NewReference(g), nil
	})
	if err != nil {
		return nil, err
	}
	var probing, verifying atomic.Int64
	evidence, err := parallel.Map(ctx, workers, s.captures, func(_ context.Context, x dataset.Sample) ([]alignment.Evidence, error) {
		g, err := s.open(x)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		probe := alignment.NewProbe(g)
		probing.Add(int64(time.Since(start)))
		start = time.Now()
		found := make([]alignment.Evidence, len(references))
		for j, r := range references {
			found[j] = alignment.Verify(probe, r)
		}
		verifying.Add(int64(time.Since(start)))
		return found, nil
	})
	n := float64(len(s.captures)) * 1e6
	fmt.Printf("%s: %.2f ms a probe, %.3f ms a pair\n", s.name,
		float64(probing.Load())/n, float64(verifying.Load())/n/float64(len(references)))
	return evidence, err
}

// report prints, for each measure, the rates over odd classes, even classes and all.
func report(ctx context.Context, s *set, evidence [][]alignment.Evidence) error {
	isOdd := eval.Odd(s.labels())
	for _, m := range measures {
		scored := s.scored(evidence, m.of)
		fmt.Printf("%-18s %-18s", s.name, m.name)
		for _, part := range []struct {
			name string
			keep func(eval.Sample) bool
		}{
			{"odd", func(x eval.Sample) bool { return isOdd(x.Label) }},
			{"even", func(x eval.Sample) bool { return !isOdd(x.Label) }},
			{"all", func(eval.Sample) bool { return true }},
		} {
			result, err := eval.Evaluate(ctx, scored.OfCaptures(part.keep), eval.Options{})
			if err != nil {
				return err
			}
			if id := result.Identification; id != nil {
				fmt.Printf("  %s: r1 %5.1f  1%% %5.1f  5%% %5.1f", part.name, 100*id.Ranks[0],
					100*id.At(eval.OwnClassOut, 0.01).Right(), 100*id.At(eval.OwnClassOut, 0.05).Right())
			}
		}
		fmt.Println()
	}
	return nil
}

// scored is the set with one measure of the evidence as its scores.
func (s *set) scored(evidence [][]alignment.Evidence, of func(*alignment.Evidence) float64) *eval.Set {
	out := &eval.Set{Name: s.name, Ignore: s.Ignore, Scores: []float32{}}
	for _, list := range [][]dataset.Sample{s.references, s.captures} {
		for _, x := range list {
			out.Samples = append(out.Samples, eval.Sample{Sample: x})
		}
	}
	for i := range s.captures {
		for j := range s.references {
			v := 0.0
			if e := &evidence[i][j]; e.Located {
				v = of(e)
			}
			out.Scores = append(out.Scores, float32(v))
		}
	}
	return out
}

// writeEvidence writes one line for every pair that was located or is mated.
func writeEvidence(out *os.File, s *set, evidence [][]alignment.Evidence) {
	for i, c := range s.captures {
		ignored := s.Ignored(c)
		for j, r := range s.references {
			e := &evidence[i][j]
			if r.Label != c.Label && (!e.Located || slices.Contains(ignored, r.Label)) {
				continue
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%s", s.name, c.Path, c.Label, r.Label)
			for _, m := range measures {
				fmt.Fprintf(out, "\t%.4f", m.of(e))
			}
			fmt.Fprintln(out)
		}
	}
}
