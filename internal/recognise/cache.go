package recognise

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"exemplar/internal/alignment"
	"exemplar/internal/decide"
	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/store"
	"exemplar/internal/vectorindex"
	"exemplar/internal/wordindex"
)

const (
	// cachedFeatures bounds the references that stay ready to be looked for; one
	// takes about 120 KB.
	cachedFeatures = 256
	// cachedReferences bounds those that stay ready to be compared, with their
	// pictures; one takes about a megabyte.
	cachedReferences = 128
)

// referenceCache holds what is needed to look for references in photos: an index of
// the features of all of them, and the references that were used last. It follows the
// gallery as the index of embeddings does.
type referenceCache struct {
	mu      *sync.Mutex
	members map[string]decide.Label // as of version
	version uint64
	removal uint64  // the version with which references went away last
	damaged leftOut // references that could not be taken into the index
	index   *wordindex.Index

	featureSets *lastUsed[*features.Features]
	references  *lastUsed[*Reference]
	states      *lastUsed[*states] // of groups of references, by their ids
	varied      *lastUsed[*varied] // of a reference and others of its label, by their ids
}

func newReferenceCache() referenceCache {
	return referenceCache{
		mu: new(sync.Mutex), damaged: leftOut{}, index: wordindex.New(),
		featureSets: newLastUsed[*features.Features](cachedFeatures), references: newLastUsed[*Reference](cachedReferences),
		states: newLastUsed[*states](keptStates), varied: newLastUsed[*varied](keptVaried),
	}
}

// follow takes in what changed in the gallery, and returns the references of an index of it.
func (c *referenceCache) follow(ctx context.Context, g *Engine, vectors *vectorindex.Index) (map[string]decide.Label, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	members, version := vectors.Members(c.version)
	switch {
	case members == nil:
		return c.members, nil
	case version < c.version: // of a search that began before others
		return members, nil
	}
	for id := range c.members {
		if _, still := members[id]; !still {
			c.index.Remove(id)
			c.removal = version
			delete(c.damaged, id)
			c.featureSets.forget(id)
			c.references.forget(id)
		}
	}
	if len(members) > fewReferences { // a smaller gallery is looked through
		err := c.addToIndex(ctx, g, members)
		if errors.Is(err, store.ErrUnavailable) && c.members != nil {
			return c.members, nil // the references that were known before
		}
		if err != nil {
			return nil, err
		}
	}
	c.members, c.version = members, version
	return members, nil
}

// addToIndex adds the members that the index lacks, by their stored words. Where
// there are none that can be used, as in galleries of earlier versions, the words are
// made of the features.
func (c *referenceCache) addToIndex(ctx context.Context, g *Engine, members map[string]decide.Label) error {
	var missing []string
	for _, id := range slices.Sorted(maps.Keys(members)) {
		if !c.index.Has(id) {
			missing = append(missing, id)
		}
	}
	err := g.store.EachWords(ctx, missing, func(id string, words store.Words) error {
		if words.Vocabulary == wordindex.Vocabulary() {
			_ = c.index.Add(id, words.Data) // damaged ones are made again, too
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range missing {
		if c.index.Has(id) {
			continue
		}
		if err := c.addByFeatures(ctx, g, id); err != nil && !c.damaged.skips(err, members[id]) {
			return err
		}
	}
	return nil
}

func (c *referenceCache) addByFeatures(ctx context.Context, g *Engine, id string) error {
	stored, err := g.store.Features(ctx, id)
	if err != nil || len(stored) == 0 { // there never were any
		return err
	}
	found, err := features.Unmarshal(stored)
	if err != nil {
		return unreadable(id, store.PartFeatures, err)
	}
	return c.index.Add(id, wordindex.Words(found))
}

// leftOut returns the references that are damaged as far as is known: those
// without an embedding, and those that could not be taken into the index.
func (c *referenceCache) leftOut(vectors *vectorindex.View) leftOut {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := maps.Clone(c.damaged)
	for _, damage := range vectors.Damaged() {
		all[damage.ID] = damage
	}
	return all
}

// lacks reports whether the index of features may lack references of an index of
// embeddings, because they were removed since.
func (c *referenceCache) lacks(vectors *vectorindex.Index) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.removal > vectors.Changes()
}

// featureIndex names references that share features with a photo.
func (c *referenceCache) featureIndex() *wordindex.Index {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.index
}

// features returns a reference ready to be looked for.
func (c *referenceCache) features(ctx context.Context, g *Engine, id string) (*features.Features, error) {
	found, err := c.featureSets.get(ctx, id, func(ctx context.Context) (*features.Features, error) { return g.readFeatures(ctx, id) })
	return found, leaveAway(id, store.PartFeatures, err)
}

// get returns a reference ready to be compared.
func (c *referenceCache) get(ctx context.Context, g *Engine, id string) (*Reference, error) {
	found, err := c.references.get(ctx, id, func(ctx context.Context) (*Reference, error) {
		reference, _, err := g.readReference(ctx, id)
		return reference, err
	})
	return found, leaveAway(id, store.PartPicture, err)
}

// readFeatures reads what a reference is looked for by.
func (g *Engine) readFeatures(ctx context.Context, id string) (*features.Features, error) {
	stored, err := g.store.Features(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(stored) == 0 { // of a gallery from before there were any
		picture, err := g.Picture(ctx, id)
		if err != nil {
			return nil, err
		}
		return alignment.NewReference(picture.Gray()).Features(), nil
	}
	found, err := features.Unmarshal(stored)
	if err != nil {
		return nil, unreadable(id, store.PartFeatures, err)
	}
	return found, nil
}

// readReference reads what a reference is compared by; its picture comes along.
func (g *Engine) readReference(ctx context.Context, id string) (*Reference, *imaging.Image, error) {
	vectors, err := g.follow(ctx)
	if err != nil {
		return nil, nil, err
	}
	found, err := g.references.features(ctx, g, id)
	if err != nil {
		return nil, nil, err
	}
	picture, err := g.Picture(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	vector := vectors.Index().Upright(id)
	if vector == nil {
		return nil, nil, fmt.Errorf("reference %s: %w", id, store.ErrNoReference)
	}
	return storedReference(found, picture, vector), picture, nil
}

// Picture reads the picture of a reference.
func (g *Engine) Picture(ctx context.Context, id string) (*imaging.Image, error) {
	jpeg, err := g.store.Picture(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, _, err := imaging.Decode(jpeg, imaging.DefaultLimits)
	if err != nil {
		return nil, unreadable(id, store.PartPicture, err)
	}
	return picture, nil
}

// lastUsed holds the values that were used last, by id. It may be used by several
// goroutines. What several of them want at once is made once.
type lastUsed[T any] struct {
	values *lru.Cache[string, T]
	making singleflight.Group
}

func newLastUsed[T any](limit int) *lastUsed[T] {
	values, err := lru.New[string, T](limit)
	if err != nil {
		panic("recognise: " + err.Error()) // the limit is a constant
	}
	return &lastUsed[T]{values: values}
}

// get returns the value of an id, which it makes if it is not there. If one caller
// gives up, the others still get it.
func (c *lastUsed[T]) get(ctx context.Context, id string, read func(context.Context) (T, error)) (T, error) {
	if value, there := c.values.Get(id); there {
		return value, nil
	}
	made, err, _ := c.making.Do(id, func() (any, error) {
		value, err := read(context.WithoutCancel(ctx))
		if err == nil {
			c.values.Add(id, value)
		}
		return value, err
	})
	return made.(T), err
}

// forget drops the value of an id, if there is one.
func (c *lastUsed[T]) forget(id string) { c.values.Remove(id) }
