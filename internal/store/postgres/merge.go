package postgres

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/store"
)

// Merge adds entries of another store: see [store.Writer]. It holds one piece of entries
// at a time in memory.
func (g *Store) Merge(ctx context.Context, entries iter.Seq2[*store.Entry, error]) (store.Merged, error) {
	var done store.Merged
	err := g.writeOnce(ctx, "import into", func(c *change) error { // the sequence may not begin again
		seq, err := c.seq()
		if err != nil {
			return err
		}
		m := merger{change: c, seq: seq, flushed: time.Now(), query: insertEntry("", fmt.Sprintf(`id = $2 OR label = $3 AND hash = $4 AND seq < %d`, seq))}
		for e, err := range entries {
			if err == nil {
				err = m.add(ctx, e)
			}
			if err != nil {
				return err
			}
		}
		err = m.flush(ctx)
		done = m.done
		return err
	})
	if err != nil {
		return store.Merged{}, err
	}
	return done, nil
}

// merger gathers entries until they make a piece.
type merger struct {
	*change
	seq   int64
	query string
	done  store.Merged

	batch   *pgx.Batch
	ids     []string
	size    int
	flushed time.Time
}

// flushAfter is how long entries wait for others. To make the next one may take long, and
// the server ends a transaction that does nothing for a minute.
const flushAfter = 5 * time.Second

// add adds an entry, which is not used after the call.
func (m *merger) add(ctx context.Context, e *store.Entry) error {
	if err := e.Validate(); err != nil {
		return fmt.Errorf("reference %q: %w: %w", e.ID, store.ErrInvalid, err)
	}
	if m.own.model == "" || m.own.model != e.Model || m.own.dim != e.Dim() {
		if err := m.adopt(ctx, e); err != nil {
			return fmt.Errorf("reference %q: %w", e.ID, err)
		}
	}
	if m.batch != nil && (len(m.ids) == pieceEntries || m.size+sizeOf(e) > pieceBytes || time.Since(m.flushed) > flushAfter) {
		if err := m.flush(ctx); err != nil {
			return err
		}
	}
	if m.batch == nil {
		m.batch = new(pgx.Batch)
	}
	values := valuesOf(m.gallery.key, m.seq, e)
	for i, v := range values { // the caller may use the entry's memory again
		if data, ok := v.([]byte); ok && data != nil {
			values[i] = append([]byte{}, data...)
		}
	}
	m.batch.Queue(m.query, values...)
	m.ids, m.size = append(m.ids, e.ID), m.size+sizeOf(e)
	return nil
}

// adopt makes the entry's model that of a gallery without one. An entry of another model
// may be there already, and is skipped then.
func (m *merger) adopt(ctx context.Context, e *store.Entry) error {
	if m.own.model == "" {
		return m.adoptModel(e.Model, e.Dim())
	}
	if err := m.flush(ctx); err != nil {
		return err
	}
	var there bool
	err := m.QueryRow(ctx, `SELECT EXISTS (SELECT FROM reference WHERE gallery = $1 AND (id = $2 OR label = $3 AND hash = $4 AND seq < $5))`,
		m.gallery.key, e.ID, string(e.Label), e.Hash[:], m.seq).Scan(&there)
	if err != nil || there {
		return err
	}
	return m.own.checkModel(e.Model, e.Dim())
}

// flush stores the gathered entries.
func (m *merger) flush(ctx context.Context) error {
	if m.batch == nil {
		return nil
	}
	results := m.SendBatch(ctx, m.batch)
	for _, id := range m.ids {
		var twin string
		if err := results.QueryRow().Scan(&twin); err != nil {
			results.Close()
			return fmt.Errorf("reference %q: %w", id, err)
		}
		if twin != "" {
			m.done.Skipped++
		} else {
			m.done.Added++
		}
	}
	m.batch, m.ids, m.size, m.flushed = nil, m.ids[:0], 0, time.Now()
	return results.Close()
}
