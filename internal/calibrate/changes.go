package calibrate

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"exemplar/internal/augment"
	"exemplar/internal/change"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// minSampleSide is the shorter side, in pixels, of what changes are learnt from.
const minSampleSide = 96

// inPlace are the relations of look-alikes that are drawn to the same measures:
// what they share lies in the same places, so the pictures themselves show where
// they differ.
var inPlace = []string{"contents", "edition", "line", "blank edition"}

// ChangeSamples captures the documents of every family and lays each capture on
// its own reference and on those of look-alikes that are drawn to the same
// measures. The same arguments give the same samples.
func ChangeSamples(ctx context.Context, sources []Source, opts TrialOptions) ([]change.Sample, error) {
	run := &trialRun{opts: opts}
	if err := run.listBackgrounds(); err != nil {
		return nil, err
	}
	made := make([][]change.Sample, len(sources))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, source := range sources {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			family, err := source()
			if err == nil {
				made[i] = run.changeSamples(i, family)
				run.progress()
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []change.Sample
	for _, m := range made {
		all = append(all, m...)
	}
	return all, nil
}

// changeSamples makes the samples of one family.
func (run *trialRun) changeSamples(number int, f Family) []change.Sample {
	references := make([]*geometry.Reference, len(f.Members))
	for i, m := range f.Members {
		references[i] = geometry.NewReference(atReferenceSide(m))
	}
	var samples []change.Sample
	for i, shot := range f.Shots {
		r := rand.New(rand.NewPCG(run.opts.Seed^uint64(number)<<20, uint64(i)))
		photo := augment.Scene(shot.Document, run.background(r), conditions(r), r.Uint64())
		if photo.Visible < minVisible {
			continue
		}
		probe := geometry.NewProbe(photo.Image.Gray())
		on := []int{shot.Own}
		if slices.Contains(inPlace, shot.Relation) {
			on = append(on, shot.Siblings...)
		}
		for _, member := range on {
			if s, ok := changeSample(probe, references[member], shot.Document); ok {
				samples = append(samples, s)
			}
		}
	}
	return samples
}

// changeSample lays a photo of a document on a reference, if it can be found and
// is not too small.
func changeSample(probe *geometry.Probe, ref *geometry.Reference, document *imaging.Image) (change.Sample, bool) {
	e := geometry.Verify(probe, ref)
	if !e.Located || e.Judged == 0 {
		return change.Sample{}, false
	}
	laid := e.Lay(probe)
	w, h := laid.Reference.W, laid.Reference.H
	if min(w, h) < minSampleSide {
		return change.Sample{}, false
	}
	flat := geometry.Compared(atReferenceSide(document), w, h)
	return change.NewSample(laid.Reference, laid.Photo, flat, laid.Seen), true
}

// atReferenceSide is a picture as it is compared once it is registered.
func atReferenceSide(m *imaging.Image) *imaging.Gray {
	return imaging.FitWithin(m, referenceSide).Gray()
}
