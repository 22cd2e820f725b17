package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"exemplar/internal/store"
)

// Snapshot calls use with the state of the gallery at one moment: see [store.Reader].
func (g *Store) Snapshot(ctx context.Context, use func(store.Snapshot) error) error {
	var failed error // the error of use, which is none of the gallery
	err := g.read(ctx, "read", func(tx *sql.Tx) error {
		failed = use(snapshot{g, tx})
		return nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// snapshot is a reading transaction.
type snapshot struct {
	gallery *Store
	tx      *sql.Tx
}

// Stats counts what the gallery holds.
func (s snapshot) Stats(ctx context.Context) (store.Stats, error) {
	stats, err := s.gallery.stats(ctx, s.tx)
	if err != nil {
		return stats, s.gallery.fail("count", err)
	}
	return stats, nil
}

// List returns the selected references.
func (s snapshot) List(ctx context.Context, f store.Filter) ([]store.Reference, error) {
	references, err := s.gallery.list(ctx, s.tx, f)
	if err != nil {
		return nil, s.gallery.fail("list", err)
	}
	return references, nil
}

// Entry returns the sound parts of a reference, and names the damaged ones.
func (s snapshot) Entry(ctx context.Context, id string) (*store.Entry, []*store.Damage, error) {
	e, damaged, err := s.gallery.readEntry(ctx, s.tx, id)
	if err != nil {
		return nil, nil, s.gallery.fail("read", err)
	}
	return e, damaged, nil
}

// Vectors returns the embeddings of a reference.
func (s snapshot) Vectors(ctx context.Context, id string) ([]float32, error) {
	own, err := s.gallery.readState(ctx, s.tx)
	if err != nil {
		return nil, s.gallery.fail("read", err)
	}
	vectors, err := s.gallery.readVectors(ctx, s.tx, id, own.model, own.dim)
	if err != nil {
		return nil, s.gallery.fail("read", err)
	}
	return vectors, nil
}

// readEntry reads the sound parts of a reference, and names the damaged ones.
func (g *Store) readEntry(ctx context.Context, tx *sql.Tx, id string) (*store.Entry, []*store.Damage, error) {
	own, err := g.readState(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	var damaged []*store.Damage
	sound := func(err error) error { // notes damage, and returns any other error
		var damage *store.Damage
		if errors.As(err, &damage) {
			damaged = append(damaged, damage)
			return nil
		}
		return err
	}
	e := new(store.Entry)
	e.Reference, err = g.get(ctx, tx, id)
	if err := sound(err); err != nil {
		return nil, nil, err
	}
	picture, err := g.readPart(ctx, tx, id, "", store.PartPicture)
	if err := sound(err); err != nil {
		return nil, nil, err
	}
	e.Vectors, err = g.readVectors(ctx, tx, id, own.model, own.dim)
	if err := sound(err); err != nil {
		return nil, nil, err
	}
	features, err := g.readPart(ctx, tx, id, own.model, store.PartFeatures)
	if err := sound(err); err != nil {
		return nil, nil, err
	}
	e.Picture, e.Features = picture.data, features.data
	if g.version >= wordsVersion {
		words, err := g.readPart(ctx, tx, id, own.model, store.PartWords)
		if err := sound(err); err != nil {
			return nil, nil, err
		}
		if words.data != nil {
			e.Words = store.Words{Vocabulary: words.vocabulary, Data: words.data}
		}
	}
	return e, damaged, nil
}

// readVectors reads the embeddings of a reference.
func (g *Store) readVectors(ctx context.Context, tx *sql.Tx, id, model string, dim int) ([]float32, error) {
	s, err := g.readPart(ctx, tx, id, model, store.PartEmbedding)
	if err != nil {
		return nil, err
	}
	vectors, err := store.DecodeVectors(s.data, dim)
	if err != nil {
		return nil, &store.Damage{ID: id, Part: store.PartEmbedding, Why: err.Error()}
	}
	return vectors, nil
}
