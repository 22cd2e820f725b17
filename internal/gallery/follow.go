package gallery

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"
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
	damaged    map[string]*Damage
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

// Damaged returns what was found damaged while the index was loaded, by id:
// these references are left out of it.
func (v *View) Damaged() []*Damage {
	v.refreshing.Lock()
	defer v.refreshing.Unlock()
	return slices.SortedFunc(maps.Values(v.damaged), func(a, b *Damage) int { return cmp.Compare(a.ID, b.ID) })
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
	now, err := v.gallery.readState(ctx, v.gallery.db)
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
	now, err := v.gallery.readState(ctx, tx)
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
	items, damaged, err := v.changes(ctx, tx, v.seen.seq)
	if err != nil {
		return err
	}
	for _, id := range removed {
		delete(v.damaged, id)
	}
	for _, item := range items {
		delete(v.damaged, item.ID)
	}
	for _, damage := range damaged {
		v.damaged[damage.ID] = damage
		removed = append(removed, damage.ID)
	}
	// A reference that was removed and imported again is in both: removals first.
	v.index.Update(removed, items...)
	v.seen = now
	return nil
}

// reload replaces the index's content by all references.
func (v *View) reload(ctx context.Context, tx *sql.Tx) error {
	fresh, damaged := NewIndex(v.index.dim), map[string]*Damage{}
	err := v.eachChange(ctx, tx, -1, fresh.put, func(d *Damage) { damaged[d.ID] = d })
	if err != nil {
		return err
	}
	v.index.become(fresh)
	v.damaged = damaged
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

// changes gathers what eachChange gives.
func (v *View) changes(ctx context.Context, tx *sql.Tx, seq int64) (items []Item, damaged []*Damage, err error) {
	err = v.eachChange(ctx, tx, seq, func(item Item) { items = append(items, item) }, func(d *Damage) { damaged = append(damaged, d) })
	return items, damaged, err
}

// eachChange calls put with every reference that changed after change seq, or
// damaged where it cannot be used.
func (v *View) eachChange(ctx context.Context, tx *sql.Tx, seq int64, put func(Item), damaged func(*Damage)) error {
	err := v.queryItems(ctx, tx, `r.seq > ?`, []any{seq}, put, damaged)
	if !isCorrupt(err) {
		return err
	}
	// Pages cannot be read: which references they belong to, shows one by one.
	references, err := v.gallery.query(ctx, tx, `WHERE r.seq > ?`, seq)
	if err != nil {
		return err
	}
	for _, r := range references {
		err := v.queryItems(ctx, tx, `r.id = ?`, []any{r.ID}, put, damaged)
		if isCorrupt(err) {
			damaged(&Damage{ID: r.ID, Label: r.Label, Part: PartEmbedding, Why: whyPages})
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// queryItems calls put with every reference r that a condition selects, or
// damaged where it cannot be used.
func (v *View) queryItems(ctx context.Context, tx *sql.Tx, where string, args []any, put func(Item), damaged func(*Damage)) error {
	g := v.gallery
	rows, err := tx.QueryContext(ctx, `SELECT r.id, r.label, `+g.rowIntact()+`, e.vectors, `+g.crcOf(PartEmbedding, "r.id", "e.model")+`
		FROM reference r LEFT JOIN embedding e ON e.reference = r.id AND e.model = ? WHERE `+where, append([]any{v.model}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, name text
		var intact bool
		var data sql.RawBytes
		var crc sql.NullInt64
		if err := rows.Scan(&id, &name, &intact, &data, &crc); err != nil {
			return err
		}
		item := Item{ID: string(id), Label: Label(name)}
		damage := &Damage{ID: item.ID, Label: item.Label, Part: PartEmbedding, Why: whyChecksum}
		switch item.Vectors, err = decodeVectors(data, v.index.dim); {
		case !intact:
			damage.Part = PartReference
			damaged(damage)
		case data == nil:
			damage.Why = whyMissing
			damaged(damage)
		case err != nil || !g.isIntact(crc, item.ID, v.model, []byte(data)):
			damaged(damage)
		default:
			put(item)
		}
	}
	return rows.Err()
}
