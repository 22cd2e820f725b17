package calibrate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"exemplar/internal/changetrain"
	"exemplar/internal/embed"
	"exemplar/internal/families"
	"exemplar/internal/recognise"
	"exemplar/internal/scoremodel"
)

// RunKindTrials captures the documents of kinds and verifies each capture against a
// reference of its kind with other contents, against those of look-alikes, and against
// some of other groups of kinds. The evidence has the form of what is on plain paper.
// The same arguments give the same trials.
func RunKindTrials(ctx context.Context, bundle *embed.Bundle, sources []changetrain.KindSource, opts families.Options) ([]scoremodel.Trial, error) {
	shared, err := families.NewRun(opts)
	if err != nil {
		return nil, err
	}
	run := &trialRun{Run: shared, embedder: recognise.NewEmbedder(bundle)}
	some := make([]changetrain.KindSource, min(kindStrangers, len(sources)))
	for i := range some {
		some[i] = sources[i*len(sources)/len(some)]
	}
	run.strangers, err = families.Each(ctx, some, func(i int, k changetrain.Kind) (stranger, error) {
		if len(k.Captures) == 0 || len(k.Captures[0].Against) == 0 {
			return stranger{}, fmt.Errorf("kind %d has no reference", i*len(sources)/len(some))
		}
		return stranger{k.Name, run.register(k.Captures[0].Against[0].Reference)}, nil
	})
	if err != nil {
		return nil, err
	}
	made, err := families.Each(ctx, sources, func(i int, k changetrain.Kind) ([]scoremodel.Trial, error) {
		defer run.Step()
		return run.kind(i, k), nil
	})
	return slices.Concat(made...), err
}

// kindStrangers are how many kinds lend a reference that is a stranger to others.
const kindStrangers = 60

// kind makes the trials of one kind.
func (run *trialRun) kind(number int, k changetrain.Kind) []scoremodel.Trial {
	var list []scoremodel.Trial
	for i, c := range k.Captures {
		r := rand.New(rand.NewPCG(run.Seed^uint64(number)<<20, uint64(i)))
		picture, ok := changetrain.Capture(run.Studio, c.Document, k.Handled, r)
		if !ok {
			continue
		}
		v := verifier{run.photo(picture), scoremodel.Trial{Probe: number<<10 | i, Group: number}}
		for _, a := range c.Against {
			list = append(list, v.formTrial(run.register(a.Reference), !a.OtherKind, a.OtherKind))
		}
		for range strangersPer {
			if other := run.strangers[r.IntN(len(run.strangers))]; other.kind != k.Name {
				list = append(list, v.formTrial(other.ref, false, false))
			}
		}
	}
	return list
}

// formTrial is a trial with the form of the reference, if that is print on plain paper.
func (v *verifier) formTrial(ref *recognise.Reference, mated, sibling bool) scoremodel.Trial {
	found := v.photo.Verify(ref)
	if found.ForDecision.HasComparison() && ref.IsPlain() {
		found.LookAtForm(ref)
	}
	t := v.blank
	t.Evidence, t.Mated, t.LookAlike = *found.ForDecision, mated, sibling
	t.InPhoto = nil
	return t
}
