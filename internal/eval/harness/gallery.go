package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/label"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/store"
	"exemplar/internal/store/open"
)

// ErrNoDecision says that a model cannot be judged by its decisions.
var ErrNoDecision = errors.New("the model has no calibration and cannot decide: make one with exemplar calibrate")

// Gallery is a gallery under test, in a file of its own. References can be taken out and
// put back, so that one gallery answers for many. Only Lookup is safe for concurrent use.
type Gallery struct {
	folder string
	store  store.Store
	engine *recognise.Engine
	model  *recognise.Model
	fpir   float64

	Exact bool // pictures are looked up for the very copy

	entries map[string][]store.Entry // by label, in and out
	out     []string                 // labels that are out, sorted
}

// NewGallery makes an empty gallery. [Gallery.Close] deletes its file.
func NewGallery(m *recognise.Model, fpir float64) (*Gallery, error) {
	if m.Calibration == nil {
		return nil, ErrNoDecision
	}
	folder, err := os.MkdirTemp("", "exemplar-eval-")
	if err != nil {
		return nil, err
	}
	kept, err := open.Store(filepath.Join(folder, "gallery.db"), store.Options{Create: true})
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return &Gallery{
		folder: folder, store: kept, engine: recognise.New(kept, m), model: m, fpir: fpir,
		entries: map[string][]store.Entry{},
	}, nil
}

// Close deletes the gallery.
func (g *Gallery) Close() error {
	return errors.Join(g.store.Close(), os.RemoveAll(g.folder))
}

// Reference is a picture to register.
type Reference struct {
	Label, Source string
	Data          []byte
}

// Register adds references. It returns why some were refused, by source.
func (g *Gallery) Register(ctx context.Context, references []Reference) (refused map[string]error, err error) {
	type made struct {
		entry store.Entry
		err   error
	}
	list, err := parallel.Map(ctx, 0, references, func(_ context.Context, r Reference) (made, error) {
		name, err := label.Parse(r.Label)
		if err != nil {
			return made{err: err}, nil
		}
		entry, _, err := g.model.NewEntry(recognise.Input{Data: r.Data})
		entry.Label, entry.Source = name, r.Source
		return made{entry, err}, nil
	})
	if err != nil {
		return nil, err
	}
	refused = map[string]error{}
	var entries []store.Entry
	for i, m := range list {
		if m.err != nil {
			refused[references[i].Source] = m.err
			continue
		}
		entries = append(entries, m.entry)
	}
	added, err := g.store.Put(ctx, entries...)
	if err != nil {
		return nil, err
	}
	for i, a := range added {
		if a.Duplicate { // the same file is registered already
			continue
		}
		entries[i].Reference = a.Reference
		name := string(a.Label)
		g.entries[name] = append(g.entries[name], entries[i])
	}
	return refused, nil
}

// Labels lists the labels that have references, in or out, sorted.
func (g *Gallery) Labels() []string {
	var labels []string
	for name := range g.entries {
		labels = append(labels, name)
	}
	slices.Sort(labels)
	return labels
}

// LeaveOut takes the references of some labels out of the gallery, and puts all others
// back. The gallery is then as if those had never been registered.
func (g *Gallery) LeaveOut(ctx context.Context, labels []string) error {
	labels = slices.Compact(slices.Sorted(slices.Values(labels)))
	var removed []string
	back := map[string]store.Entry{}
	for name, entries := range g.entries {
		was, is := slices.Contains(g.out, name), slices.Contains(labels, name)
		for _, entry := range entries {
			switch {
			case is && !was:
				removed = append(removed, entry.ID)
			case was && !is:
				back[entry.ID] = entry
			}
		}
	}
	var restored []store.Entry
	for _, id := range slices.Sorted(maps.Keys(back)) {
		restored = append(restored, back[id])
	}
	if len(removed) > 0 {
		if err := g.store.Remove(ctx, removed...); err != nil {
			return fmt.Errorf("leave labels out: %w", err)
		}
	}
	if len(restored) > 0 {
		if _, err := g.store.Put(ctx, restored...); err != nil {
			return fmt.Errorf("put labels back: %w", err)
		}
	}
	g.out = labels
	return nil
}

// refused is the answer to a file that is no usable picture.
var refused = eval.Lookup{Answer: eval.Answer{Outcome: decide.Refused}, Sure: math.Inf(-1)}

// Lookup returns the answer of the gallery to a picture file.
func (g *Gallery) Lookup(ctx context.Context, data []byte) (eval.Lookup, error) {
	d, err := g.Decide(ctx, data)
	if err != nil {
		return eval.Lookup{}, err
	}
	return eval.Lookup{
		Answer: eval.Answer{Outcome: d.Outcome, Label: string(d.Label)},
		Best:   string(d.Best.Label), Sure: g.sure(d),
	}, nil
}

// Decide returns the decision of the gallery on a picture file, with its evidence.
func (g *Gallery) Decide(ctx context.Context, data []byte) (*decide.Decision, error) {
	result, err := g.engine.Recognise(ctx, recognise.Input{Data: data}, recognise.Options{FPIR: g.fpir, Exact: g.Exact})
	if err != nil {
		return nil, err
	}
	return &result.Findings[0].Decision, nil
}

// sure says how sure a decision is of its best label: the negative share of strangers
// that would be accepted if the threshold were at the best label, that label itself and
// not one above it. What shows another form than that label's comes after all else:
// whatever the threshold, the answer is a label above. Of what is about as sure, that
// which shows less of another form is surer.
func (g *Gallery) sure(d *decide.Decision) float64 {
	switch {
	case len(d.Candidates) == 0:
		return math.Inf(-1)
	case d.Basis == decide.ByEmbedding:
		registered := 0
		for name := range g.entries {
			if !slices.Contains(g.out, name) {
				registered++
			}
		}
		return -eval.AnyOf(d.FMR, registered)
	case d.OtherForm:
		return -1 - d.BestFPIR
	case d.Best.Evidence != nil && d.Best.Evidence.Form != nil:
		return -d.BestFPIR - aboutAsSure*min(1, decide.NoiseOfForm(d.Best.Evidence.Form))
	}
	return -d.BestFPIR
}

// aboutAsSure is a difference of shares of strangers that the trials of look-alikes,
// some hundred, cannot tell from none.
const aboutAsSure = 0.001

// Scores returns a score for each label that is in, all on one scale; nil if the picture cannot be
// used.
func (g *Gallery) Scores(ctx context.Context, data []byte) (map[string]float64, error) {
	return g.engine.Scores(ctx, data)
}
