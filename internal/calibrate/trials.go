package calibrate

import (
	"context"
	"math/rand/v2"

	"exemplar/internal/embed"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
	"exemplar/internal/scoremodel"
)

// Trials are captures of the members of families, each verified against its own
// reference, those of its look-alikes and some of other kinds.
type Trials struct {
	List []scoremodel.Trial
	// NearDuplicates are comparisons with look-alikes that differ in less than
	// [minDiffering] of their blocks: no model promises anything about them.
	NearDuplicates []scoremodel.Trial
}

const (
	// minDiffering is the share of a look-alike's blocks that must differ, as
	// the pictures themselves show, for it to be counted.
	minDiffering = 0.1

	strangersPer = 12 // references of other kinds that a capture is verified against
)

// trialRun is what the families of a run share.
type trialRun struct {
	families.Run
	embedder  *recognise.Embedder
	strangers []stranger
}

type stranger struct {
	kind string
	ref  *recognise.Reference
}

// RunTrials captures and verifies every family, on all cores. The same
// arguments give the same trials.
func RunTrials(ctx context.Context, bundle *embed.Bundle, sources []families.Source, opts families.Options) (*Trials, error) {
	shared, err := families.NewRun(opts)
	if err != nil {
		return nil, err
	}
	run := &trialRun{Run: shared, embedder: recognise.NewEmbedder(bundle)}
	if run.strangers, err = families.FirstMembers(ctx, sources, func(f families.Family) stranger { return stranger{f.Name, run.register(f.Members[0])} }); err != nil {
		return nil, err
	}
	made, err := families.Each(ctx, sources, func(i int, f families.Family) (Trials, error) {
		defer run.Step()
		return run.family(i, f), nil
	})
	if err != nil {
		return nil, err
	}
	all := new(Trials)
	for _, m := range made {
		all.List, all.NearDuplicates = append(all.List, m.List...), append(all.NearDuplicates, m.NearDuplicates...)
	}
	return all, nil
}

// register makes a reference as a gallery does.
func (run *trialRun) register(picture *imaging.Image) *recognise.Reference {
	return recognise.NewReference(run.embedder, picture).Reference
}

// family makes the trials of one family.
func (run *trialRun) family(number int, f families.Family) Trials {
	members := make([]*recognise.Reference, len(f.Members))
	for i, m := range f.Members {
		members[i] = run.register(m)
	}
	nearDuplicates := run.nearDuplicates(f, members)
	var t Trials
	for i, shot := range f.Shots {
		r := rand.New(rand.NewPCG(run.Seed^uint64(number)<<20, uint64(i)))
		photo, ok := run.Photograph(shot.Document, r)
		if !ok {
			continue
		}
		verifier := verifier{run.photo(photo), scoremodel.Trial{Probe: number<<10 | i, Group: number}}
		t.List = append(t.List, verifier.trial(members[shot.Own], true, false))
		for _, s := range shot.Siblings {
			list := &t.List
			if nearDuplicates[pair{shot.Document, s}] {
				list = &t.NearDuplicates
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

// nearDuplicates returns the pairs that differ in less than minDiffering of their
// places.
func (run *trialRun) nearDuplicates(f families.Family, members []*recognise.Reference) map[pair]bool {
	nearDuplicates := map[pair]bool{}
	for _, shot := range f.Shots {
		var document *recognise.Photo
		for _, s := range shot.Siblings {
			if _, known := nearDuplicates[pair{shot.Document, s}]; known {
				continue
			}
			if document == nil {
				document = run.photo(shot.Document)
			}
			like := document.Verify(members[s]).ForDecision
			nearDuplicates[pair{shot.Document, s}] = like.Located && 1-like.LocallyConsistent < minDiffering
		}
	}
	return nearDuplicates
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
	t.Evidence, t.Mated, t.LookAlike = *v.photo.Verify(ref).ForDecision, mated, sibling
	t.InPhoto = nil // a single comparison has no use for them
	return t
}
