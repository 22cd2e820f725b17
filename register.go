package exemplar

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"exemplar/internal/explain"
	"exemplar/internal/imaging"
	labels "exemplar/internal/label"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/store"
)

// Item is a picture to register.
type Item struct {
	Label  string
	Source string // name of the file, kept with the reference
	Note   string
	// Contents says whether other contents are a match of it. Empty: the program
	// decides.
	Contents Contents
	Picture  Picture
}

// RegisterOptions say how items are registered.
type RegisterOptions struct {
	// Replace removes the references that a label has itself (not those of its
	// sub-labels) when items of that label are registered.
	Replace bool
	// DryRun stores nothing: the outcomes, without ids, are what would become of the items.
	DryRun bool
	// Explain draws, in a dry run, what of an item is taken for form and what for
	// contents, and where it differs from its rivals.
	Explain bool
	// Progress, if not nil, is told how many pictures were looked at, from any
	// goroutine.
	Progress func(done, total int)
	// Stored, if not nil, is told the outcomes as soon as they are on the disk. What the
	// references resemble, and with it Register, comes later.
	Stored func([]Registration)
}

// stored tells the outcomes that are on the disk.
func (o RegisterOptions) stored(results []Registration) {
	if o.Stored != nil {
		o.Stored(results)
	}
}

// Outcome says what became of an item.
type Outcome string

// The outcomes.
const (
	Registered   Outcome = "registered"
	Skipped      Outcome = "skipped" // the same file is registered under the same label
	RefusedImage Outcome = "refused" // it is of no use as a reference
)

// Registration is what became of an item.
type Registration struct {
	Outcome Outcome `json:"outcome"`
	ID      string  `json:"id,omitempty"` // of the new reference, or of the one it is a copy of
	Label   string  `json:"label"`
	Source  string  `json:"source"`
	Reason  string  `json:"reason,omitempty"` // why it was skipped or refused, or what to know about it
	Rivals  []Rival `json:"rivals,omitempty"` // other labels that it resembles
	// ContentsShare is, in a dry run, the share of its print that is taken for contents, and
	// ContentsDrawing, with [RegisterOptions].Explain, a PNG of which.
	ContentsShare   float64 `json:"contents_share,omitempty"`
	ContentsDrawing []byte  `json:"contents_drawing,omitempty"`
}

// Register stores the items' pictures as references. Those that can be used
// become visible together, and are on the disk when Register returns. The
// outcomes are in the order of the items. When ctx ends, Register does after the
// pictures in hand, and nothing is stored; where it ends after they were stored, their
// outcomes come with the error, and may lack what the references resemble. More items than memory should hold are
// registered some at a time, and replace what their labels have with a
// [Replacement].
func (g *Gallery) Register(ctx context.Context, items []Item, opts RegisterOptions) ([]Registration, error) {
	if err := g.writable(); err != nil {
		return nil, err
	}
	if opts.Replace && !opts.DryRun {
		results, err := g.replace(ctx, items, opts)
		return results, g.fail(err)
	}
	entries, results, err := g.newEntries(ctx, items, opts)
	if err != nil {
		return nil, err
	}
	if err := g.refuseTwins(ctx, entries, results); err != nil {
		return nil, g.fail(err)
	}
	if err := g.skipCopies(ctx, entries, results, opts); err != nil {
		return nil, g.fail(err)
	}
	if opts.DryRun {
		return results, g.fail(g.consider(ctx, entries, results, opts.Explain))
	}
	err = addEntries(entries, results, func(kept ...store.Entry) ([]store.Added, error) { return g.store.Put(ctx, kept...) })
	if err != nil {
		return nil, g.fail(err)
	}
	opts.stored(slices.Clone(results))
	return results, g.fail(g.noteNeighbours(ctx, entries, results))
}

// newEntries makes the references of items; those that cannot be one are nil.
func (g *Gallery) newEntries(ctx context.Context, items []Item, opts RegisterOptions) ([]*store.Entry, []Registration, error) {
	results := make([]Registration, len(items))
	entries := make([]*store.Entry, len(items))
	var done atomic.Int64
	err := parallel.Each(ctx, 0, len(items), func(_ context.Context, i int) error {
		entry, note, err := g.newEntry(items[i])
		results[i] = Registration{Outcome: Registered, Label: items[i].Label, Source: items[i].Source}
		if err != nil {
			results[i].Outcome, results[i].Reason = RefusedImage, err.Error()
		} else {
			entries[i], results[i].Label, results[i].Reason = entry, string(entry.Label), note
		}
		if n := done.Add(1); opts.Progress != nil {
			opts.Progress(int(n), len(items))
		}
		return nil
	})
	return entries, results, err
}

// newEntry makes the reference of an item, with what is to be known of it; the
// error says why it cannot be one.
func (g *Gallery) newEntry(item Item) (entry *store.Entry, note string, err error) {
	label, err := labels.Parse(item.Label)
	if err != nil {
		return nil, "", err
	}
	if err := store.ValidateContents(item.Contents); err != nil {
		return nil, "", err
	}
	var faults []error // of the files of a container that cannot be one
	for input := range item.Picture.candidates() {
		made, notes, err := g.model.inner.NewEntry(input.Input)
		input.release()
		switch {
		case err != nil && input.member != "":
			faults = append(faults, fmt.Errorf("its file %s: %w", input.member, err))
			continue
		case err != nil:
			return nil, "", err
		case len(faults) > 0:
			notes = append([]string{fmt.Sprintf("is taken by its file %s; before it %s cannot be used, %v", input.member, someFiles(len(faults)), faults[0])}, notes...)
		case input.member != "":
			notes = append([]string{"is taken by its file " + input.member}, notes...)
		}
		made.Label, made.Source, made.Note, made.Contents = label, input.within(item.Source), item.Note, item.Contents
		return &made, strings.Join(notes, "; "), nil
	}
	switch len(faults) {
	case 0:
		return nil, "", errors.New("there is no page in it: send another")
	case 1:
		return nil, "", faults[0]
	}
	return nil, "", fmt.Errorf("%s cannot be used, %w", someFiles(len(faults)), faults[0])
}

func someFiles(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// within is the name of a picture within a file, as answers have it: of a container the name of
// the file in it, and the page of what has pages.
func (in opened) within(file string) string {
	if file != "" && in.member != "" {
		file += "/" + in.member
	}
	if file != "" && in.page > 0 {
		file += fmt.Sprintf(", page %d", in.page)
	}
	return file
}

// refuseTwins drops entries whose label differs in capitals alone from one that is
// there: on most systems both would be one folder, and one of them is a slip.
func (g *Gallery) refuseTwins(ctx context.Context, entries []*store.Entry, results []Registration) error {
	known, err := g.store.Labels(ctx)
	if err != nil {
		return err
	}
	var spelled labels.Spellings
	for _, label := range known {
		spelled.Add(label)
	}
	for i, entry := range entries {
		if entry == nil {
			continue
		}
		if twin := spelled.Twin(entry.Label); twin != "" {
			results[i].Outcome, entries[i] = RefusedImage, nil
			results[i].Reason = fmt.Sprintf("its label differs in capitals alone from %q, which is there: write it the same", twin)
			continue
		}
		spelled.Add(entry.Label)
	}
	return nil
}

// skipCopies drops entries whose very file is registered already, or comes
// twice, under the same label. Under another label it is kept and said: one of
// the two labels may be wrong.
func (g *Gallery) skipCopies(ctx context.Context, entries []*store.Entry, results []Registration, opts RegisterOptions) error {
	seen := map[store.Hash][]store.Reference{}
	for i, entry := range entries {
		if entry == nil {
			continue
		}
		copies, known := seen[entry.Hash]
		if !known {
			stored, err := g.store.List(ctx, store.Filter{Hash: &entry.Hash})
			if err != nil {
				return err
			}
			copies = stored
		}
		for _, copied := range copies {
			results[i].Reason = fmt.Sprintf("is the same picture as %s (%s)", copied.Source, copied.Label)
			if copied.Label == entry.Label && !opts.Replace {
				results[i].Outcome, results[i].ID, entries[i] = Skipped, copied.ID, nil
				if entry.Contents != store.ContentsAuto && entry.Contents != copied.Contents {
					results[i].Reason += fmt.Sprintf(", whose contents stay as they were (exemplar gallery contents %s %s changes them)", copied.ID, entry.Contents)
				}
				break
			}
		}
		if entries[i] != nil { // it was not skipped
			copies = append(copies, entry.Reference)
		}
		seen[entry.Hash] = copies
	}
	return nil
}

// addEntries stores the entries that are left by put, and drops those that another
// process registered meanwhile.
func addEntries(entries []*store.Entry, results []Registration, put func(kept ...store.Entry) ([]store.Added, error)) error {
	var kept []store.Entry
	var at []int
	for i, entry := range entries {
		if entry != nil {
			kept, at = append(kept, *entry), append(at, i)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	added, err := put(kept...)
	if err != nil {
		return err
	}
	for j, a := range added {
		i := at[j]
		results[i].ID, entries[i].ID = a.ID, a.ID
		if a.Duplicate {
			results[i].Outcome, entries[i] = Skipped, nil
			results[i].Reason = fmt.Sprintf("is a picture that %s has already", a.Label)
		}
	}
	return nil
}

// consider says of every entry that is not stored what storing it would tell.
func (g *Gallery) consider(ctx context.Context, entries []*store.Entry, results []Registration, draw bool) error {
	return parallel.Each(ctx, 0, len(entries), func(ctx context.Context, i int) error {
		entry, result := entries[i], &results[i]
		if entry == nil {
			return nil
		}
		if err := g.noteTwin(ctx, entry, result); err != nil {
			return err
		}
		picture, _, err := imaging.Decode(entry.Picture, imaging.DefaultLimits)
		if err != nil {
			return err
		}
		print := recognise.OwnPrint(picture.Gray())
		result.ContentsShare = print.ContentsShare()
		neighbours, err := g.engine.NeighboursOf(ctx, entry.Reference, picture)
		if err != nil {
			return err
		}
		for _, n := range neighbours {
			rival := newRival(n)
			if draw && n.Pair != nil {
				rival.Drawing = imaging.EncodePNG(explain.Neighbours(n.Pair, result.Label, rival.Label))
			}
			result.Rivals = append(result.Rivals, rival)
		}
		if draw {
			result.ContentsDrawing = imaging.EncodePNG(explain.Contents(picture, print, result.Label))
		}
		return nil
	})
}

// noteNeighbours says of every new reference what else it resembles: a near
// twin under its own label, which adds little, and its rivals.
func (g *Gallery) noteNeighbours(ctx context.Context, entries []*store.Entry, results []Registration) error {
	return parallel.Each(ctx, 0, len(entries), func(ctx context.Context, i int) error {
		entry := entries[i]
		if entry == nil {
			return nil
		}
		if err := g.noteTwin(ctx, entry, &results[i]); err != nil {
			return err
		}
		var err error
		results[i].Rivals, err = g.Rivals(ctx, entry.ID)
		return err
	})
}

// noteTwin says of a reference that its label has nearly the same picture already.
func (g *Gallery) noteTwin(ctx context.Context, entry *store.Entry, result *Registration) error {
	upright := entry.Vectors[:len(entry.Vectors)/store.Rotations]
	same, err := g.engine.NearestOf(ctx, entry.Label, upright, entry.ID)
	if err == nil && same != nil && float64(same.Score) >= nearDuplicate && result.Reason == "" {
		result.Reason = fmt.Sprintf("is nearly the picture that %s has already (similarity %.2f)", entry.Label, same.Score)
	}
	return err
}

// nearDuplicate is the cosine from which on two pictures of one label are as good
// as one: copies at another size or compression score above it, captures below.
const nearDuplicate = 0.98
