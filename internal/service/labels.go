package service

import (
	"context"
	"errors"
	"strings"

	"exemplar"
	"exemplar/internal/service/db"
)

// Label is a label that references have.
type Label struct {
	Label      string `json:"label"`
	References int    `json:"references" doc:"of its own; 0: only labels below it have some"`
	Example    string `json:"example,omitempty" doc:"id of its first reference"`
	Negatives  int    `json:"negatives,omitempty" doc:"pictures that were said not to be it"`
}

// Labels lists the labels of a collection, and those above them, in order.
type Labels struct {
	Labels         []Label `json:"labels"`
	GalleryVersion int64   `json:"gallery_version"`
}

// Labels returns the label tree of a collection.
func (s *Service) Labels(ctx context.Context, collection string) (Labels, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Labels{}, err
	}
	stats, err := g.Stats(ctx)
	if err != nil {
		return Labels{}, explained(err)
	}
	references, err := g.List(ctx, "")
	if err != nil {
		return Labels{}, explained(err)
	}
	return Labels{Labels: labelTree(references), GalleryVersion: stats.Changes}, nil
}

// labelTree makes a tree of references, as a list in order.
func labelTree(references []exemplar.Reference) []Label {
	negatives := map[string]int{}
	known := map[string]int{} // index in the list
	tree := []Label{}
	for _, r := range references { // in the order of labels
		if of, negative := exemplar.NegativeOf(r.Label); negative {
			negatives[of]++
			continue
		}
		for i := range len(r.Label) + 1 {
			if i < len(r.Label) && r.Label[i] != '/' {
				continue
			}
			above := r.Label[:i]
			if _, there := known[above]; !there {
				known[above] = len(tree)
				tree = append(tree, Label{Label: above})
			}
		}
		l := &tree[known[r.Label]]
		if l.References++; l.Example == "" {
			l.Example = r.ID
		}
	}
	for i := range tree {
		tree[i].Negatives = negatives[tree[i].Label]
	}
	return tree
}

// Changed is the answer to a change of references.
type Changed struct {
	Change         string `json:"change" doc:"id of the change, to undo it"`
	References     int    `json:"references" doc:"how many references it was about"`
	GalleryVersion int64  `json:"gallery_version"`
}

// RenameLabel moves a label with those below it.
func (s *Service) RenameLabel(ctx context.Context, by Actor, collection, from, to string) (Changed, error) {
	if err := notReserved(to); err != nil {
		return Changed{}, err
	}
	if _, reserved := exemplar.NegativeOf(from); reserved {
		return Changed{}, notReserved(from)
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	moved, err := g.List(ctx, from)
	if err != nil {
		return Changed{}, explained(err)
	}
	if len(moved) == 0 {
		return Changed{}, fault(Unknown, "no reference of %q has the label %q: GET labels lists those that there are", collection, from)
	}
	detail := map[string]string{"from": from, "to": to}
	return s.change(ctx, by, collection, galleryChange{
		what: "label.rename", subject: from, detail: detail,
		undo: undo{Rename: &renaming{From: to, To: from, IDs: idsOf(moved)}},
		run:  func(g *exemplar.Gallery, _ *undo) (int, error) { return g.Rename(ctx, from, to) },
	})
}

// RemoveLabel removes the references of a label and of those below it.
func (s *Service) RemoveLabel(ctx context.Context, by Actor, collection, label string) (Changed, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	removed, err := g.List(ctx, label)
	if err != nil {
		return Changed{}, explained(err)
	}
	if label == "" || len(removed) == 0 {
		return Changed{}, fault(Unknown, "no reference of %q has the label %q: GET labels lists those that there are", collection, label)
	}
	return s.remove(ctx, by, collection, "label.remove", label, removed)
}

// notReserved returns an error for a label that the service keeps for itself.
func notReserved(label string) error {
	if _, negative := exemplar.NegativeOf(label); negative || strings.HasPrefix(label, exemplar.NegativePrefix) {
		return fault(Invalid, "labels below %q are what was said not to be something: take another label", strings.TrimSuffix(exemplar.NegativePrefix, "/"))
	}
	return nil
}

func idsOf(references []exemplar.Reference) []string {
	ids := make([]string, len(references))
	for i, r := range references {
		ids[i] = r.ID
	}
	return ids
}

// galleryChange is a change of a gallery that is recorded and can be undone.
type galleryChange struct {
	what, subject string
	detail        any // what was asked for
	before        any
	undo          undo
	run           func(g *exemplar.Gallery, back *undo) (references int, err error)
}

// change runs a change of a gallery between its intent and its record.
func (s *Service) change(ctx context.Context, by Actor, collection string, c galleryChange) (Changed, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	begun := intent{What: c.what, Collection: collection, By: by, Detail: c.detail}
	ended, err := s.begin(ctx, &begun)
	if err != nil {
		return Changed{}, err
	}
	defer ended()
	n, err := c.run(g, &c.undo)
	if err != nil && !errors.Is(err, exemplar.ErrLingers) {
		s.abandon(ctx, &begun)
		return Changed{}, explained(err)
	}
	done := Changed{Change: begun.ID, References: n}
	if done.GalleryVersion, err = g.Version(ctx); err != nil {
		return Changed{}, explained(err)
	}
	ctx = context.WithoutCancel(ctx) // the gallery has changed: that is recorded whatever happens
	return done, s.db.Write(ctx, func(tx *db.Tx) error {
		return s.finish(ctx, tx, by, begun, c.subject, &c.undo, c.before, map[string]any{
			"asked": c.detail, "references": n, "gallery_version": done.GalleryVersion,
		})
	})
}
