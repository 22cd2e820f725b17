package sqlite

import (
	"context"
	"database/sql"

	"exemplar/internal/store"
)

// partQueries read the vocabulary and the data of a part of the reference ?1 that the
// model ?2 made.
var partQueries = map[store.Part]string{
	store.PartPicture:   `SELECT '' AS vocabulary, jpeg AS data FROM picture WHERE reference = ?1`,
	store.PartEmbedding: `SELECT '' AS vocabulary, vectors AS data FROM embedding WHERE reference = ?1 AND model = ?2`,
	store.PartFeatures:  `SELECT '' AS vocabulary, features AS data FROM embedding WHERE reference = ?1 AND model = ?2`,
	store.PartWords:     `SELECT vocabulary, data FROM words WHERE reference = ?1 AND model = ?2`,
}

// stored is a part of a reference as the file holds it.
type stored struct {
	data       []byte // nil if there is none: only features and words may be missing
	vocabulary string // of words
}

// readPart reads and checks a part of a reference that a model made (no model for
// pictures). The error is a *Damage if the part is not what was written.
func (g *Store) readPart(ctx context.Context, tx *sql.Tx, id, model string, part store.Part) (stored, error) {
	var name sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT label FROM reference WHERE id = ?`, id).Scan(&name)
	if err != nil && !isCorrupt(err) {
		return stored{}, missing(id, err)
	}
	damage := &store.Damage{ID: id, Label: store.Label(name.String), Part: part, Why: whyChecksum}
	var vocabulary text
	var data []byte
	var crc sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT x.vocabulary, x.data, `+g.crcOf(part, "?1", "?2")+` FROM (SELECT 1) LEFT JOIN (`+partQueries[part]+`) x`,
		id, model).Scan(&vocabulary, &data, &crc)
	covered := []any{id, model, data}
	if part == store.PartWords {
		covered = []any{id, model, string(vocabulary), data}
	}
	switch {
	case isCorrupt(err):
		damage.Why = whyPages
		return stored{}, damage
	case err != nil:
		return stored{}, err
	case data == nil && !crc.Valid && (part == store.PartFeatures || part == store.PartWords):
		return stored{}, nil
	case data == nil:
		damage.Why = whyMissing
		return stored{}, damage
	case !crc.Valid && g.version >= checksumVersion:
		damage.Why = whyUnsummed
		return stored{}, damage
	case !g.isIntact(crc, covered...):
		return stored{}, damage
	}
	return stored{data, string(vocabulary)}, nil
}

// readUnsummed reads a part without comparing its checksum.
func (g *Store) readUnsummed(ctx context.Context, tx *sql.Tx, id, model string, part store.Part) (s stored, err error) {
	var vocabulary text
	err = tx.QueryRowContext(ctx, `SELECT x.vocabulary, x.data FROM (SELECT 1) LEFT JOIN (`+partQueries[part]+`) x`, id, model).Scan(&vocabulary, &s.data)
	s.vocabulary = string(vocabulary)
	return s, err
}
