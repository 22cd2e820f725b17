package calibrate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"exemplar/internal/capturesim"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/scoremodel"
)

// Trials are captures of the members of families, each verified against its own
// reference, those of its look-alikes and some of other kinds.
type Trials struct {
	List []scoremodel.Trial
	// Twins are comparisons with look-alikes that differ in less than
	// [minDiffering] of their places: no proof promises anything of them.
	Twins []scoremodel.Trial
}

const (
	// minDiffering is the share of a look-alike's places that must differ, as
	// the pictures themselves show, for it to be counted.
	minDiffering = 0.1
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

// RunTrials captures and verifies every family, on all cores. The same
// arguments give the same trials.
func RunTrials(ctx context.Context, bundle *embed.Bundle, sources []Source, opts TrialOptions) (*Trials, error) {
	run := &trialRun{embedder: recognise.NewEmbedder(bundle), opts: opts}
	if err := run.listBackgrounds(); err != nil {
		return nil, err
	}
	var err error
	if run.strangers, err = firstMembers(ctx, sources, func(f Family) stranger { return stranger{f.Name, run.register(f.Members[0])} }); err != nil {
		return nil, err
	}
	made, err := forFamilies(ctx, sources, func(i int, f Family) (Trials, error) {
		defer run.progress()
		return run.family(i, f), nil
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

// firstMembers makes something of families all over the list, of which the first
// member is to be a stranger to others.
func firstMembers[T any](ctx context.Context, sources []Source, of func(Family) T) ([]T, error) {
	n := min(strangers, len(sources))
	some := make([]Source, n)
	for i := range some {
		some[i] = sources[i*len(sources)/n]
	}
	return forFamilies(ctx, some, func(i int, f Family) (made T, err error) {
		if len(f.Members) == 0 {
			return made, fmt.Errorf("family %d has no members", i*len(sources)/n)
		}
		return of(f), nil
	})
}

// register makes a reference as a gallery does.
func (run *trialRun) register(picture *imaging.Image) *recognise.Reference {
	return recognise.NewReference(run.embedder, picture).Reference
}

// family makes the trials of one family.
func (run *trialRun) family(number int, f Family) Trials {
	members := make([]*recognise.Reference, len(f.Members))
	for i, m := range f.Members {
		members[i] = run.register(m)
	}
	twins := run.twins(f, members)
	var t Trials
	for i, shot := range f.Shots {
		r := rand.New(rand.NewPCG(run.opts.Seed^uint64(number)<<20, uint64(i)))
		photo := capturesim.Scene(shot.Document, run.background(r), conditions(r), r.Uint64())
		if photo.Visible < minVisible {
			continue
		}
		verifier := verifier{run.photo(photo.Image), scoremodel.Trial{Probe: number<<10 | i, Group: number}}
		t.List = append(t.List, verifier.trial(members[shot.Own], true, false))
		for _, s := range shot.Siblings {
			list := &t.List
			if twins[pair{shot.Document, s}] {
				list = &t.Twins
			}
			*list = append(*list, verifier.trial(members[s], false, true))
		}
		for range strangersPer {
			if other := run.strangers[r.IntN(len(run.strangers))]; other.kind != f.Name {
				t.List = append(t.List, verifier.trial(other.ref, false, false))
			}
		}
	}
	return t
}

// pair is a document and a member of its family that looks like it.
type pair struct {
	document *imaging.Image
	member   int
}

// twins returns the pairs that differ in less than minDiffering of their
// places.
func (run *trialRun) twins(f Family, members []*recognise.Reference) map[pair]bool {
	twins := map[pair]bool{}
	for _, shot := range f.Shots {
		var document *recognise.Photo
		for _, s := range shot.Siblings {
			if _, known := twins[pair{shot.Document, s}]; known {
				continue
			}
			if document == nil {
				document = run.photo(shot.Document)
			}
			like := document.Verify(members[s]).Weighed
			twins[pair{shot.Document, s}] = like.Located && 1-like.LocallyConsistent < minDiffering
		}
	}
	return twins
}

func (run *trialRun) photo(picture *imaging.Image) *recognise.Photo {
	return recognise.NewPhoto(run.embedder, picture)
}

// verifier holds references against one capture.
type verifier struct {
	photo *recognise.Photo
	blank scoremodel.Trial // with the numbers of the capture
}

func (v *verifier) trial(ref *recognise.Reference, mated, sibling bool) scoremodel.Trial {
	t := v.blank
	t.Evidence, t.Mated, t.LookAlike = *v.photo.Verify(ref).Weighed, mated, sibling
	t.InPhoto = nil // a single comparison has no use for them
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
func conditions(r *rand.Rand) capturesim.SceneParams {
	switch r.IntN(5) {
	case 0, 1:
		return capturesim.Everyday()
	case 2:
		return capturesim.Hard()
	}
	p := capturesim.Everyday()
	p.SizeMin, p.SizeMax = 0.9, 1
	if r.IntN(2) == 0 {
		p.Width, p.Height = 480, 360
	}
	return p
}
