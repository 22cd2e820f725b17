package exemplar

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	labels "exemplar/internal/label"
	"exemplar/internal/store"
)

// Version returns the number of the gallery's last change.
func (g *Gallery) Version(ctx context.Context) (int64, error) {
	version, err := g.engine.Version(ctx)
	return version, g.fail(err)
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
	in := gob.NewDecoder(bytes.NewReader(packed))
	done, err := g.store.Merge(ctx, func(yield func(*store.Entry, error) bool) {
		for {
			entry := new(store.Entry)
			err := in.Decode(entry)
			if errors.Is(err, io.EOF) || !yield(entry, err) {
				return
			}
		}
	})
	return done.Added, g.fail(err)
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
