package main

import (
	"context"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"

	"exemplar/internal/decide"
	"exemplar/internal/eval/harness"
	"exemplar/internal/parallel"
	"exemplar/internal/scoremodel"
)

// seenEditions is what a capture shows of two registered editions.
type seenEditions struct {
	told, other []float64 // see package decide, of the first of the two
	edition     int       // of the capture
}

// runOdds fits the odds that a photo shows one of two registered editions, and neither the
// other nor a third one, on captures of drawn papers in three editions. It prints the weights
// of package decide. What a capture shows of two editions does not depend on what else is
// registered, so that each paper has a gallery of its own, in which nothing else is looked for.
func runOdds(ctx context.Context, s settings) error {
	folder, remove, err := s.drawn.keptIn()
	if err != nil {
		return err
	}
	defer remove()
	papers := s.drawn.papers()
	seen, err := parallel.Map(ctx, 0, papers, func(ctx context.Context, p drawnPaper) ([]seenEditions, error) {
		return seenOf(ctx, p, filepath.Join(folder, s.drawn.part()), s)
	})
	if err != nil {
		return err
	}
	return printOdds(slices.Concat(seen...))
}

// seenOf is what the captures of a paper show of its two editions.
func seenOf(ctx context.Context, p drawnPaper, folder string, s settings) (seen []seenEditions, err error) {
	if err := p.keep(folder); err != nil {
		return nil, err
	}
	papers := []drawnPaper{p}
	return seen, withGallery(ctx, papers, folder, s, 2, func(g *harness.Gallery) error {
		for edition := range editions {
			for _, c := range capturesOf(papers, folder, edition, true) {
				some, err := seenIn(ctx, g, c)
				if err != nil {
					return err
				}
				seen = append(seen, some...)
			}
		}
		return nil
	})
}

// seenIn is what a capture shows of the two editions of its paper; empty if it does not show
// both.
func seenIn(ctx context.Context, g *harness.Gallery, c harness.Capture) ([]seenEditions, error) {
	data, err := c.Read()
	if err != nil {
		return nil, err
	}
	d, err := g.Decide(ctx, data)
	if err != nil {
		return nil, err
	}
	paper, edition := path.Split(c.Label)
	references := map[string]bool{}
	for _, candidate := range d.Candidates {
		if string(candidate.Label) == paper+editions[1] {
			references[candidate.Reference] = true
		}
	}
	for _, candidate := range d.Candidates {
		if string(candidate.Label) != paper+editions[0] || candidate.Evidence == nil || candidate.Evidence.Form == nil {
			continue
		}
		for _, o := range candidate.Evidence.Form.Over {
			if references[o.Reference] {
				return []seenEditions{{decide.EditionTold(&o), decide.EditionOther(&o), slices.Index(editions[:], edition)}}, nil
			}
		}
	}
	return nil, nil
}

// printOdds fits which of two editions it is where it is one of them, and then whether it is
// the likelier one.
func printOdds(seen []seenEditions) error {
	var x [][]float64
	var is []bool
	for _, e := range seen {
		if e.edition < 2 {
			x, is = append(x, slices.Clone(e.told)), append(is, e.edition == 0)
		}
	}
	told, err := scoremodel.FitLogistic(x, is)
	if err != nil {
		return err
	}
	fmt.Printf("%d captures, %d of a registered edition\nweights of what is told: %.2f\n", len(seen), len(x), told)
	x, is = nil, nil
	for _, e := range seen {
		sum, likelier := told[0]*e.told[0]+told[1]*e.told[1], 0
		if sum < 0 {
			sum, likelier = -sum, 1
		}
		x, is = append(x, append([]float64{min(sum, decide.MostTold)}, e.other...)), append(is, e.edition == likelier)
	}
	rows := make([][]float64, len(x))
	for i := range x {
		rows[i] = slices.Clone(x[i])
	}
	weights, err := scoremodel.FitLogistic(rows, is)
	if err != nil {
		return err
	}
	fmt.Printf("weights of that, and of a third edition: %.2f, bias: %.2f\n", weights, biasOf(x, is, weights))
	return nil
}

// biasOf is the bias with which as many seem to be as are.
func biasOf(x [][]float64, is []bool, weights []float64) float64 {
	low, high := -20.0, 20.0
	for range 40 {
		bias, more := (low+high)/2, 0.0
		for i, row := range x {
			z := bias
			for k, v := range row {
				z += weights[k] * v
			}
			more += 1 / (1 + math.Exp(-z))
			if is[i] {
				more--
			}
		}
		if more > 0 {
			high = bias
		} else {
			low = bias
		}
	}
	return low
}
