package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/store"
)

// List returns the selected references: see [store.Reader].
func (g *Store) List(ctx context.Context, f store.Filter) (references []store.Reference, err error) {
	err = g.look(ctx, "list", func(db querier) error {
		references, err = g.list(ctx, db, f)
		return err
	})
	return references, err
}

// Labels returns the labels of the references, in order.
func (g *Store) Labels(ctx context.Context) (labels []store.Label, err error) {
	err = g.look(ctx, "list", func(db querier) error {
		labels = nil
		names, err := texts(ctx, db, `SELECT DISTINCT label FROM reference WHERE gallery = $1 ORDER BY label`, g.key)
		for _, name := range names {
			labels = append(labels, store.Label(name))
		}
		return err
	})
	return labels, err
}

// referenceColumns are those of a reference r in the gallery g, as scanned by
// scanReference.
const referenceColumns = `r.id, r.label, r.hash, r.source, r.note, r.registered, r.width, r.height, r.contents, r.crc, g.model`

const selectReferences = `SELECT ` + referenceColumns + ` FROM reference r JOIN gallery g ON g.key = r.gallery WHERE r.gallery = $1 `

func (g *Store) list(ctx context.Context, db querier, f store.Filter) ([]store.Reference, error) {
	where, args := ``, []any{g.key}
	if f.Under != "" { // '0' is the character after '/', so the range ends before it
		where += `AND (r.label = $2 OR r.label >= $3 AND r.label < $4) `
		args = append(args, string(f.Under), string(f.Under)+"/", string(f.Under)+"0")
	}
	if f.Hash != nil {
		where += fmt.Sprintf(`AND r.hash = $%d `, len(args)+1)
		args = append(args, f.Hash[:])
	}
	return g.query(ctx, db, where+`ORDER BY r.label, r.id`, args...)
}

// query returns the references r that a condition selects; $1 is the gallery.
func (g *Store) query(ctx context.Context, db querier, where string, args ...any) ([]store.Reference, error) {
	rows, err := db.Query(ctx, selectReferences+where, args...)
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

// scanReference reads referenceColumns, and then more.
func scanReference(row pgx.Row, more ...any) (store.Reference, error) {
	var r store.Reference
	var hash, source, note []byte
	var registered, crc int64
	err := row.Scan(append([]any{&r.ID, (*string)(&r.Label), &hash, &source, &note, &registered, &r.Width, &r.Height, (*string)(&r.Contents), &crc, &r.Model}, more...)...)
	r.Source, r.Note, r.Registered = string(source), string(note), time.UnixMilli(registered).UTC()
	copy(r.Hash[:], hash)
	r.Damaged = err == nil && crc != referenceSum(&r)
	return r, err
}

// Get returns the reference with the given id, and a *Damage if its row is damaged.
func (g *Store) Get(ctx context.Context, id string) (r store.Reference, err error) {
	err = g.look(ctx, "look up in", func(db querier) error {
		r, err = g.get(ctx, db, id)
		return err
	})
	return r, err
}

func (g *Store) get(ctx context.Context, db querier, id string) (store.Reference, error) {
	r, err := scanReference(db.QueryRow(ctx, selectReferences+`AND r.id = $2`, g.key, id))
	switch {
	case isCorrupt(err):
		goOn(ctx, db)
		r = store.Reference{ID: id, Damaged: true}
		err = &store.Damage{ID: id, Part: store.PartReference, Why: whyPages}
	case err == nil && r.Damaged:
		err = &store.Damage{ID: r.ID, Label: r.Label, Part: store.PartReference, Why: whyChecksum}
	}
	return r, missing(id, err)
}

// missing names the reference in the error of a query that found no row of it, or that
// the server refused because nothing can have that id.
func missing(id string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) || err != nil && (!utf8.ValidString(id) || strings.Contains(id, "\x00")) {
		return fmt.Errorf("id %q: %w", id, store.ErrNoReference)
	}
	return err
}

// texts returns the first column of all rows.
func texts(ctx context.Context, db querier, query string, args ...any) (all []string, err error) {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Picture returns the stored JPEG of a reference, or a *Damage.
func (g *Store) Picture(ctx context.Context, id string) (jpeg []byte, err error) {
	err = g.look(ctx, "read a picture in", func(db querier) error {
		s, err := g.readPart(ctx, db, id, "", store.PartPicture)
		jpeg = s.data
		return err
	})
	return jpeg, err
}

// Features returns the local features of a reference, nil if none were made, or a
// *Damage.
func (g *Store) Features(ctx context.Context, id string) (features []byte, err error) {
	err = g.look(ctx, "read features in", func(db querier) error {
		s, err := g.readOwnPart(ctx, db, id, store.PartFeatures)
		features = s.data
		return err
	})
	return features, err
}

// EachWords calls use with the stored words of references: see [store.Reader].
func (g *Store) EachWords(ctx context.Context, ids []string, use func(id string, words store.Words) error) error {
	if len(ids) == 0 {
		return ctx.Err()
	}
	var failed error // the error of use, which is none of the server
	err := g.read(ctx, "read features in", func(tx querier) error {
		rows, err := tx.Query(ctx, `SELECT e.reference, e.model, e.vocabulary, e.words, e.words_crc FROM embedding e JOIN gallery g ON g.key = e.gallery AND g.model = e.model
			WHERE e.gallery = $1 AND e.reference = ANY($2) AND e.words IS NOT NULL`, g.key, ids)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			id, words, intact, err := scanWords(rows)
			if err != nil {
				return err
			}
			if !intact {
				continue
			}
			if failed = use(id, words); failed != nil {
				return nil
			}
		}
		return rows.Err()
	})
	if failed != nil {
		return g.fail("read features in", failed)
	}
	return err
}

// Stats counts what the gallery holds. Bytes counts its pictures and all that was made of
// them, without the indexes and the space that the database keeps free.
func (g *Store) Stats(ctx context.Context) (s store.Stats, err error) {
	err = g.read(ctx, "count", func(tx querier) error {
		s, err = g.stats(ctx, tx)
		return err
	})
	return s, err
}

// CheckModel asks whether the embeddings are of a model: see [store.Reader].
func (g *Store) CheckModel(ctx context.Context, model string, dim int) error {
	return g.read(ctx, "look up in", func(tx querier) error {
		own, err := g.readState(ctx, tx)
		if err != nil {
			return err
		}
		return own.checkModel(model, dim)
	})
}

func (g *Store) stats(ctx context.Context, db querier) (store.Stats, error) {
	own, err := g.readState(ctx, db)
	if err != nil {
		return store.Stats{}, err
	}
	s := store.Stats{ID: own.id, Path: g.name, Created: time.UnixMilli(own.created).UTC(), Model: own.model, Dim: own.dim, Changes: own.seq}
	var parts int64
	err = db.QueryRow(ctx, `SELECT count(*), count(DISTINCT label), 
		coalesce(sum(octet_length(jpeg) + octet_length(label) + octet_length(source) + octet_length(note)), 0) FROM reference WHERE gallery = $1`, g.key).Scan(&s.References, &s.Labels, &s.Bytes)
	if err != nil {
		return s, err
	}
	err = db.QueryRow(ctx, `SELECT count(features) FILTER (WHERE model = $2),
		coalesce(sum(octet_length(vectors) + coalesce(octet_length(features), 0) + coalesce(octet_length(words), 0)), 0)
		FROM embedding WHERE gallery = $1`, g.key, own.model).Scan(&s.Features, &parts)
	s.Bytes += parts
	return s, err
}
