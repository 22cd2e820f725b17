package exemplar

import (
	"cmp"
	"context"
	"fmt"
	"maps"
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
	byLikeness, byFeatures = 8, 32
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
// promising with it. Where a first look convinces of none, it looks closer.
func (g *Gallery) look(ctx context.Context, view *gallery.View, photo *proof.Photo, candidates []decide.Candidate) ([]sighting, error) {
	members, err := g.shapes.follow(ctx, g, view)
	if err != nil {
		return nil, err
	}
	seen, err := g.glance(ctx, g.shortlist(members, photo, candidates, (*shapes).query), photo.Glance)
	if err != nil || len(seen) > 0 && seen[0].near >= plenty {
		return verifyBest(photo, seen), err
	}
	closer, err := g.glance(ctx, g.shortlist(members, photo, candidates, (*shapes).queryCloser), photo.GlanceCloser)
	return verifyBest(photo, merge(closer, seen)), err
}

// plenty is how many places that agree at a first look make a second needless.
const plenty = 25

// glance counts for each of the list the places that a look finds, and returns
// it with most first.
func (g *Gallery) glance(ctx context.Context, list []sighting, look func(*proof.Reference) int) ([]sighting, error) {
	for i := range list {
		shape, err := g.shapes.get(ctx, g, list[i].id)
		if err != nil {
			return nil, err
		}
		list[i].shape, list[i].near = shape, look(shape)
	}
	slices.SortStableFunc(list, func(a, b sighting) int { return cmp.Compare(b.near, a.near) })
	return list, nil
}

// merge returns the best half of either list.
func merge(a, b []sighting) []sighting {
	merged := slices.Clone(a[:min(len(a), compared/2)])
	for _, s := range b {
		if !slices.ContainsFunc(merged, func(m sighting) bool { return m.id == s.id }) {
			merged = append(merged, s)
		}
	}
	return merged
}

// verifyBest compares the first of the list with the photo.
func verifyBest(photo *proof.Photo, list []sighting) []sighting {
	list = list[:min(len(list), compared)]
	for i := range list {
		list[i].found = photo.Verify(list[i].shape)
	}
	return list
}

// shortlist names the references to look for: those that look like the whole
// picture, and all others of a small gallery, or of a large one those that query
// finds by their features.
func (g *Gallery) shortlist(members map[string]decide.Label, photo *proof.Photo, candidates []decide.Candidate,
	query func(*shapes, *proof.Photo, int) []string) []sighting {
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
	switch {
	case g.geometry == GeometryVerify:
	case len(members) <= fewReferences:
		for _, id := range slices.Sorted(maps.Keys(members)) {
			add(id, -1)
		}
	default:
		for _, id := range query(&g.shapes, photo, byFeatures) {
			add(id, -1)
		}
	}
	return list
}

// newShape prepares a stored reference for being looked for.
func (g *Gallery) newShape(ctx context.Context, id string) (*proof.Reference, error) {
	shape, _, err := g.stored(ctx, id)
	return shape, err
}

// stored reads a reference and prepares it for being looked for; its picture
// comes along.
func (g *Gallery) stored(ctx context.Context, id string) (*proof.Reference, *imaging.Image, error) {
	picture, err := g.picture(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	features, err := g.store.Features(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	shape, err := proof.StoredReference(features, picture, g.model.EmbedImage(picture))
	if err != nil {
		return nil, nil, fmt.Errorf("features of reference %s: %w", id, err)
	}
	return shape, picture, nil
}

// picture reads the picture of a reference.
func (g *Gallery) picture(ctx context.Context, id string) (*imaging.Image, error) {
	jpeg, err := g.store.Picture(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, _, err := imaging.Decode(jpeg, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("picture of reference %s: %w", id, err)
	}
	return picture, nil
}
