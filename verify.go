package exemplar

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"exemplar/internal/decide"
	"exemplar/internal/gallery"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

const (
	// fewReferences is up to where all references are looked for at first.
	fewReferences = 32
	// byLikeness and byFeatures are how many of a larger gallery's references
	// are: those with the most alike embeddings, and those that share features.
	byLikeness, byFeatures = 8, 16
	// compared is how many are compared with the photo place by place.
	compared = 6
)

// sighting is what was found of one reference.
type sighting struct {
	id    string
	label decide.Label
	shape *proof.Reference
	score float32 // of the embeddings of the whole pictures; -1 where unknown
	near  int     // places that a first look found
	found proof.Found
}

// look looks for the references that may be in the photo and compares the most
// promising with it, best first.
func (g *Gallery) look(ctx context.Context, view *gallery.View, photo *proof.Photo, candidates []decide.Candidate) ([]sighting, error) {
	seen, err := g.shortlist(ctx, view, photo, candidates)
	if err != nil {
		return nil, err
	}
	for i := range seen {
		if seen[i].shape, err = g.shapes.get(ctx, g, seen[i].id); err != nil {
			return nil, err
		}
		seen[i].near = photo.Glance(seen[i].shape)
	}
	slices.SortStableFunc(seen, func(a, b sighting) int { return cmp.Compare(b.near, a.near) })
	seen = seen[:min(len(seen), compared)]
	for i := range seen {
		seen[i].found = photo.Verify(seen[i].shape)
	}
	return seen, nil
}

// shortlist names the references to look for.
func (g *Gallery) shortlist(ctx context.Context, view *gallery.View, photo *proof.Photo, candidates []decide.Candidate) ([]sighting, error) {
	members, err := g.shapes.follow(ctx, g, view)
	if err != nil {
		return nil, err
	}
	chosen := map[string]bool{}
	var list []sighting
	add := func(id string, score float32) {
		if label, registered := members[id]; registered && !chosen[id] {
			chosen[id] = true
			list = append(list, sighting{id: id, label: label, score: score})
		}
	}
	for _, c := range candidates[:min(len(candidates), byLikeness)] {
		add(c.Reference, c.Score)
	}
	if g.geometry == GeometryVerify {
		return list, nil
	}
	if len(members) <= fewReferences {
		for _, id := range slices.Sorted(mapKeys(members)) {
			add(id, -1)
		}
		return list, nil
	}
	for _, id := range g.shapes.query(photo, byFeatures) {
		add(id, -1)
	}
	return list, nil
}

// newShape prepares a stored reference for being looked for.
func (g *Gallery) newShape(ctx context.Context, id string) (*proof.Reference, error) {
	jpeg, err := g.store.Picture(ctx, id)
	if err != nil {
		return nil, err
	}
	features, err := g.store.Features(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, _, err := imaging.Decode(jpeg, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("picture of reference %s: %w", id, err)
	}
	shape, err := proof.StoredReference(features, picture, g.model.EmbedImage(picture))
	if err != nil {
		return nil, fmt.Errorf("features of reference %s: %w", id, err)
	}
	return shape, nil
}
