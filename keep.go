package exemplar

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	labels "exemplar/internal/label"
	"exemplar/internal/store"
)

// Version returns the number of the gallery's last change.
func (g *Gallery) Version(ctx context.Context) (int64, error) {
	version, err := g.engine.Version(ctx)
	return version, g.fail(err)
}

// Numbered returns a context with which a change of a gallery tells the version that it
// made, as soon as it is on the disk. [Gallery.Version] would tell that of a later change
// where others write. A call that is several changes tells each.
func Numbered(ctx context.Context, made func(version int64)) context.Context {
	return store.Numbered(ctx, made)
}

// Pack returns references with all their parts, so that [Gallery.Unpack] can put them
// back after they were removed. It leaves out those that are damaged. What it returns
// is of use for this version of the program alone; to keep references, export them.
func (g *Gallery) Pack(ctx context.Context, ids ...string) ([]byte, error) {
	var packed bytes.Buffer
	out := gob.NewEncoder(&packed)
	err := g.store.Snapshot(ctx, func(s store.Snapshot) error {
		for _, id := range ids {
			entry, damaged, err := s.Entry(ctx, id)
			if err != nil {
				return err
			}
			if len(damaged) > 0 {
				continue
			}
			if err := out.Encode(entry); err != nil {
				return err
			}
		}
		return nil
	})
	return packed.Bytes(), g.fail(err)
}

// Unpack puts packed references back, all at once, but for those that are there. It
// returns how many it put back.
func (g *Gallery) Unpack(ctx context.Context, packed []byte) (int, error) {
	done, err := g.store.Merge(ctx, unpacked(packed))
	return done.Added, g.fail(err)
}

// unpacked are the packed references.
func unpacked(packed []byte) iter.Seq2[*store.Entry, error] {
	return func(yield func(*store.Entry, error) bool) {
		in := gob.NewDecoder(bytes.NewReader(packed))
		for {
			entry := new(store.Entry)
			err := in.Decode(entry)
			if errors.Is(err, io.EOF) || !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// Packed returns the ids of packed references.
func Packed(packed []byte) (ids []string, err error) {
	for entry, err := range unpacked(packed) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, entry.ID)
	}
	return ids, nil
}

// Rebuild fills an empty gallery with the references that another one had. plan is told
// what that has at one moment, and its version, and returns the wanted references by id,
// with their labels and contents of then, and packed ones for those that are not there.
// missing are the ids of those that were found in neither, or are damaged.
func (g *Gallery) Rebuild(ctx context.Context, from *Gallery,
	plan func(version int64, now []Reference) (wanted map[string]Reference, packed [][]byte, err error)) (missing []string, err error) {
	err = from.store.Snapshot(ctx, func(s store.Snapshot) error {
		stats, err := s.Stats(ctx)
		if err != nil {
			return err
		}
		list, err := s.List(ctx, store.Filter{})
		if err != nil {
			return err
		}
		now := make([]Reference, len(list))
		for i, r := range list {
			now[i] = newReference(r)
		}
		wanted, packed, err := plan(stats.Changes, now)
		if err != nil {
			return err
		}
		_, err = g.store.Merge(ctx, rebuilt(ctx, s, now, packed, wanted))
		missing = slices.Sorted(maps.Keys(wanted))
		return err
	})
	return missing, from.fail(err)
}

// rebuilt are the wanted references of a snapshot and of packed ones. It takes what it
// finds out of wanted.
func rebuilt(ctx context.Context, s store.Snapshot, now []Reference, packed [][]byte, wanted map[string]Reference) iter.Seq2[*store.Entry, error] {
	return func(yield func(*store.Entry, error) bool) {
		use := func(e *store.Entry) bool {
			as, is := wanted[e.ID]
			if !is {
				return true
			}
			delete(wanted, e.ID)
			e.Label, e.Contents = store.Label(as.Label), as.Contents
			return yield(e, nil)
		}
		for _, r := range now {
			if _, is := wanted[r.ID]; !is {
				continue
			}
			entry, damaged, err := s.Entry(ctx, r.ID)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(damaged) == 0 && !use(entry) {
				return
			}
		}
		for _, p := range packed {
			for entry, err := range unpacked(p) {
				if err != nil {
					yield(nil, err)
					return
				}
				if !use(entry) {
					return
				}
			}
		}
	}
}

// Move gives a reference another label, and returns its new id. For a moment it has
// both labels.
func (g *Gallery) Move(ctx context.Context, id, to string) (string, error) {
	label, err := labels.Parse(to)
	if err != nil {
		return "", err
	}
	var moved *store.Entry
	err = g.store.Snapshot(ctx, func(s store.Snapshot) error {
		entry, damaged, err := s.Entry(ctx, id)
		if err == nil && len(damaged) > 0 {
			err = damaged[0]
		}
		moved = entry
		return err
	})
	if err != nil {
		return "", g.fail(err)
	}
	moved.ID, moved.Label = "", label
	added, err := g.store.Put(ctx, *moved)
	if err != nil {
		return "", g.fail(err)
	}
	if added[0].Duplicate {
		return "", fmt.Errorf("%s has this very picture already (%s): %w", label, added[0].ID, ErrLabel)
	}
	if err := g.store.Remove(ctx, id); err != nil && !errors.Is(err, ErrLingers) {
		g.store.Remove(context.WithoutCancel(ctx), added[0].ID)
		return "", g.fail(err)
	}
	return added[0].ID, nil
}
