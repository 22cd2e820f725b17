package vectorindex

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"exemplar/internal/store"
)

// Source tells what changed in a store: see [store.Reader].
type Source interface {
	ChangesSince(ctx context.Context, since store.Position, model string, dim int, visit func(store.Change)) (store.Position, error)
}

// SyncedIndex is an index that stays equal to a store. Before each search it asks the
// store for the changes of all processes, and applies them. It is safe for concurrent
// use.
type SyncedIndex struct {
	source Source
	model  string

	syncing sync.Mutex // held by the one who asks the store for changes

	mu       sync.Mutex                // guards what follows
	index    *Index                    // while somebody holds it, changes make another one
	synced   time.Time                 // when the store was asked last, and answered
	away     bool                      // it did not answer since
	position store.Position            // the index has all changes up to here
	damaged  map[string]*store.Damage  // by id
	contents map[string]store.Contents // by id, of references of which somebody said it
}

// Load loads the index of a store for probes of the given model, whose embeddings
// have dim numbers. A store of another model gives store.ErrWrongModel.
func Load(ctx context.Context, source Source, model string, dim int) (*SyncedIndex, error) {
	s := &SyncedIndex{source: source, model: model, index: NewIndex(dim)}
	if err := s.Sync(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Damaged returns the damage of references, by id. The index leaves these out.
func (s *SyncedIndex) Damaged() []*store.Damage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view().Damaged()
}

// Away is that of a [View] of now.
func (s *SyncedIndex) Away() (since time.Time, away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view().Away()
}

// view is what is known of the store now.
func (s *SyncedIndex) view() *View {
	return &View{Index: s.index, seq: s.position.Seq, synced: s.synced, away: s.away, damaged: s.damaged, contents: s.contents}
}

// Version returns the number of the last change that the index has.
func (s *SyncedIndex) Version() int64 { return s.Position().Seq }

// Index returns the index itself. It has the changes up to the last Sync.
func (s *SyncedIndex) Index() *Index {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index
}

// Position is the position in the store up to which the index has the changes.
func (s *SyncedIndex) Position() store.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// Search brings the index up to date and returns the k labels most like the
// embedding, as [Index.Search] does.
func (s *SyncedIndex) Search(ctx context.Context, embedding []float32, k int) ([]Hit, error) {
	if err := s.CatchUp(ctx); err != nil {
		return nil, err
	}
	return s.Index().SearchKnown(embedding, k)
}

// CatchUp is Sync for those who go on with what is known if the store cannot be reached:
// see [SyncedIndex.Away].
func (s *SyncedIndex) CatchUp(ctx context.Context) error {
	if err := s.Sync(ctx); !errors.Is(err, store.ErrUnavailable) {
		return err
	}
	return nil
}

// Hold brings the index up to date, as CatchUp does, and keeps the view as it is until
// release is called. So what is searched in it meanwhile, in however many steps, is the
// store at one version. Nobody waits for that: changes go to another index, which shares
// with this one what they do not touch.
func (s *SyncedIndex) Hold(ctx context.Context) (v *View, release func(), err error) {
	if err := s.CatchUp(ctx); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v = s.view()
	v.holders++
	return v, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		v.holders--
	}, nil
}

// Sync applies the changes since the last call. Without changes it costs one short
// query of the store.
func (s *SyncedIndex) Sync(ctx context.Context) error {
	s.syncing.Lock()
	defer s.syncing.Unlock()
	since, dim := s.Position(), s.Index().dim
	var b batch
	now, err := s.source.ChangesSince(ctx, since, s.model, dim, func(c store.Change) { b.take(c, dim) })
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.away = s.away || errors.Is(err, store.ErrUnavailable)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applyChanges(&b)
	s.position, s.synced, s.away = now, time.Now(), false
	return nil
}

// batch gathers changes until the store has sent all of them. After an error none of
// them applies.
type batch struct {
	fresh   *loading // of all references, after a reset; else nil
	removed []string
	put     []Item
	said    []store.Change // of those that are put, what somebody said of their contents
	damaged []*store.Damage
}

// take adds a change to the batch. After a reset it adds embeddings to the new index
// at once, because memory may hold no second copy of them.
func (b *batch) take(c store.Change, dim int) {
	switch {
	case c.Reset:
		*b = batch{fresh: newLoading(dim)}
	case c.Damage != nil:
		b.damaged = append(b.damaged, c.Damage)
	case c.Vectors == nil:
		b.removed = append(b.removed, c.ID)
	case b.fresh != nil:
		b.fresh.put(Item{c.ID, c.Label, c.Vectors})
	default:
		b.put = append(b.put, Item{c.ID, c.Label, slices.Clone(c.Vectors)})
	}
	if c.Vectors != nil && c.Contents != store.ContentsAuto {
		b.said = append(b.said, store.Change{ID: c.ID, Contents: c.Contents})
	}
}

// applyChanges brings the index and the known damage up to date.
func (s *SyncedIndex) applyChanges(b *batch) {
	switch {
	case b.fresh != nil:
		s.damaged, s.contents = map[string]*store.Damage{}, map[string]store.Contents{}
	case s.index.holders > 0 && len(b.removed)+len(b.put)+len(b.damaged) > 0:
		s.index, s.damaged, s.contents = s.index.clone(), maps.Clone(s.damaged), maps.Clone(s.contents)
	}
	for _, id := range b.removed {
		delete(s.damaged, id)
		delete(s.contents, id)
	}
	for _, item := range b.put {
		delete(s.damaged, item.ID)
		delete(s.contents, item.ID)
	}
	for _, c := range b.said {
		s.contents[c.ID] = c.Contents
	}
	for _, damage := range b.damaged {
		s.damaged[damage.ID] = damage
		b.removed = append(b.removed, damage.ID)
	}
	switch {
	case b.fresh != nil:
		before := s.index.version
		s.index = b.fresh.done()
		s.index.version = before + 1
	case len(b.removed)+len(b.put) > 0:
		s.index.Update(b.removed, b.put...)
	}
}
