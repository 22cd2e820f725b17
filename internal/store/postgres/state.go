package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/store"
)

// state is the gallery's own row.
type state struct {
	id      string
	created int64
	model   string
	dim     int
	seq     int64
	damaged bool // the row is damaged, and the fields are derived from the references
}

// ownColumns are the columns of the gallery's own row g, as scanned by own.
const ownColumns = `g.id, g.created, g.model, g.dim, g.seq, g.crc`

// own is a row of ownColumns.
type own struct {
	state
	crc int64
}

func (o *own) fields() []any { return []any{&o.id, &o.created, &o.model, &o.dim, &o.seq, &o.crc} }

func (o *own) isIntact() bool { return o.crc == o.checksum() }

func (s state) checksum() int64 {
	return store.Checksum(s.id, s.created, s.model, int64(s.dim), s.seq)
}

// position is the position of a reader who knows this state.
func (s state) position() store.Position {
	return store.Position{Gallery: s.id, Model: s.model, Seq: s.seq}
}

// checkModel returns ErrWrongModel if embeddings of the model cannot be used with the
// gallery.
func (s state) checkModel(model string, dim int) error {
	if s.model != "" && (s.model != model || s.dim != dim) {
		return fmt.Errorf("%w (it has network %.12s with %d numbers, this is %.12s with %d)", store.ErrWrongModel, s.model, s.dim, model, dim)
	}
	return nil
}

// readState reads and checks the gallery's own row. If that is damaged, it derives the
// fields from the references.
func (g *Store) readState(ctx context.Context, db querier) (state, error) {
	return g.readStateBy(ctx, db, `SELECT `+ownColumns+` FROM gallery g WHERE g.key = $1`)
}

func (g *Store) readStateBy(ctx context.Context, db querier, query string) (state, error) {
	var o own
	err := db.QueryRow(ctx, query, g.key).Scan(o.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("%w (it was removed meanwhile)", store.ErrNoGallery)
	}
	if err != nil || o.isIntact() {
		return o.state, err
	}
	return g.guessState(ctx, db, o.state)
}

// guessState derives from the references what a damaged row should hold. It can if all
// embeddings are of one model and one size.
func (g *Store) guessState(ctx context.Context, db querier, s state) (state, error) {
	s.damaged = true
	var models, sizes int
	var model *string
	var size *int
	err := db.QueryRow(ctx, `SELECT count(DISTINCT model), count(DISTINCT octet_length(vectors)), max(model), max(octet_length(vectors)),
		greatest((SELECT coalesce(max(seq), 0) FROM reference WHERE gallery = $1), (SELECT coalesce(max(seq), 0) FROM removal WHERE gallery = $1))
		FROM embedding WHERE gallery = $1`, g.key).Scan(&models, &sizes, &model, &size, &s.seq)
	if err != nil {
		return s, err
	}
	if models > 1 || sizes > 1 {
		return s, errOwnRow
	}
	s.model, s.dim = "", 0
	if model != nil {
		s.model, s.dim = *model, *size/(4*store.Rotations)
	}
	return s, nil
}

// errOwnRow says that the gallery's own row is damaged. A change must not rest on a
// guess.
var errOwnRow = fmt.Errorf("the gallery's own row is %w", store.ErrDamaged)
