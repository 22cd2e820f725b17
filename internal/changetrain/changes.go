package changetrain

import (
	"context"
	"math/rand/v2"
	"slices"

	"exemplar/internal/alignment"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// minSampleSide is the shorter side, in pixels, of what changes are learnt from.
const minSampleSide = 96

// inPlace are the relations of look-alikes that are made to the same measures:
// what they share lies in the same places, so the pictures themselves show where
// they differ.
var inPlace = []string{"contents", "edition", "line", "blank edition", "edit"}

// ChangeSamples captures the documents of every family and lays each capture on
// its own reference, on those of its look-alikes, and on others that it is taken
// for. The same arguments give the same samples.
func ChangeSamples(ctx context.Context, sources []families.Source, opts families.Options) ([]Sample, error) {
	shared, err := families.NewRun(opts)
	if err != nil {
		return nil, err
	}
	run := &changeRun{Run: shared}
	if run.others, err = families.FirstMembers(ctx, sources, func(f families.Family) other { return other{f.Name, newShape(f.Members[0])} }); err != nil {
		return nil, err
	}
	made, err := families.Each(ctx, sources, func(i int, f families.Family) ([]Sample, error) {
		defer run.Step()
		return run.samples(i, f), nil
	})
	return slices.Concat(made...), err
}

// changeRun is a run of families of look-alikes.
type changeRun struct {
	families.Run
	others []other
}

// strangersPer is how many other references a capture is held against.
const strangersPer = 12

type other struct {
	kind string
	ref  *alignment.Reference
}

// samples makes the samples of one family.
func (run *changeRun) samples(number int, f families.Family) []Sample {
	references := make([]*alignment.Reference, len(f.Members))
	for i, m := range f.Members {
		references[i] = newShape(m)
	}
	var samples []Sample
	for i, shot := range f.Shots {
		r := rand.New(rand.NewPCG(run.Seed^uint64(number)<<20, uint64(i)))
		photo, ok := run.Photograph(shot.Document, r)
		if !ok {
			continue
		}
		s := sampler{document: atReferenceSide(shot.Document), probe: alignment.NewProbe(photo.Gray())}
		s.add(references[shot.Own], s.inPlace)
		truth := s.nearlyInPlace
		if slices.Contains(inPlace, shot.Relation) {
			truth = s.inPlace
		}
		for _, sibling := range shot.Siblings {
			s.add(references[sibling], truth)
		}
		for range strangersPer { // where one is taken to be there, all of its print is another
			if o := run.others[r.IntN(len(run.others))]; o.kind != f.Name {
				s.add(o.ref, s.elsewhere)
			}
		}
		samples = append(samples, s.samples...)
	}
	return samples
}

// sampler lays one capture of a document on references.
type sampler struct {
	document *imaging.Gray
	probe    *alignment.Probe
	samples  []Sample
}

// add lays the capture on a reference, if it can be found and is not too small.
func (s *sampler) add(ref *alignment.Reference, truth func(*alignment.Reference, *alignment.Rectified) Sample) {
	if laid, ok := lay(s.probe, ref); ok && min(laid.Reference.W, laid.Reference.H) >= minSampleSide {
		s.samples = append(s.samples, truth(ref, &laid))
	}
}

func lay(probe *alignment.Probe, ref *alignment.Reference) (alignment.Rectified, bool) {
	e := alignment.Verify(probe, ref)
	if !e.Located || e.Comparable == 0 {
		return alignment.Rectified{}, false
	}
	return e.Rectify(probe, cell), true
}

// inPlace takes the document itself to lie on the reference.
func (s *sampler) inPlace(_ *alignment.Reference, l *alignment.Rectified) Sample {
	flat := alignment.Compared(s.document, l.Reference.W, l.Reference.H)
	return placedSample(l.Reference, l.Photo, flat, l.Visible)
}

// nearlyInPlace lays the document on the reference as it does the capture. Where
// it cannot be found, the capture was not either.
func (s *sampler) nearlyInPlace(ref *alignment.Reference, l *alignment.Rectified) Sample {
	flat, ok := lay(alignment.NewProbe(s.document), ref)
	switch {
	case !ok:
		return s.elsewhere(ref, l)
	case flat.Photo.W < l.Reference.W: // less is known than is to be judged
		return Sample{}
	}
	document := alignment.Compared(flat.Photo, l.Reference.W, l.Reference.H)
	return laidSample(l.Reference, l.Photo, document, l.Visible)
}

// elsewhere is a capture of something else.
func (s *sampler) elsewhere(_ *alignment.Reference, l *alignment.Rectified) Sample {
	return otherSample(l.Reference, l.Photo, l.Visible)
}

func newShape(m *imaging.Image) *alignment.Reference {
	return alignment.NewReference(atReferenceSide(m))
}

// atReferenceSide is a picture as it is compared once it is registered.
func atReferenceSide(m *imaging.Image) *imaging.Gray {
	return imaging.FitWithin(m, recognise.ReferenceSide).Gray()
}
