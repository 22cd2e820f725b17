package calibrate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"exemplar/internal/augment"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
)

// Trials are captures of copies of kinds, each verified against a reference of its
// own kind, those of its look-alikes and some of other kinds.
type Trials struct {
	List []decide.Trial
	// Twins are comparisons with look-alikes whose form differs in less than
	// [fewestDiffering] cells: no proof promises anything of them.
	Twins []decide.Trial
}

const (
	// minVisible is how much of a document a capture must show to be counted.
	minVisible = 0.5

	strangers    = 60 // references of other kinds that captures are verified against
	strangersPer = 12 // each against so many of them
)

// TrialOptions say how trials are made.
type TrialOptions struct {
	Backgrounds string // folder of pictures to lay documents on, besides drawn surfaces; may be empty
	Seed        uint64
	Progress    func() // called after each family, from any goroutine; may be nil
}

// trialRun is what the families of a run share.
type trialRun struct {
	embedder    *recognise.Embedder
	opts        TrialOptions
	backgrounds []string
	strangers   []stranger
}

type stranger struct {
	kind string
	ref  *recognise.Reference
}

// RunTrials captures and verifies every kind, on all cores. The same arguments
// give the same trials.
func RunTrials(ctx context.Context, bundle *model.Bundle, sources []KindSource, opts TrialOptions) (*Trials, error) {
	run := &trialRun{embedder: recognise.NewEmbedder(bundle), opts: opts}
	if err := run.listBackgrounds(); err != nil {
		return nil, err
	}
	var err error
	if run.strangers, err = some(ctx, sources, func(k Kind) (stranger, error) {
		if len(k.Captures) == 0 || len(k.Captures[0].Against) == 0 {
			return stranger{}, fmt.Errorf("a kind %q without references", k.Name)
		}
		return stranger{k.Name, run.register(k.Captures[0].Against[0].Reference)}, nil
	}); err != nil {
		return nil, err
	}
	made, err := forFamilies(ctx, sources, func(i int, k Kind) (Trials, error) {
		defer run.progress()
		return run.kind(i, k), nil
	})
	if err != nil {
		return nil, err
	}
	all := new(Trials)
	for _, m := range made {
		all.List, all.Twins = append(all.List, m.List...), append(all.Twins, m.Twins...)
	}
	return all, nil
}

func (run *trialRun) progress() {
	if run.opts.Progress != nil {
		run.opts.Progress()
	}
}

func (run *trialRun) listBackgrounds() error {
	if run.opts.Backgrounds == "" {
		return nil
	}
	files, err := os.ReadDir(run.opts.Backgrounds)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !f.IsDir() {
			run.backgrounds = append(run.backgrounds, filepath.Join(run.opts.Backgrounds, f.Name()))
		}
	}
	return nil
}

// forFamilies makes something of every family, on all cores.
func forFamilies[F, T any, S ~func() (F, error)](ctx context.Context, sources []S, of func(number int, f F) (T, error)) ([]T, error) {
	made := make([]T, len(sources))
	return made, parallel.Each(ctx, 0, len(sources), func(_ context.Context, i int) error {
		family, err := sources[i]()
		if err == nil {
			made[i], err = of(i, family)
		}
		return err
	})
}

// some makes something of families all over the list.
func some[F, T any, S ~func() (F, error)](ctx context.Context, sources []S, of func(F) (T, error)) ([]T, error) {
	n := min(strangers, len(sources))
	chosen := make([]S, n)
	for i := range chosen {
		chosen[i] = sources[i*len(sources)/n]
	}
	return forFamilies(ctx, chosen, func(_ int, f F) (T, error) { return of(f) })
}

// register makes a reference as a gallery does.
func (run *trialRun) register(picture *imaging.Image) *recognise.Reference {
	return recognise.NewReference(run.embedder, picture).Reference
}

// kind makes the trials of one kind.
func (run *trialRun) kind(number int, k Kind) Trials {
	var t Trials
	for i, c := range k.Captures {
		r := rand.New(rand.NewPCG(run.opts.Seed^uint64(number)<<20, uint64(i)))
		picture, ok := run.capture(c.Document, r)
		if !ok {
			continue
		}
		verifier := verifier{run.photo(picture), decide.Trial{Probe: number<<10 | i, Family: number}}
		for _, a := range c.Against {
			list := &t.List
			if a.OtherKind && a.hardlyDiffers() {
				list = &t.Twins
			}
			*list = append(*list, verifier.trial(run.register(a.Reference), !a.OtherKind, a.OtherKind))
		}
		for range strangersPer {
			if other := run.strangers[r.IntN(len(run.strangers))]; other.kind != k.Name {
				t.List = append(t.List, verifier.trial(other.ref, false, false))
			}
		}
	}
	return t
}

func (run *trialRun) photo(picture *imaging.Image) *recognise.Photo {
	return recognise.NewPhoto(run.embedder, picture)
}

// verifier holds references against one capture.
type verifier struct {
	photo *recognise.Photo
	blank decide.Trial // with the numbers of the capture
}

func (v *verifier) trial(ref *recognise.Reference, mated, sibling bool) decide.Trial {
	t := v.blank
	t.Geometry, t.Mated, t.Sibling = *v.photo.Verify(ref).Weighed, mated, sibling
	t.Places = nil // a single comparison has no use for them
	return t
}

// background returns a picture to lay a document on, or nil for a drawn
// surface.
func (run *trialRun) background(r *rand.Rand) *imaging.Image {
	if len(run.backgrounds) == 0 || r.IntN(2) == 0 {
		return nil
	}
	picture, err := readPicture(run.backgrounds[r.IntN(len(run.backgrounds))])
	if err != nil {
		return nil
	}
	return picture
}

// conditions draws how a photo is taken: with some care or none, or cut to the
// document, by the phone or by what found it.
func conditions(r *rand.Rand) augment.SceneParams {
	switch r.IntN(5) {
	case 0, 1:
		return augment.Everyday()
	case 2:
		return augment.Hard()
	}
	p := augment.Everyday()
	p.SizeMin, p.SizeMax = 0.9, 1
	if r.IntN(2) == 0 {
		p.Width, p.Height = 480, 360
	}
	return p
}
