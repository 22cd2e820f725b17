package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/store"
)

// Snapshot calls use with the state of the gallery at one moment: see [store.Reader].
func (g *Store) Snapshot(ctx context.Context, use func(store.Snapshot) error) error {
	var failed error // the error of use, which is none of the gallery
	err := g.read(ctx, "read", func(tx querier) error {
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
	tx      querier
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

// entryColumns are a reference r in the gallery g with the parts that the embedding e
// holds, as scanned by scanEntry, which reads more columns after them.
const entryColumns = referenceColumns + `, r.jpeg, r.jpeg_crc, e.vectors, e.vectors_crc, e.features, e.features_crc, e.vocabulary, e.words, e.words_crc`

// rawEntry is a row of entryColumns.
type rawEntry struct {
	store.Reference
	parts map[store.Part]*rawPart
}

func scanEntry(row pgx.Row, more ...any) (e rawEntry, err error) {
	var picture, vectors, features, words rawPart
	e.Reference, err = scanReference(row, append([]any{&picture.data, &picture.crc, &vectors.data, &vectors.crc, &features.data, &features.crc,
		&words.vocabulary, &words.data, &words.crc}, more...)...)
	e.parts = map[store.Part]*rawPart{store.PartPicture: &picture, store.PartEmbedding: &vectors, store.PartFeatures: &features, store.PartWords: &words}
	for part, p := range e.parts {
		p.part, p.label = part, string(e.Label)
	}
	return e, err
}

// read returns a part of the entry, which a model made.
func (e *rawEntry) read(part store.Part, model string) (stored, error) {
	if part == store.PartPicture {
		model = ""
	}
	return e.parts[part].check(e.ID, model, nil)
}

// readEntry reads the sound parts of a reference, and names the damaged ones.
func (g *Store) readEntry(ctx context.Context, db querier, id string) (*store.Entry, []*store.Damage, error) {
	own, err := g.readState(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	raw, err := scanEntry(db.QueryRow(ctx, `SELECT `+entryColumns+` FROM reference r JOIN gallery g ON g.key = r.gallery
		LEFT JOIN embedding e ON e.gallery = r.gallery AND e.reference = r.id AND e.model = $3 WHERE r.gallery = $1 AND r.id = $2`, g.key, id, own.model))
	if err != nil && !isCorrupt(err) {
		return nil, nil, missing(id, err)
	}
	e, damaged := &store.Entry{Reference: raw.Reference}, []*store.Damage(nil)
	sound := func(err error) error { // notes damage, and returns any other error
		var damage *store.Damage
		if errors.As(err, &damage) {
			damaged = append(damaged, damage)
			return nil
		}
		return err
	}
	read := func(part store.Part) (stored, error) { return raw.read(part, own.model) }
	if isCorrupt(err) { // which part is it?
		goOn(ctx, db)
		if e.Reference, err = g.get(ctx, db, id); sound(err) != nil {
			return nil, nil, err
		}
		read = func(part store.Part) (stored, error) {
			model := own.model
			if part == store.PartPicture {
				model = ""
			}
			return g.readPart(ctx, db, id, model, part)
		}
	} else if e.Damaged {
		damaged = append(damaged, &store.Damage{ID: id, Label: e.Label, Part: store.PartReference, Why: whyChecksum})
	}
	parts := map[store.Part]stored{}
	for _, part := range []store.Part{store.PartPicture, store.PartEmbedding, store.PartFeatures, store.PartWords} {
		s, err := read(part)
		if err := sound(err); err != nil {
			return nil, nil, err
		}
		parts[part] = s
	}
	if data := parts[store.PartEmbedding].data; data != nil {
		if e.Vectors, err = store.DecodeVectors(data, own.dim); err != nil {
			damaged = append(damaged, &store.Damage{ID: id, Label: e.Label, Part: store.PartEmbedding, Why: err.Error()})
		}
	}
	e.Picture, e.Features = parts[store.PartPicture].data, parts[store.PartFeatures].data
	if words := parts[store.PartWords]; words.data != nil {
		e.Words = store.Words{Vocabulary: words.vocabulary, Data: words.data}
	}
	return e, damaged, nil
}
