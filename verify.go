package exemplar

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"exemplar/internal/decide"
	"exemplar/internal/gallery"
	"exemplar/internal/geometry"
	"exemplar/internal/proof"
)

const (
	// fewReferences is up to where all references are looked for at first.
	fewReferences = 32
	// byLikeness and byFeatures are how many of a larger gallery's references
	// are: those with the most alike embeddings, and those that share features.
	byLikeness, byFeatures = 8, 24
	// compared is how many are compared with the photo place by place.
	compared = 6
)

// sighting is what was found of one reference.
type sighting struct {
	id    string
	label decide.Label
	shape *proof.Reference // nil until it is compared
	score float32          // of the embeddings of the whole pictures; -1 where unknown
	near  int              // places that a first look found

	verifiable bool // it means something that no more were found
	found      proof.Found
}

// look looks for the references that may be in the photo and compares the most
// promising with it. Where a first look convinces of none, it looks closer.
func (g *Gallery) look(ctx context.Context, view *gallery.View, photo *proof.Photo, candidates []decide.Candidate) ([]sighting, error) {
	members, err := g.shapes.follow(ctx, g, view)
	if err != nil {
		return nil, err
	}
	list := g.shortlist(members, candidates, func() []string { return g.shapes.query(photo, byFeatures) })
	seen, err := g.glance(ctx, list, photo, photo.Glance)
	if err != nil {
		return nil, err
	}
	if len(seen) == 0 || seen[0].near < plenty {
		list = g.shortlist(members, candidates, func() []string {
			return append(likeParts(view, photo), g.shapes.queryCloser(photo, byFeatures)...)
		})
		closer, err := g.glance(ctx, list, photo, photo.GlanceCloser)
		if err != nil {
			return nil, err
		}
		seen = merge(closer, seen)
	}
	return g.verifyBest(ctx, photo, seen)
}

const (
	// plenty is how many places that agree at a first look make a second
	// needless.
	plenty = 25
	// chance is how many places may agree by it: where a reference was found
	// plainly, one of which no more is seen is no rival, and is not compared.
	chance = 5
)

// glance counts for each of the list the places that a look finds, and returns
// it with most first.
func (g *Gallery) glance(ctx context.Context, list []sighting, photo *proof.Photo, look func(*geometry.Sketch) int) ([]sighting, error) {
	kept := list[:0]
	for _, s := range list {
		sketch, err := g.shapes.sketch(ctx, g, s.id)
		if errors.Is(err, ErrNoReference) { // removed by another process just now
			continue
		}
		if err != nil {
			return nil, err
		}
		s.near, s.verifiable = look(sketch), photo.CanVerify(sketch)
		kept = append(kept, s)
	}
	list = kept
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
func (g *Gallery) verifyBest(ctx context.Context, photo *proof.Photo, list []sighting) ([]sighting, error) {
	var verified []sighting
	for _, s := range list[:min(len(list), compared)] {
		if list[0].near >= plenty && s.near < chance && s.verifiable {
			continue
		}
		shape, err := g.shapes.get(ctx, g, s.id)
		if errors.Is(err, ErrNoReference) { // removed by another process just now
			continue
		}
		if err != nil {
			return nil, err
		}
		s.shape, s.found = shape, photo.Verify(shape)
		verified = append(verified, s)
	}
	return verified, nil
}

// shortlist names the references to look for: those that look like the whole
// picture, and all others of a small gallery, or of a large one those that query
// finds.
func (g *Gallery) shortlist(members map[string]decide.Label, candidates []decide.Candidate, query func() []string) []sighting {
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
		for _, id := range query() {
			add(id, -1)
		}
	}
	return list
}

// likeParts names the references of which each looks most like one of the parts
// of the photo in which documents may lie: a page of small print has no features
// to be found by, but looks like itself once it is cut out.
func likeParts(view *gallery.View, photo *proof.Photo) []string {
	var ids []string
	for _, embedding := range photo.EmbedParts() {
		for _, c := range view.Index().Search(embedding, 1) {
			ids = append(ids, c.Reference)
		}
	}
	return ids
}
