package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/eval"
	"exemplar/internal/recognise"
)

// withGallery calls use with a gallery of a set's references.
func withGallery(ctx context.Context, set *eval.Set, sys system, read reader, use func(path string, g *exemplar.Gallery) error) error {
	temporary, err := os.MkdirTemp("", "exemplar-eval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	path := filepath.Join(temporary, "gallery.db")
	g, err := exemplar.Open(path, exemplar.Options{Mode: exemplar.ReadWrite, Model: sys.model})
	if err != nil {
		return err
	}
	defer g.Close()
	references, _ := split(set)
	for _, x := range references {
		data, err := read(x.Sample)
		if err != nil {
			return err
		}
		if _, err := g.Register(ctx, []exemplar.Item{{Label: x.Label, Source: x.Path, Picture: exemplar.FromBytes(data)}}, exemplar.RegisterOptions{}); err != nil {
			return err
		}
	}
	return use(path, g)
}

// decideSet registers the references of a set, classifies its other pictures,
// and returns the answers in their order.
func decideSet(ctx context.Context, set *eval.Set, sys system, fpir float64, read reader) (answers []eval.Answer, err error) {
	if sys.model == nil {
		return nil, nil // another system's vectors carry no decisions
	}
	var probes []eval.Sample // refused ones are to be answered too
	for _, x := range set.Samples {
		if !isReference(x.Sample) {
			probes = append(probes, x)
		}
	}
	err = withGallery(ctx, set, sys, read, func(_ string, g *exemplar.Gallery) error {
		return inOrder(ctx, probes, func(x eval.Sample) (exemplar.Answer, error) {
			data, err := read(x.Sample)
			if err != nil {
				return exemplar.Answer{Decision: exemplar.Refused}, nil
			}
			result, err := g.Classify(ctx, exemplar.FromBytes(data), exemplar.ClassifyOptions{FPIR: fpir})
			if err != nil {
				return exemplar.Answer{}, err
			}
			return result.Answer(), nil
		}, func(_ eval.Sample, a exemplar.Answer) error {
			answers = append(answers, eval.Answer{Outcome: eval.Outcome(a.Decision), Label: a.Label})
			return nil
		})
	})
	return answers, err
}

// verifySet gives a set the scores that a gallery of its references finds for
// its other pictures.
func verifySet(cmd *cobra.Command, set *eval.Set, sys system, read reader) error {
	references, captures := split(set)
	set.Scores = make([]float32, 0, len(references)*len(captures))
	progress := newProgress("verifying "+set.Name, len(captures))
	defer progress.clear()
	return withGallery(cmd.Context(), set, sys, read, func(path string, _ *exemplar.Gallery) error {
		engine, closeFile, err := recognise.Open(path, sys.engine)
		if err != nil {
			return err
		}
		defer closeFile()
		return inOrder(cmd.Context(), captures, func(x eval.Sample) (map[string]float64, error) {
			data, err := read(x.Sample)
			if err != nil {
				return nil, err
			}
			return engine.Scores(cmd.Context(), data)
		}, func(x eval.Sample, scores map[string]float64) error {
			progress.step(1)
			for _, r := range references {
				score, ok := scores[r.Label]
				if !ok {
					return fmt.Errorf("%s: no score for %q: could %s not be registered?", x.Path, r.Label, r.Path)
				}
				set.Scores = append(set.Scores, float32(score))
			}
			return nil
		})
	})
}
