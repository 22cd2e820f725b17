package exemplar

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/gallery"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

const (
	// keptSketches bounds the references that stay ready to be looked for; one
	// takes about 120 KB.
	keptSketches = 256
	// keptShapes bounds those that stay ready to be compared, with their
	// pictures; one takes about a megabyte.
	keptShapes = 128
)

// shapes holds what is needed to look for references in photos: an index of
// the features of all, and the references that were looked for lately. It
// follows the gallery as its view does.
type shapes struct {
	mu      sync.Mutex
	members map[string]decide.Label // as of version
	version uint64
	index   *proof.Index

	sketches recent[*geometry.Sketch]
	kept     recent[*proof.Reference]
}

// follow takes in what changed in the gallery and returns its references.
func (s *shapes) follow(ctx context.Context, g *Gallery, view *gallery.View) (map[string]decide.Label, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	members, version := view.Index().Members(s.version)
	if members == nil {
		return s.members, nil
	}
	if s.index == nil {
		s.index = proof.NewIndex()
	}
	for id := range s.members {
		if _, still := members[id]; !still {
			s.index.Remove(id)
			s.sketches.forget(id)
			s.kept.forget(id)
		}
	}
	if len(members) > fewReferences { // a smaller gallery is looked through
		if err := s.addToIndex(ctx, g, members); err != nil {
			return nil, err
		}
	}
	s.members, s.version = members, version
	return members, nil
}

// addToIndex takes the members that it lacks into the index, by the words that
// are stored of them. Of a reference without any that can be used, as it is in
// galleries from before there were any, the words are made of its features.
func (s *shapes) addToIndex(ctx context.Context, g *Gallery, members map[string]decide.Label) error {
	var missing []string
	for _, id := range slices.Sorted(maps.Keys(members)) {
		if !s.index.Has(id) {
			missing = append(missing, id)
		}
	}
	err := g.store.EachWords(ctx, missing, func(id string, words gallery.Words) error {
		if words.Vocabulary == geometry.Vocabulary() {
			_ = s.index.Add(id, words.Data) // damaged ones are made again, too
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range missing {
		if s.index.Has(id) {
			continue
		}
		if err := s.addByFeatures(ctx, g, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *shapes) addByFeatures(ctx context.Context, g *Gallery, id string) error {
	features, err := g.store.Features(ctx, id)
	if errors.Is(err, ErrNoReference) || err == nil && len(features) == 0 { // just removed, or there never were any
		return nil
	}
	if err != nil {
		return err
	}
	sketch, err := geometry.UnmarshalSketch(features)
	if err != nil {
		return fmt.Errorf("features of reference %s: %w", id, err)
	}
	return s.index.Add(id, sketch.Words())
}

// query returns the references that share features with the photo, best first.
func (s *shapes) query(photo *proof.Photo, n int) []string {
	s.mu.Lock()
	index := s.index
	s.mu.Unlock()
	return index.Query(photo, n)
}

// queryCloser is query by the features of the closer look.
func (s *shapes) queryCloser(photo *proof.Photo, n int) []string {
	s.mu.Lock()
	index := s.index
	s.mu.Unlock()
	return index.QueryCloser(photo, n)
}

// sketch returns a reference ready to be looked for.
func (s *shapes) sketch(ctx context.Context, g *Gallery, id string) (*geometry.Sketch, error) {
	return s.sketches.get(id, keptSketches, func() (*geometry.Sketch, error) { return g.newSketch(ctx, id) })
}

// get returns a reference ready to be compared.
func (s *shapes) get(ctx context.Context, g *Gallery, id string) (*proof.Reference, error) {
	return s.kept.get(id, keptShapes, func() (*proof.Reference, error) { return g.newShape(ctx, id) })
}

// newSketch prepares a stored reference for being looked for.
func (g *Gallery) newSketch(ctx context.Context, id string) (*geometry.Sketch, error) {
	features, err := g.store.Features(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(features) == 0 { // of a gallery from before there were any
		picture, err := g.picture(ctx, id)
		if err != nil {
			return nil, err
		}
		return geometry.NewReference(picture.Gray()).Sketch(), nil
	}
	sketch, err := geometry.UnmarshalSketch(features)
	if err != nil {
		return nil, fmt.Errorf("features of reference %s: %w", id, err)
	}
	return sketch, nil
}

// newShape prepares a stored reference for being compared.
func (g *Gallery) newShape(ctx context.Context, id string) (*proof.Reference, error) {
	shape, _, err := g.stored(ctx, id)
	return shape, err
}

// stored reads a reference and prepares it for being compared; its picture
// comes along.
func (g *Gallery) stored(ctx context.Context, id string) (*proof.Reference, *imaging.Image, error) {
	view, err := g.follow(ctx)
	if err != nil {
		return nil, nil, err
	}
	sketch, err := g.shapes.sketch(ctx, g, id)
	if err != nil {
		return nil, nil, err
	}
	picture, err := g.picture(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	vector := view.Index().Upright(id)
	if vector == nil {
		return nil, nil, fmt.Errorf("reference %s: %w", id, ErrNoReference)
	}
	return proof.CompleteReference(sketch, picture, vector), picture, nil
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
