package service

import (
	"context"
	"errors"
	"maps"
	"slices"
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

// labelTree makes a tree of references, as a list in order. A label that only has
// negatives is in it too: else nobody would see why its pictures are unknown.
func labelTree(references []exemplar.Reference) []Label {
	known := map[string]*Label{}
	for _, r := range references { // in the order of labels, then of age
		of, negative := exemplar.NegativeOf(r.Label)
		if !negative {
			of = r.Label
		} else if of == "" {
			continue
		}
		for i := range len(of) + 1 {
			if above := of[:i]; (i == len(of) || of[i] == '/') && known[above] == nil {
				known[above] = &Label{Label: above}
			}
		}
		l := known[of]
		if negative {
			l.Negatives++
			continue
		}
		if l.References++; l.Example == "" {
			l.Example = r.ID
		}
	}
	tree := []Label{}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		tree = append(tree, *known[name])
	}
	return tree
}

// Changed is the answer to a change of references.
type Changed struct {
	Change         string `json:"change" doc:"id of the change, to undo it"`
	References     int    `json:"references" doc:"how many references it was about"`
	Negatives      int    `json:"negatives,omitempty" doc:"how many pictures that were said not to be the label went with it"`
	Merged         bool   `json:"merged,omitempty" doc:"of a renamed label: it, or one below it, got the name of a label that had references or negatives already. The two are one now; undoing the change parts them again"`
	GalleryVersion int64  `json:"gallery_version"`
}

// RenameLabel moves a label with those below it, and with their negatives.
func (s *Service) RenameLabel(ctx context.Context, by Actor, collection, from, to string) (Changed, error) {
	if err := notReserved(to); err != nil {
		return Changed{}, err
	}
	if err := notReserved(from); err != nil {
		return Changed{}, err
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	moved, err := labelled(ctx, g, collection, from)
	if err != nil {
		return Changed{}, err
	}
	there, err := withNegatives(ctx, g, to)
	if err != nil {
		return Changed{}, explained(err)
	}
	var back undo
	if len(moved.own) > 0 {
		back.Rename = &renaming{From: to, To: from, IDs: idsOf(moved.own)}
	}
	if len(moved.negatives) > 0 {
		back.RenameNegatives = &renaming{From: exemplar.NegativePrefix + to, To: exemplar.NegativePrefix + from, IDs: idsOf(moved.negatives)}
	}
	done, err := s.change(ctx, by, collection, galleryChange{
		what: "label.rename", subject: from, detail: map[string]string{"from": from, "to": to}, undo: back,
		run: func(g *exemplar.Gallery, back *undo, note *steps) (int, error) {
			return renameBoth(ctx, g, back, moved, note)
		},
	})
	done.References, done.Negatives = len(moved.own), len(moved.negatives)
	done.Merged = merges(moved, there, from, to)
	return done, err
}

// merges reports whether one of the labels that are moved gets the name of one that was there: a
// label that is only moved in above or beside others is still its own.
func merges(moved, there ofLabel, from, to string) bool {
	movedIDs, becomes := map[string]bool{}, map[string]bool{}
	for _, m := range moved.all() {
		movedIDs[m.ID] = true
		becomes[to+strings.TrimPrefix(kindOf(m), from)] = true
	}
	return slices.ContainsFunc(there.all(), func(r exemplar.Reference) bool { return !movedIDs[r.ID] && becomes[kindOf(r)] })
}

// kindOf is the label that a reference is of, or that it was said not to be.
func kindOf(r exemplar.Reference) string {
	if of, negative := exemplar.NegativeOf(r.Label); negative {
		return of
	}
	return r.Label
}

// renameBoth does the renaming of a label and of its negatives that undoing takes back.
// Those are two changes of the gallery: the first is taken back where the second fails.
func renameBoth(ctx context.Context, g *exemplar.Gallery, back *undo, of ofLabel, note *steps) (n int, err error) {
	var done []*renaming
	for _, part := range []struct {
		*renaming
		of []exemplar.Reference
	}{{back.RenameNegatives, of.negatives}, {back.Rename, of.own}} { // the longer label first, which is refused sooner
		r := part.renaming
		if r == nil {
			continue
		}
		moved, err := g.Rename(note.note(ctx, asTheyAre(part.of...)), r.To, r.From)
		if err != nil {
			for _, before := range done {
				_, failed := renameBack(context.WithoutCancel(ctx), g, *before, note)
				err = errors.Join(err, failed)
			}
			return 0, err
		}
		n, done = n+moved, append(done, r)
	}
	return n, nil
}

// RemoveLabel removes the references of a label and of those below it, with their
// negatives.
func (s *Service) RemoveLabel(ctx context.Context, by Actor, collection, label string) (Changed, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	removed, err := labelled(ctx, g, collection, label)
	if err != nil {
		return Changed{}, err
	}
	done, err := s.remove(ctx, by, collection, "label.remove", label, removed.all())
	done.References, done.Negatives = len(removed.own), len(removed.negatives)
	return done, err
}

// ofLabel are the references of a label and of those below it, and what was said not to
// be one of them.
type ofLabel struct{ own, negatives []exemplar.Reference }

func (l ofLabel) all() []exemplar.Reference { return slices.Concat(l.own, l.negatives) }

// withNegatives lists what belongs to a label; all there is, if it is empty.
func withNegatives(ctx context.Context, g *exemplar.Gallery, label string) (l ofLabel, err error) {
	if l.own, err = g.List(ctx, label); err != nil {
		return l, err
	}
	under := exemplar.NegativePrefix + label
	if label == "" {
		under = strings.TrimSuffix(exemplar.NegativePrefix, "/")
		l.own = slices.DeleteFunc(l.own, func(r exemplar.Reference) bool { _, negative := exemplar.NegativeOf(r.Label); return negative })
	}
	l.negatives, err = g.List(ctx, under)
	if errors.Is(err, exemplar.ErrLabel) { // too long with the prefix: nothing can have it
		return l, nil
	}
	return l, err
}

// labelled lists what belongs to a label, of which there must be something.
func labelled(ctx context.Context, g *exemplar.Gallery, collection, label string) (l ofLabel, err error) {
	if label != "" {
		l, err = withNegatives(ctx, g, label)
	}
	if err == nil && len(l.all()) == 0 {
		err = fault(Unknown, "no reference of %q has the label %q: GET labels lists those that there are", collection, label)
	}
	return l, explained(err)
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
	run           func(g *exemplar.Gallery, back *undo, note *steps) (references int, err error)
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
	n, err := c.run(g, &c.undo, begun.steps)
	if err != nil && !errors.Is(err, exemplar.ErrLingers) {
		s.abandon(ctx, &begun)
		return Changed{}, explained(err)
	}
	done := Changed{Change: begun.ID, References: n}
	ctx = context.WithoutCancel(ctx) // the gallery has changed: that is recorded whatever happens
	if done.GalleryVersion, err = begun.steps.version(ctx, g); err != nil {
		return Changed{}, err
	}
	return done, s.db.Write(ctx, func(tx *db.Tx) error {
		return s.finish(ctx, tx, by, begun, c.subject, &c.undo, c.before, map[string]any{
			"asked": c.detail, "references": n, "gallery_version": done.GalleryVersion,
		})
	})
}
