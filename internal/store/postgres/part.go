package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"exemplar/internal/store"
)

// partColumns are the vocabulary, the data and the checksum of a part of the reference r
// with the embedding e.
var partColumns = map[store.Part]string{
	store.PartPicture:   `NULL, r.jpeg, r.jpeg_crc`,
	store.PartEmbedding: `NULL, e.vectors, e.vectors_crc`,
	store.PartFeatures:  `NULL, e.features, e.features_crc`,
	store.PartWords:     `e.vocabulary, e.words, e.words_crc`,
}

// stored is a part of a reference as the database holds it.
type stored struct {
	data       []byte // nil if there is none: only features and words may be missing
	vocabulary string // of words
}

// readPart reads and checks a part of a reference that a model made (no model for
// pictures). The error is a *Damage if the part is not what was written.
func (g *Store) readPart(ctx context.Context, db querier, id, model string, part store.Part) (stored, error) {
	p := rawPart{part: part}
	err := db.QueryRow(ctx, `SELECT r.label, `+partColumns[part]+` FROM reference r
		LEFT JOIN embedding e ON e.gallery = r.gallery AND e.reference = r.id AND e.model = $3 WHERE r.gallery = $1 AND r.id = $2`,
		g.key, id, model).Scan(p.fields()...)
	if isCorrupt(err) {
		goOn(ctx, db)
	}
	return p.check(id, model, err)
}

// readOwnPart reads a part that the gallery's own model made. It takes one query, which
// reads the gallery's own row with it.
func (g *Store) readOwnPart(ctx context.Context, db querier, id string, part store.Part) (stored, error) {
	var o own
	p := rawPart{part: part}
	err := db.QueryRow(ctx, `SELECT `+ownColumns+`, r.label, `+partColumns[part]+` FROM gallery g JOIN reference r ON r.gallery = g.key
		LEFT JOIN embedding e ON e.gallery = r.gallery AND e.reference = r.id AND e.model = g.model WHERE g.key = $1 AND r.id = $2`,
		g.key, id).Scan(append(o.fields(), p.fields()...)...)
	if err == nil && !o.isIntact() {
		s, err := g.guessState(ctx, db, o.state)
		if err != nil {
			return stored{}, err
		}
		return g.readPart(ctx, db, id, s.model, part)
	}
	return p.check(id, o.model, err)
}

// rawPart is a row of partColumns after the label of the reference.
type rawPart struct {
	part       store.Part
	label      string
	vocabulary *string
	data       []byte
	crc        *int64
}

func (p *rawPart) fields() []any { return []any{&p.label, &p.vocabulary, &p.data, &p.crc} }

// check returns the part that a query with the given error read, or a *Damage.
func (p *rawPart) check(id, model string, err error) (stored, error) {
	damage := &store.Damage{ID: id, Label: store.Label(p.label), Part: p.part, Why: whyChecksum}
	optional := p.part == store.PartFeatures || p.part == store.PartWords
	switch {
	case isCorrupt(err):
		damage.Why = whyPages
		return stored{}, damage
	case err != nil:
		return stored{}, missing(id, err)
	case p.data == nil && p.crc == nil && optional:
		return stored{}, nil
	case p.data == nil:
		damage.Why = whyMissing
		return stored{}, damage
	}
	s := stored{data: p.data}
	covered := []any{id, model, p.data}
	if p.part == store.PartWords {
		if p.vocabulary != nil {
			s.vocabulary = *p.vocabulary
		}
		covered = []any{id, model, s.vocabulary, p.data}
	}
	if p.crc == nil || *p.crc != store.Checksum(covered...) {
		return stored{}, damage
	}
	return s, nil
}

// readVectors reads the embeddings of a reference.
func (g *Store) readVectors(ctx context.Context, db querier, id, model string, dim int) ([]float32, error) {
	s, err := g.readPart(ctx, db, id, model, store.PartEmbedding)
	if err != nil {
		return nil, err
	}
	vectors, err := store.DecodeVectors(s.data, dim)
	if err != nil {
		return nil, &store.Damage{ID: id, Part: store.PartEmbedding, Why: err.Error()}
	}
	return vectors, nil
}

// scanWords reads the reference, model, vocabulary, words and checksum of a row. The
// data is valid until the next row.
func scanWords(rows pgx.Rows) (id string, words store.Words, intact bool, err error) {
	var model string
	var vocabulary *string
	var crc *int64
	var data pgtype.DriverBytes
	if err := rows.Scan(&id, &model, &vocabulary, &data, &crc); err != nil {
		return "", words, false, err
	}
	words.Data = data
	if vocabulary != nil {
		words.Vocabulary = *vocabulary
	}
	return id, words, crc != nil && *crc == store.Checksum(id, model, words.Vocabulary, words.Data), nil
}
