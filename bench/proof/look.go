package main

import (
	"context"

	"exemplar/internal/dataset"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
)

// gallery holds a set's references, ready to be looked for.
type gallery struct {
	set        *set
	embedder   *recognise.Embedder
	references []*recognise.Reference // of set.references
}

func newGallery(s *set, bundle *model.Bundle) (*gallery, error) {
	g := &gallery{set: s, embedder: recognise.NewEmbedder(bundle), references: make([]*recognise.Reference, len(s.references))}
	return g, each(len(g.references), func(i int) error {
		picture, err := s.open(s.references[i])
		if err != nil {
			return err
		}
		g.references[i] = recognise.NewReference(g.embedder, picture).Reference
		return nil
	})
}

// look looks for every reference in a picture but for those whose label is to
// be passed over.
func (g *gallery) look(picture *imaging.Image, pass func(label string) bool) []decide.Candidate {
	photo := recognise.NewPhoto(g.embedder, imaging.FitWithin(picture, recognise.PhotoSide))
	var found []decide.Candidate
	for i, r := range g.set.references {
		if pass(r.Label) {
			continue
		}
		f := photo.Verify(g.references[i])
		f.Weighed.Whole = len(f.Blocks)
		found = append(found, decide.Candidate{Label: decide.Label(r.Label), Reference: r.Path, Geometry: f.Weighed})
	}
	return found
}

// captures looks for every reference in every capture of the set.
func (g *gallery) captures() ([][]decide.Candidate, error) {
	found := make([][]decide.Candidate, len(g.set.captures))
	return found, each(len(found), func(i int) error {
		x := g.set.captures[i]
		picture, err := g.set.open(x)
		if err != nil {
			return err
		}
		found[i] = g.look(picture, func(label string) bool {
			return label != x.Label && g.set.ignore[dataset.PathLabel{Path: x.Path, Label: label}]
		})
		return nil
	})
}

// distractors looks for every reference in every picture under root.
func (g *gallery) distractors(root string) ([][]decide.Candidate, error) {
	paths, err := dataset.ListImages(root)
	if err != nil {
		return nil, err
	}
	found := make([][]decide.Candidate, len(paths))
	return found, each(len(paths), func(i int) error {
		picture, err := openPicture(root, paths[i])
		if err != nil {
			return err
		}
		found[i] = g.look(picture, func(string) bool { return false })
		return nil
	})
}

func each(n int, do func(i int) error) error {
	return parallel.Each(context.Background(), 0, n, func(_ context.Context, i int) error { return do(i) })
}
