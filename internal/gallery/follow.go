package gallery

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"sync"

	"exemplar/internal/decide"
)

// View is an index of a gallery that stays current: before each search it asks
// the file for changes, by this and other processes, and takes in what changed.
// It is safe for concurrent use.
type View struct {
	gallery *Gallery
	model   string
	index   *Index

	refreshing sync.Mutex
	seen       state // the gallery as the index shows it
}

// Follow loads the index of a gallery for probes of the given model, whose
// embeddings have dim numbers.
func (g *Gallery) Follow(ctx context.Context, model string, dim int) (*View, error) {
	v := &View{gallery: g, model: model, index: NewIndex(dim)}
	if err := v.Refresh(ctx); err != nil {
		return nil, err
	}
	return v, nil
}

// Index returns the index itself, as of the last refresh.
func (v *View) Index() *Index { return v.index }

// Search brings the index up to date and returns the k labels most like the
// embedding, as [Index.Search] does.
func (v *View) Search(ctx context.Context, embedding []float32, k int) ([]decide.Candidate, error) {
	if len(embedding) != v.index.dim {
		return nil, v.gallery.fail("search", fmt.Errorf("%w: embedding of %d numbers, not %d", ErrWrongModel, len(embedding), v.index.dim))
	}
	if length := norm(embedding); math.IsNaN(length) || math.IsInf(length, 0) {
		return nil, v.gallery.fail("search", fmt.Errorf("the embedding is not finite"))
	}
	if err := v.Refresh(ctx); err != nil {
		return nil, err
	}
	return v.index.Search(embedding, k), nil
}

// Refresh takes in what changed since the last time. Without changes it costs
// one look at one row.
func (v *View) Refresh(ctx context.Context) error {
	v.refreshing.Lock()
	defer v.refreshing.Unlock()
	now, err := readState(ctx, v.gallery.db)
	if err != nil {
		return v.gallery.fail("follow", err)
	}
	if now == v.seen {
		return nil
	}
	return v.gallery.read(ctx, "follow", func(tx *sql.Tx) error { return v.catchUp(ctx, tx) })
}

// catchUp applies the changes after v.seen, or all there is where that makes no
// sense: the first time, and when the file was put back to an earlier state.
func (v *View) catchUp(ctx context.Context, tx *sql.Tx) error {
	now, err := readState(ctx, tx)
	if err != nil {
		return err
	}
	if err := now.checkModel(v.model, v.index.dim); err != nil {
		return err
	}
	if now.id != v.seen.id || now.model != v.seen.model || now.seq < v.seen.seq {
		if err := v.reload(ctx, tx); err != nil {
			return err
		}
		v.seen = now
		return nil
	}
	removed, err := removals(ctx, tx, v.seen.seq)
	if err != nil {
		return err
	}
	var items []Item
	err = changedItems(ctx, tx, v.model, v.index.dim, v.seen.seq, func(item Item) { items = append(items, item) })
	if err != nil {
		return err
	}
	// A reference that was removed and imported again is in both: removals first.
	v.index.Update(removed, items...)
	v.seen = now
	return nil
}

// reload replaces the index's content by all references.
func (v *View) reload(ctx context.Context, tx *sql.Tx) error {
	fresh := NewIndex(v.index.dim)
	err := changedItems(ctx, tx, v.model, v.index.dim, -1, fresh.put)
	if err != nil {
		return err
	}
	v.index.become(fresh)
	return nil
}

// become takes over the content of another index, which must not be used
// afterwards.
func (x *Index) become(other *Index) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.version++
	x.blocks, x.ids, x.labels, x.slots = other.blocks, other.ids, other.labels, other.slots
	x.names, x.numbers, x.counts, x.live = other.names, other.numbers, other.counts, other.live
	x.norm, x.residual = other.norm, other.residual
}

// removals returns the ids that were removed after change seq.
func removals(ctx context.Context, tx *sql.Tx, seq int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT reference FROM removal WHERE seq > ?`, seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// changedItems calls put with every reference that changed after change seq.
func changedItems(ctx context.Context, tx *sql.Tx, model string, dim int, seq int64, put func(Item)) error {
	rows, err := tx.QueryContext(ctx, `SELECT r.id, r.label, e.vectors FROM reference r
		JOIN embedding e ON e.reference = r.id AND e.model = ? WHERE r.seq > ?`, model, seq)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, label string
		var data sql.RawBytes
		if err := rows.Scan(&id, &label, &data); err != nil {
			return err
		}
		vectors, err := decodeVectors(data, dim)
		if err != nil {
			return fmt.Errorf("reference %s: %w", id, err)
		}
		put(Item{id, Label(label), vectors})
	}
	return rows.Err()
}
