package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"exemplar/internal/store"
)

// wordsVersion is the first version of the file that has words.
const wordsVersion = 2

// EachWords calls use with the stored words of references: see [store.Reader].
func (g *Store) EachWords(ctx context.Context, ids []string, use func(id string, words store.Words) error) error {
	return g.read(ctx, "read features in", func(tx *sql.Tx) error { return g.eachWords(ctx, tx, ids, use) })
}

func (g *Store) eachWords(ctx context.Context, tx *sql.Tx, ids []string, use func(id string, words store.Words) error) error {
	used := map[string]bool{}
	err := g.queryWords(ctx, tx, ids, func(id string, words store.Words) error {
		used[id] = true
		return use(id, words)
	})
	if !isCorrupt(err) {
		return err
	}
	for _, id := range ids { // read one by one to find the readable pages
		if used[id] {
			continue
		}
		if err := g.queryWords(ctx, tx, []string{id}, use); err != nil && !isCorrupt(err) {
			return err
		}
	}
	return nil
}

func (g *Store) queryWords(ctx context.Context, tx *sql.Tx, ids []string, use func(id string, words store.Words) error) error {
	if g.version < wordsVersion {
		return nil
	}
	list, err := json.Marshal(ids) // one statement serves any number of ids
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT w.reference, w.model, w.vocabulary, w.data, `+g.crcOf(store.PartWords, "w.reference", "w.model")+`
		FROM json_each(?) wanted CROSS JOIN words w ON w.reference = wanted.value JOIN gallery g ON g.model = w.model`, string(list))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, model, vocabulary text
		var data sql.RawBytes
		var crc sql.NullInt64
		if err := rows.Scan(&id, &model, &vocabulary, &data, &crc); err != nil {
			return err
		}
		if !g.isIntact(crc, string(id), string(model), string(vocabulary), []byte(data)) {
			continue
		}
		if err := use(string(id), store.Words{Vocabulary: string(vocabulary), Data: data}); err != nil {
			return err
		}
	}
	return rows.Err()
}
