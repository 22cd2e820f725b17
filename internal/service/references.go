package service

import (
	"context"
	"slices"

	"exemplar"
	"exemplar/internal/service/db"
)

// References is a part of a collection's references, in order of labels and then of age.
type References struct {
	References     []exemplar.Reference `json:"references"`
	Negatives      []exemplar.Reference `json:"negatives,omitempty" doc:"with the first page, at most as many as limit: pictures that were said not to be the label, or one below it. Their own label is _not/ and what they are not; a list of that label has all of them"`
	Next           string               `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
	GalleryVersion int64                `json:"gallery_version"`
}

// References lists the references of a label and of those below it (empty: of all),
// from the one after cursor on, with their negatives.
func (s *Service) References(ctx context.Context, collection, label, cursor string, limit int) (References, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return References{}, err
	}
	version, err := g.Version(ctx)
	if err != nil {
		return References{}, explained(err)
	}
	of, err := withNegatives(ctx, g, label)
	if err != nil {
		return References{}, explained(err)
	}
	list := of.own
	if cursor != "" {
		at := slices.IndexFunc(list, func(r exemplar.Reference) bool { return r.ID == cursor })
		if at < 0 {
			return References{}, fault(Conflict, "the reference %q, up to which you had listed, is gone: begin again without a cursor", cursor)
		}
		list = list[at+1:]
	}
	page := References{References: list, GalleryVersion: version}
	if cursor == "" {
		page.Negatives = of.negatives[:min(len(of.negatives), limit)]
	}
	if len(list) > limit {
		page.References, page.Next = list[:limit], list[limit-1].ID
	}
	return page, nil
}

// Reference returns one.
func (s *Service) Reference(ctx context.Context, collection, id string) (exemplar.Reference, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return exemplar.Reference{}, err
	}
	r, err := g.Get(ctx, id)
	return r, explained(err)
}

// File is a file as it was sent.
type File struct {
	Name string
	Data []byte
}

// Registering says what is to be registered: each file becomes a reference.
type Registering struct {
	Label    string
	Contents exemplar.Contents
	Note     string
	Replace  bool // what the label has itself
	DryRun   bool // change nothing: say what would become of the files
	Explain  bool // in a dry run, draw it
	Files    []File
}

// RegisteredFiles says what became of files that were to be registered, in their order.
type RegisteredFiles struct {
	Results        []exemplar.Registration `json:"results"`
	DryRun         bool                    `json:"dry_run,omitempty" doc:"nothing was registered: the results are what would become of the files"`
	Registered     int                     `json:"registered" doc:"how many became references, or would in a dry run"`
	Change         string                  `json:"change,omitempty" doc:"id of the change, to undo it; absent if nothing changed"`
	GalleryVersion int64                   `json:"gallery_version"`
}

// Register registers files under a label. One that cannot be used does not stop the
// others: its result says why. What is wrong for all of them refuses the request.
func (s *Service) Register(ctx context.Context, by Actor, collection string, asked Registering) (RegisteredFiles, error) {
	if err := notReserved(asked.Label); err != nil {
		return RegisteredFiles{}, err
	}
	if err := exemplar.CheckLabel(asked.Label); err != nil {
		return RegisteredFiles{}, explained(err)
	}
	contents, err := parseContents(string(asked.Contents))
	if err != nil {
		return RegisteredFiles{}, err
	}
	if len(asked.Files) == 0 {
		return RegisteredFiles{}, fault(Invalid, "there is no file in the request: send one or several as fields named file")
	}
	items := make([]exemplar.Item, len(asked.Files))
	for i, f := range asked.Files {
		items[i] = exemplar.Item{Label: asked.Label, Source: f.Name, Note: asked.Note, Contents: contents, Picture: exemplar.FromBytes(f.Data)}
	}
	if asked.DryRun {
		return s.consider(ctx, collection, items, asked)
	}
	done, _, err := s.register(ctx, by, collection, "references.register", items, asked.Replace, nil)
	return done, err
}

// consider says what would become of items; nothing is changed.
func (s *Service) consider(ctx context.Context, collection string, items []exemplar.Item, asked Registering) (RegisteredFiles, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return RegisteredFiles{}, err
	}
	done := RegisteredFiles{DryRun: true}
	done.Results, err = s.registerItems(ctx, g, items, exemplar.RegisterOptions{Replace: asked.Replace, DryRun: true, Explain: asked.Explain})
	if err != nil {
		return done, explained(err)
	}
	for _, r := range done.Results {
		if r.Outcome == exemplar.Registered {
			done.Registered++
		}
	}
	done.GalleryVersion, err = g.Version(ctx)
	return done, explained(err)
}

// parseContents reads what is said of contents, and refuses what means nothing.
func parseContents(word string) (exemplar.Contents, error) {
	contents, err := exemplar.ParseContents(word)
	if err != nil {
		return "", fault(Invalid, "%v", err)
	}
	return contents, nil
}

// register registers items as one change. also is what belongs to the same change in
// service.db, with what undoing it takes; it may be nil.
func (s *Service) register(ctx context.Context, by Actor, collection, what string, items []exemplar.Item, replace bool,
	also func(tx *db.Tx, back *undo) error) (RegisteredFiles, undo, error) {
	var back undo
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return RegisteredFiles{}, back, err
	}
	asked := askedFor(items)
	begun := intent{What: what, Collection: collection, By: by, Detail: asked}
	ended, err := s.begin(ctx, &begun)
	if err != nil {
		return RegisteredFiles{}, back, err
	}
	defer ended()
	var replaced []exemplar.Reference
	if replace {
		if replaced, back.Restore, err = keptOf(ctx, g, items); err != nil {
			s.abandon(ctx, &begun)
			return RegisteredFiles{}, back, explained(err)
		}
	}
	results, err := s.registerItems(begun.steps.note(ctx, nil), g, items, exemplar.RegisterOptions{Replace: replace})
	if results == nil {
		s.abandon(ctx, &begun)
		return RegisteredFiles{}, back, explained(err)
	}
	done := RegisteredFiles{Results: results}
	for _, r := range results {
		if r.Outcome == exemplar.Registered {
			back.Remove = append(back.Remove, r.ID)
		}
	}
	for i := range begun.steps.made {
		begun.steps.made[i].Was = append(notThere(back.Remove...), asTheyAre(replaced...)...)
	}
	done.Registered = len(back.Remove)
	ctx = context.WithoutCancel(ctx) // the gallery has changed: that is recorded whatever happens
	if done.GalleryVersion, err = begun.steps.version(ctx, g); err != nil {
		return RegisteredFiles{}, back, err
	}
	if also != nil {
		err = unusable(results)
	}
	if err != nil || done.Registered == 0 && also == nil {
		s.abandon(ctx, &begun)
		return done, back, err
	}
	done.Change = begun.ID
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if also != nil {
			if err := also(tx, &back); err != nil {
				return err
			}
		}
		after := map[string]any{"results": brief(results), "gallery_version": done.GalleryVersion}
		var before any
		if also != nil {
			before, after["left"] = back.Decisions, back.Left
		}
		return s.finish(ctx, tx, by, begun, items[0].Label, &back, before, after)
	})
	return done, back, err
}

// registerItems registers, within the bound on pictures in work. The results come with
// an error where the references are stored, and only what they resemble is not known.
func (s *Service) registerItems(ctx context.Context, g *exemplar.Gallery, items []exemplar.Item, opts exemplar.RegisterOptions) ([]exemplar.Registration, error) {
	leave, err := s.work.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var stored []exemplar.Registration
	opts.Stored = func(r []exemplar.Registration) { stored = r }
	results, err := g.Register(ctx, items, opts)
	if err != nil && stored != nil {
		return stored, err
	}
	if err != nil {
		return nil, err
	}
	return results, nil
}

// keptOf is what the labels of items have themselves.
func keptOf(ctx context.Context, g *exemplar.Gallery, items []exemplar.Item) (list []exemplar.Reference, packed []byte, err error) {
	if list, err = g.List(ctx, items[0].Label); err != nil {
		return nil, nil, err
	}
	list = slices.DeleteFunc(list, func(r exemplar.Reference) bool { return r.Label != items[0].Label })
	if len(list) == 0 {
		return nil, nil, nil
	}
	packed, err = g.Pack(ctx, idsOf(list)...)
	return list, packed, err
}

// asked is what an intent says of an item.
type askedItem struct {
	Label  string `json:"label"`
	Source string `json:"source"`
}

func askedFor(items []exemplar.Item) []askedItem {
	asked := make([]askedItem, len(items))
	for i, item := range items {
		asked[i] = askedItem{item.Label, item.Source}
	}
	return asked
}

// brief is what the audit keeps of a registration.
func brief(results []exemplar.Registration) []map[string]string {
	out := make([]map[string]string, len(results))
	for i, r := range results {
		out[i] = map[string]string{"outcome": string(r.Outcome), "id": r.ID, "label": r.Label, "source": r.Source, "reason": r.Reason}
	}
	return out
}

// ReferenceChange says what of a reference is to be other; what is left out stays.
type ReferenceChange struct {
	Label    *string `json:"label,omitempty" minLength:"1" maxLength:"512"`
	Note     *string `json:"note,omitempty" maxLength:"4096"`
	Contents *string `json:"contents,omitempty" enum:",auto,vary,fixed" doc:"whether other contents are a match: vary, fixed, or auto (also empty) for the program's own view"`
}

// RemoveReference removes one.
func (s *Service) RemoveReference(ctx context.Context, by Actor, collection, id string) (Changed, error) {
	r, err := s.Reference(ctx, collection, id)
	if err != nil && r.ID == "" {
		return Changed{}, err
	}
	return s.remove(ctx, by, collection, "reference.remove", id, []exemplar.Reference{r})
}

// remove removes references; undoing puts them back as they were.
func (s *Service) remove(ctx context.Context, by Actor, collection, what, subject string, list []exemplar.Reference) (Changed, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	packed, err := g.Pack(ctx, idsOf(list)...)
	if err != nil {
		return Changed{}, explained(err)
	}
	return s.change(ctx, by, collection, galleryChange{
		what: what, subject: subject, detail: idsOf(list), before: list, undo: undo{Restore: packed},
		run: func(g *exemplar.Gallery, _ *undo, note *steps) (int, error) {
			return len(list), g.Remove(note.note(ctx, asTheyAre(list...)), idsOf(list)...)
		},
	})
}

// ChangeReference changes a reference.
func (s *Service) ChangeReference(ctx context.Context, by Actor, collection, id string, asked ReferenceChange) (exemplar.Reference, error) {
	before, err := s.Reference(ctx, collection, id)
	if err != nil {
		return exemplar.Reference{}, err
	}
	if asked.Label != nil && *asked.Label != before.Label {
		if id, err = s.move(ctx, by, collection, before, *asked.Label); err != nil {
			return exemplar.Reference{}, err
		}
		if before, err = s.Reference(ctx, collection, id); err != nil {
			return exemplar.Reference{}, err
		}
	}
	if asked.Contents != nil {
		contents, err := parseContents(*asked.Contents)
		if err != nil {
			return exemplar.Reference{}, err
		}
		word := string(contents)
		asked.Contents = &word
	}
	if asked.Note != nil || asked.Contents != nil {
		back := restoredNote{ID: id, Left: &restoredNote{ID: id, Note: asked.Note, Contents: asked.Contents}}
		if asked.Note != nil {
			back.Note = &before.Note
		}
		if asked.Contents != nil {
			contents := string(before.Contents)
			back.Contents = &contents
		}
		_, err = s.change(ctx, by, collection, galleryChange{
			what: "reference.change", subject: id, detail: asked, before: before, undo: undo{Note: &back},
			run: func(g *exemplar.Gallery, _ *undo, note *steps) (int, error) {
				return 1, setNote(note.note(ctx, asTheyAre(before)), g, *back.Left)
			},
		})
		if err != nil {
			return exemplar.Reference{}, err
		}
	}
	return s.Reference(ctx, collection, id)
}

// setNote changes what is said of a reference.
func setNote(ctx context.Context, g *exemplar.Gallery, n restoredNote) error {
	if n.Note != nil {
		if err := g.SetNote(ctx, n.ID, *n.Note); err != nil {
			return err
		}
	}
	if n.Contents == nil {
		return nil
	}
	return g.SetContents(ctx, n.ID, exemplar.Contents(*n.Contents))
}

// move gives a reference another label. Under it the reference has another id, unless
// it was the only one of its label.
func (s *Service) move(ctx context.Context, by Actor, collection string, r exemplar.Reference, to string) (id string, err error) {
	if err := notReserved(to); err != nil {
		return "", err
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return "", err
	}
	below, err := g.List(ctx, r.Label)
	if err != nil {
		return "", explained(err)
	}
	if len(below) == 1 {
		_, err := s.RenameLabel(ctx, by, collection, r.Label, to)
		return r.ID, err
	}
	packed, err := g.Pack(ctx, r.ID)
	if err != nil {
		return "", explained(err)
	}
	var moved string
	_, err = s.change(ctx, by, collection, galleryChange{
		what: "reference.move", subject: r.ID, detail: map[string]string{"from": r.Label, "to": to}, before: r, undo: undo{Restore: packed},
		run: func(g *exemplar.Gallery, back *undo, note *steps) (int, error) {
			var err error
			if moved, err = g.Move(note.note(ctx, asTheyAre(r)), r.ID, to); err == nil { // it was put under the one label, and then removed under the other
				note.made[0].Was = notThere(moved)
			}
			back.Remove = []string{moved}
			return 1, err
		},
	})
	return moved, err
}

// ReferencePicture returns the stored JPEG of a reference, no wider or higher than side
// if that is not 0.
func (s *Service) ReferencePicture(ctx context.Context, collection, id string, side int) ([]byte, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return nil, err
	}
	jpeg, err := g.Picture(ctx, id)
	if err != nil || side == 0 {
		return jpeg, explained(err)
	}
	return exemplar.FromBytes(jpeg).JPEG(side)
}

// ReferenceContents draws what of a reference is taken for form and what for contents.
func (s *Service) ReferenceContents(ctx context.Context, collection, id string) ([]byte, error) {
	return worked(ctx, s, collection, func(g *exemplar.Gallery) ([]byte, error) { return g.ExplainContents(ctx, id) })
}

// ExplainRival draws where a reference differs from another one, as a PNG.
func (s *Service) ExplainRival(ctx context.Context, collection, id, rival string) ([]byte, error) {
	return worked(ctx, s, collection, func(g *exemplar.Gallery) ([]byte, error) { return g.ExplainRival(ctx, id, rival) })
}

// Rivals returns the other labels whose references resemble a reference.
func (s *Service) Rivals(ctx context.Context, collection, id string) ([]exemplar.Rival, error) {
	rivals, err := worked(ctx, s, collection, func(g *exemplar.Gallery) ([]exemplar.Rival, error) { return g.Rivals(ctx, id) })
	if rivals == nil {
		rivals = []exemplar.Rival{}
	}
	return rivals, err
}

// worked has the gallery of a collection work, within the bound on pictures in work.
func worked[T any](ctx context.Context, s *Service, collection string, work func(*exemplar.Gallery) (T, error)) (T, error) {
	var none T
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return none, err
	}
	leave, err := s.work.enter(ctx)
	if err != nil {
		return none, err
	}
	defer leave()
	out, err := work(g)
	return out, explained(err)
}
