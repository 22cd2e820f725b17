package service

import (
	"context"
	"errors"
	"slices"

	"exemplar"
)

// standing tells what is registered now of what an answer named. An answer is kept as it was given,
// and what it rests on may have been undone, removed or renamed since.
type standing struct {
	list  func(label string) ([]exemplar.Reference, error) // those of a label and of the labels below it
	get   func(id string) (exemplar.Reference, error)
	known map[[2]string]stands
}

// stands is a label and a reference of it.
type stands struct{ label, reference string }

// standingIn is the standing in a gallery.
func standingIn(ctx context.Context, g *exemplar.Gallery) *standing {
	return &standing{
		list:  func(label string) ([]exemplar.Reference, error) { return g.List(ctx, label) },
		get:   func(id string) (exemplar.Reference, error) { return g.Get(ctx, id) },
		known: map[[2]string]stands{},
	}
}

// of returns the label that a label with a reference of it is now, and a reference of that: the one
// that it was, where it is there still. An empty label says that it is gone.
func (s *standing) of(label, reference string) (stands, error) {
	key := [2]string{label, reference}
	if now, known := s.known[key]; known {
		return now, nil
	}
	now, err := s.look(label, reference)
	if err == nil {
		s.known[key] = now
	}
	return now, err
}

func (s *standing) look(label, reference string) (stands, error) {
	there, err := s.list(label)
	if err != nil {
		return stands{}, explained(err)
	}
	if len(there) > 0 {
		if !slices.ContainsFunc(there, func(r exemplar.Reference) bool { return r.ID == reference }) {
			reference = there[0].ID
		}
		return stands{label, reference}, nil
	}
	moved, err := s.get(reference)
	switch _, negative := exemplar.NegativeOf(moved.Label); {
	case errors.Is(err, exemplar.ErrNoReference), errors.Is(err, exemplar.ErrDamaged), err == nil && negative:
		return stands{}, nil
	case err != nil:
		return stands{}, explained(err)
	}
	return stands{moved.Label, reference}, nil
}

// still are those of some labels that have references.
func (s *standing) still(labels []string) (there []string, err error) {
	for _, label := range labels {
		now, err := s.of(label, "")
		if err != nil {
			return nil, err
		}
		if now.label != "" {
			there = append(there, label)
		}
	}
	return there, nil
}
