package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

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

// readState reads and checks the gallery's own row. If that is damaged, it derives the
// fields from the references.
func (g *Store) readState(ctx context.Context, db querier) (state, error) {
	crc := `NULL`
	if g.version >= checksumVersion {
		crc = `crc`
	}
	var id, model text
	var created, dim, seq integer
	var sum sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT id, created, model, dim, seq, `+crc+` FROM gallery`).Scan(&id, &created, &model, &dim, &seq, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w (its own row is missing)", store.ErrCorrupt)
	}
	if err != nil {
		return state{}, err
	}
	s := state{id: string(id), created: int64(created), model: string(model), dim: int(dim), seq: int64(seq)}
	if g.isIntact(sum, s.id, s.created, s.model, int64(s.dim), s.seq) {
		return s, nil
	}
	return g.guessState(ctx, db, s)
}

// guessState derives from the references what a damaged row should hold. It can if all
// embeddings are of one model and one size.
func (g *Store) guessState(ctx context.Context, db querier, s state) (state, error) {
	s.damaged = true
	var models, sizes int
	var model sql.NullString
	var size, seq sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT count(DISTINCT model), count(DISTINCT length(vectors)), max(model), max(length(vectors)),
		max((SELECT coalesce(max(seq), 0) FROM reference), (SELECT coalesce(max(seq), 0) FROM removal)) FROM embedding`).
		Scan(&models, &sizes, &model, &size, &seq)
	if err != nil {
		return s, err
	}
	if models > 1 || sizes > 1 {
		return s, fmt.Errorf("the gallery's own row is %w", store.ErrDamaged)
	}
	s.model, s.dim, s.seq = model.String, int(size.Int64)/(4*store.Rotations), seq.Int64
	return s, nil
}

// readStateToChange is readState for a change of the gallery. A damaged row gives an
// error, because a change must not rest on a guess.
func (g *Store) readStateToChange(ctx context.Context, db querier) (state, error) {
	s, err := g.readState(ctx, db)
	if err == nil && s.damaged {
		err = fmt.Errorf("the gallery's own row is %w", store.ErrDamaged)
	}
	return s, err
}

// writeState stores the gallery's own row.
func writeState(ctx context.Context, tx *sql.Tx, s state) error {
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO gallery (one, id, created, model, dim, seq, crc) VALUES (1, ?, ?, ?, ?, ?, ?)`,
		s.id, s.created, s.model, s.dim, s.seq, rowCRC(s.id, s.created, s.model, int64(s.dim), s.seq))
	return err
}

// checkModel returns ErrWrongModel if embeddings of the model cannot be used with the
// gallery.
func (s state) checkModel(model string, dim int) error {
	if s.model != "" && (s.model != model || s.dim != dim) {
		return fmt.Errorf("%w (it has network %.12s with %d numbers, this is %.12s with %d)", store.ErrWrongModel, s.model, s.dim, model, dim)
	}
	return nil
}

// List returns the selected references: see [store.Reader].
func (g *Store) List(ctx context.Context, f store.Filter) (references []store.Reference, err error) {
	err = g.read(ctx, "list", func(tx *sql.Tx) error {
		references, err = g.list(ctx, tx, f)
		return err
	})
	return references, err
}

// Labels returns the labels of the references, in order. It reads an index alone.
func (g *Store) Labels(ctx context.Context) (labels []store.Label, err error) {
	err = g.read(ctx, "list", func(tx *sql.Tx) error {
		names, err := texts(ctx, tx, `SELECT DISTINCT label FROM reference ORDER BY label`)
		for _, name := range names {
			labels = append(labels, store.Label(name))
		}
		return err
	})
	return labels, err
}

// selectReferences is a query of references r without its condition.
func (g *Store) selectReferences() string {
	return `SELECT r.id, r.label, r.hash, r.source, r.note, r.registered, r.width, r.height, ` + g.contents() + `, g.model, ` + g.rowIntact() + `
		FROM reference r, gallery g `
}

func (g *Store) list(ctx context.Context, tx *sql.Tx, f store.Filter) ([]store.Reference, error) {
	where, args := `WHERE true `, []any(nil)
	if f.Under != "" { // '0' is the character after '/', so the range ends before it
		where += `AND (r.label = ? OR r.label >= ? AND r.label < ?) `
		args = append(args, string(f.Under), string(f.Under)+"/", string(f.Under)+"0")
	}
	if f.Hash != nil {
		where += `AND r.hash = ? `
		args = append(args, f.Hash[:])
	}
	references, err := g.query(ctx, tx, where+`ORDER BY r.label, r.id`, args...)
	if isCorrupt(err) && f == (store.Filter{}) {
		return g.oneByOne(ctx, tx)
	}
	return references, err
}

// oneByOne returns all references of a table with unreadable pages. An index names
// them, and reading them one by one shows which can be read.
func (g *Store) oneByOne(ctx context.Context, tx *sql.Tx) ([]store.Reference, error) {
	ids, err := texts(ctx, tx, `SELECT id FROM reference INDEXED BY reference_seq ORDER BY id`)
	if err != nil {
		return nil, err
	}
	var references []store.Reference
	for _, id := range ids {
		r, err := g.get(ctx, tx, id)
		if err != nil && !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNoReference) {
			return nil, err
		}
		r.ID, r.Damaged = id, err != nil
		references = append(references, r)
	}
	return references, nil
}

// query returns the references r that a condition selects.
func (g *Store) query(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]store.Reference, error) {
	rows, err := tx.QueryContext(ctx, g.selectReferences()+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var references []store.Reference
	for rows.Next() {
		r, err := scanReference(rows)
		if err != nil {
			return nil, err
		}
		references = append(references, r)
	}
	return references, rows.Err()
}

// scanReference reads the columns of selectReferences.
func scanReference(row interface{ Scan(...any) error }) (store.Reference, error) {
	var id, label, source, note, contents, model text
	var hash []byte
	var registered, width, height integer
	var intact bool
	err := row.Scan(&id, &label, &hash, &source, &note, &registered, &width, &height, &contents, &model, &intact)
	r := store.Reference{ID: string(id), Label: store.Label(label), Source: string(source), Note: string(note), Width: int(width), Height: int(height),
		Contents: store.Contents(contents), Registered: time.UnixMilli(int64(registered)).UTC(), Model: string(model), Damaged: !intact}
	copy(r.Hash[:], hash)
	return r, err
}

// Get returns the reference with the given id, and a *Damage if its row is damaged.
func (g *Store) Get(ctx context.Context, id string) (r store.Reference, err error) {
	err = g.read(ctx, "look up in", func(tx *sql.Tx) error {
		r, err = g.get(ctx, tx, id)
		return err
	})
	return r, err
}

func (g *Store) get(ctx context.Context, tx *sql.Tx, id string) (store.Reference, error) {
	r, err := scanReference(tx.QueryRowContext(ctx, g.selectReferences()+`WHERE r.id = ?`, id))
	switch {
	case isCorrupt(err):
		r.ID, r.Damaged = id, true
		err = &store.Damage{ID: id, Part: store.PartReference, Why: whyPages}
	case err == nil && r.Damaged:
		err = &store.Damage{ID: r.ID, Label: r.Label, Part: store.PartReference, Why: whyChecksum}
	}
	return r, missing(id, err)
}

// Picture returns the stored JPEG of a reference, or a *Damage.
func (g *Store) Picture(ctx context.Context, id string) (jpeg []byte, err error) {
	err = g.read(ctx, "read a picture in", func(tx *sql.Tx) error {
		s, err := g.readPart(ctx, tx, id, "", store.PartPicture)
		jpeg = s.data
		return err
	})
	return jpeg, err
}

// Features returns the local features of a reference, nil if none were made, or
// a *Damage.
func (g *Store) Features(ctx context.Context, id string) (features []byte, err error) {
	err = g.read(ctx, "read features in", func(tx *sql.Tx) error {
		own, err := g.readState(ctx, tx)
		if err != nil {
			return err
		}
		s, err := g.readPart(ctx, tx, id, own.model, store.PartFeatures)
		features = s.data
		return err
	})
	return features, err
}

// missing names the reference in the error of a query that found no row of it.
func missing(id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("id %q: %w", id, store.ErrNoReference)
	}
	return err
}

// Stats counts what the gallery holds. Bytes counts the file and its write-ahead log.
func (g *Store) Stats(ctx context.Context) (s store.Stats, err error) {
	err = g.read(ctx, "count", func(tx *sql.Tx) error {
		s, err = g.stats(ctx, tx)
		return err
	})
	return s, err
}

// CheckModel asks whether the embeddings are of a model: see [store.Reader].
func (g *Store) CheckModel(ctx context.Context, model string, dim int) error {
	return g.read(ctx, "look up in", func(tx *sql.Tx) error {
		own, err := g.readState(ctx, tx)
		if err != nil {
			return err
		}
		return own.checkModel(model, dim)
	})
}

func (g *Store) stats(ctx context.Context, tx *sql.Tx) (store.Stats, error) {
	own, err := g.readState(ctx, tx)
	if err != nil {
		return store.Stats{}, err
	}
	s := store.Stats{
		ID: own.id, Path: g.path, Created: time.UnixMilli(own.created).UTC(), Model: own.model, Dim: own.dim, Changes: own.seq,
	}
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(g.path + suffix); err == nil {
			s.Bytes += info.Size()
		}
	}
	err = tx.QueryRowContext(ctx, `SELECT count(*), count(DISTINCT label),
		(SELECT count(features) FROM embedding WHERE model = ?) FROM reference`, own.model).Scan(&s.References, &s.Labels, &s.Features)
	if isCorrupt(err) {
		err = g.countOneByOne(ctx, tx, own.model, &s)
	}
	return s, err
}

// countOneByOne counts what tables with unreadable pages hold: features that cannot be
// read are none.
func (g *Store) countOneByOne(ctx context.Context, tx *sql.Tx, model string, s *store.Stats) error {
	references, err := g.list(ctx, tx, store.Filter{})
	if err != nil {
		return err
	}
	labels := map[store.Label]bool{}
	for _, r := range references {
		labels[r.Label] = true
		n := 0
		err := tx.QueryRowContext(ctx, `SELECT count(features) FROM embedding WHERE reference = ? AND model = ?`, r.ID, model).Scan(&n)
		if err != nil && !isCorrupt(err) {
			return err
		}
		s.Features += n
	}
	s.References, s.Labels = len(references), len(labels)
	return nil
}
