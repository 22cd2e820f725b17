package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
)

// gallery holds a set's references, ready to be looked for.
type gallery struct {
	folder     *dataset.Folder
	name       string
	samples    []dataset.Sample       // that are registered
	references []*recognise.Reference // of samples
	captures   []dataset.Sample
	embedder   *recognise.Embedder
	policy     decide.Policy
}

func newGallery(ctx context.Context, root string, bundle *model.Bundle, calibration *decide.Calibration, fpir float64) (*gallery, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	g := &gallery{folder: folder, name: filepath.Base(root), embedder: recognise.NewEmbedder(bundle)}
	g.samples, g.captures = folder.Leaves()
	labels := map[string]bool{} // what nobody took a photo of is not registered
	for _, x := range g.captures {
		labels[x.Label] = true
	}
	g.samples = slices.DeleteFunc(g.samples, func(x dataset.Sample) bool { return !labels[x.Label] })
	if g.policy, err = decide.NewPolicy(calibration, fpir, len(labels)); err != nil {
		return nil, err
	}
	g.references, err = parallel.Map(ctx, 0, g.samples, g.newReference)
	return g, err
}

func (g *gallery) newReference(_ context.Context, x dataset.Sample) (*recognise.Reference, error) {
	picture, err := open(g.folder, x)
	if err != nil {
		return nil, err
	}
	return recognise.NewReference(g.embedder, picture).Reference, nil
}

func open(folder *dataset.Folder, x dataset.Sample) (*imaging.Image, error) {
	data, err := folder.Read(x)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", x.Path, err)
	}
	return m, nil
}

// look looks for every reference in a picture but for those of some labels.
func (g *gallery) look(picture *imaging.Image, ignored []string) []decide.Candidate {
	photo := recognise.NewPhoto(g.embedder, imaging.FitWithin(picture, recognise.PhotoSide))
	var found []decide.Candidate
	for i, r := range g.samples {
		if slices.Contains(ignored, r.Label) {
			continue
		}
		f := photo.Verify(g.references[i])
		f.Weighed.Whole = len(f.Blocks)
		found = append(found, decide.Candidate{Label: decide.Label(r.Label), Reference: r.Path, Geometry: f.Weighed})
	}
	return found
}

// probes looks every capture of the set up.
func (g *gallery) probes(ctx context.Context) ([]eval.Probe, error) {
	return parallel.Map(ctx, 0, g.captures, func(_ context.Context, x dataset.Sample) (eval.Probe, error) {
		picture, err := open(g.folder, x)
		if err != nil {
			return eval.Probe{}, err
		}
		own := decide.Label(x.Label)
		found := g.look(picture, g.folder.Ignored(x))
		others := without(found, func(label decide.Label) bool { return label == own })
		unrelated := g.lookup(without(others, func(label decide.Label) bool { return decide.CommonAncestor(label, own) != "" }))
		return eval.Probe{
			Path: x.Path, Label: x.Label,
			Registered: g.lookup(found), LeftOut: g.lookup(others), FamilyOut: &unrelated,
			HasRelative: slices.ContainsFunc(others, func(c decide.Candidate) bool {
				return eval.FirstPart(string(c.Label)) == eval.FirstPart(x.Label)
			}),
		}, nil
	})
}

// strangers looks up pictures that show nothing registered.
func (g *gallery) strangers(ctx context.Context, folder *dataset.Folder) ([]eval.Lookup, error) {
	return parallel.Map(ctx, 0, folder.Samples, func(_ context.Context, x dataset.Sample) (eval.Lookup, error) {
		picture, err := open(folder, x)
		if err != nil {
			return eval.Lookup{}, err
		}
		return g.lookup(g.look(picture, nil)), nil
	})
}

func (g *gallery) lookup(candidates []decide.Candidate) eval.Lookup {
	d := decide.Decide(candidates, g.policy)
	return eval.Lookup{
		Answer: eval.Answer{Outcome: eval.Outcome(d.Verdict), Label: string(d.Label)},
		Best:   string(d.Best.Label), Sure: g.sure(candidates),
	}
}

// sure is how sure the decision is of its best label, and not only of what is
// above it: as labels with nothing above them are decided.
func (g *gallery) sure(candidates []decide.Candidate) float64 {
	leaves := slices.Clone(candidates)
	for i, c := range leaves {
		leaves[i].Label = decide.Label(strings.ReplaceAll(string(c.Label), "/", "-"))
	}
	return -decide.Decide(leaves, g.policy).FPIR
}

// without returns the candidates but for those of some labels.
func without(candidates []decide.Candidate, of func(decide.Label) bool) []decide.Candidate {
	return slices.DeleteFunc(slices.Clone(candidates), func(c decide.Candidate) bool { return of(c.Label) })
}
