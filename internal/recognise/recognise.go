package recognise

import (
	"context"
	"math"
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/gallery"
)

// Engine recognises documents by the references of a gallery, and follows its
// changes. It is safe for concurrent use.
type Engine struct {
	store *gallery.Gallery
	model *Model

	loading    sync.Mutex
	view       *gallery.View // nil until the first probe
	references referenceCache
}

// New makes an engine. The model must have a calibration.
func New(store *gallery.Gallery, m *Model) *Engine {
	return &Engine{store: store, model: m, references: newReferenceCache()}
}

// follow returns the view of the references, loaded when first needed: most
// commands that look after a gallery never do.
func (g *Engine) follow(ctx context.Context) (*gallery.View, error) {
	g.loading.Lock()
	defer g.loading.Unlock()
	if g.view == nil {
		view, err := g.store.Follow(ctx, g.model.Fingerprint, g.model.Dim())
		if err != nil {
			return nil, err
		}
		g.view = view
	}
	return g.view, nil
}

// SearchMode says how far documents are looked for in photos.
type SearchMode int

// How far documents are looked for.
const (
	SearchAll    SearchMode = iota // all that may be there by their looks or by their features
	SearchLikely                   // only those whose looks are most like the whole picture's
	SearchOff                      // not at all: the embedding of the whole picture decides
)

// Options say how a photo is to be judged.
type Options struct {
	FPIR   float64 // share of strangers that may be accepted, in (0, 1)
	Exact  bool    // what surely shows other print somewhere is not accepted
	Search SearchMode
	All    bool // answer with every document in the photo
}

// Result is what a photo came to.
type Result struct {
	Photo    *Photo    // nil where nothing was looked for in it
	Findings []Finding // the most certain first; at least one
}

// Finding is one answer.
type Finding struct {
	Decision   decide.Decision
	Candidates []decide.Candidate // in the order of the decision
	Best       *Hypothesis        // of the decision's best; nil where it was not compared
}

// consideredLabels is how many labels a decision looks at: enough to see every
// rival within the margin in galleries of look-alikes.
const consideredLabels = 32

// Recognise says what a picture file shows, in one pass. A file that cannot be
// used is an answer too; an error means that the gallery cannot be read.
func (g *Engine) Recognise(ctx context.Context, data []byte, opts Options) (*Result, error) {
	picture, err := openPicture(g.model.Embedder, data, opts.Search)
	if err != nil {
		return &Result{Findings: []Finding{{Decision: decide.Refuse(err.Error())}}}, nil
	}
	s, e, err := g.gather(ctx, picture, opts, consideredLabels)
	if err != nil {
		return nil, err
	}
	first := e.decide()
	result := &Result{Findings: []Finding{first}}
	if s == nil {
		return result, nil
	}
	result.Photo = s.photo
	if !opts.All || first.Best == nil || !first.Best.Found.Located {
		return result, nil
	}
	all, err := s.several(ctx, e.policy)
	if len(all) > 0 {
		result.Findings = all
	}
	return result, err
}

// evidenceSet is everything that a decision is taken from.
type evidenceSet struct {
	candidates []decide.Candidate // one for each label, by falling score
	policy     decide.Policy
	seen       map[string]*Hypothesis // by reference
}

// gather collects the evidence for a picture from the best labels. The search
// is nil where nothing is looked for.
func (g *Engine) gather(ctx context.Context, picture upright, opts Options, labels int) (*search, *evidenceSet, error) {
	e := &evidenceSet{seen: map[string]*Hypothesis{}}
	view, err := g.follow(ctx)
	if err != nil {
		return nil, nil, err
	}
	if e.candidates, err = view.Search(ctx, g.model.Embed(picture.Image), labels); err != nil {
		return nil, nil, err
	}
	if e.policy, err = decide.NewPolicy(g.model.Calibration, opts.FPIR, view.Index().Labels()); err != nil {
		return nil, nil, err
	}
	e.policy.Exact = opts.Exact
	if opts.Search == SearchOff || g.model.Calibration.Proof == nil {
		return nil, e, nil
	}
	photo := NewPhoto(g.model.Embedder, picture.Image)
	photo.scaleX, photo.scaleY = picture.scaleX, picture.scaleY
	s, err := g.newSearch(ctx, view, photo, opts.Search)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.run(ctx, e.candidates)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range found {
		e.add(h)
	}
	return s, e, nil
}

// decide takes the decision.
func (e *evidenceSet) decide() Finding {
	decision := decide.Decide(e.candidates, e.policy)
	return Finding{Decision: decision, Candidates: e.policy.Rank(e.candidates), Best: e.seen[decision.Best.Reference]}
}

// add gives the hypothesis' label its evidence, if that is the label's best.
func (e *evidenceSet) add(h *Hypothesis) {
	e.seen[h.ID] = h
	c := decide.Candidate{Label: h.Label, Reference: h.ID, Score: h.Score, Geometry: h.Found.Weighed}
	if h.Found.Located {
		c.Score, c.Rotation = float32(h.Found.Weighed.Score), h.Found.Weighed.Turn
	}
	for i := range e.candidates {
		old := &e.candidates[i]
		if old.Label != h.Label {
			continue
		}
		llr := e.policy.Calibration.Proof.LLR
		if old.Geometry == nil || llr(c.Geometry) > llr(old.Geometry) {
			if !h.Found.Located {
				c.Score, c.Rotation = old.Score, old.Rotation
			}
			*old = c
		}
		return
	}
	e.candidates = append(e.candidates, c)
}

// Scores returns how much speaks for each registered label, on one scale: the
// likelihood ratio (log10) of a document that was found in the picture, and for
// all other labels the cosine less 20, which is below any ratio. It is for
// judging the whole decision with many thresholds, and no part of an answer; the
// error says why a picture cannot be used, too.
func (g *Engine) Scores(ctx context.Context, data []byte) (map[string]float64, error) {
	picture, err := openPicture(g.model.Embedder, data, SearchAll)
	if err != nil {
		return nil, err
	}
	_, e, err := g.gather(ctx, picture, Options{FPIR: 0.01}, math.MaxInt) // any FPIR: nothing is decided
	if err != nil {
		return nil, err
	}
	scores := map[string]float64{}
	for _, c := range e.candidates {
		scores[string(c.Label)] = float64(c.Score)
		if e.policy.Calibration.Proof == nil {
			continue
		}
		if c.Geometry != nil && c.Geometry.Located {
			scores[string(c.Label)] = e.policy.Calibration.Proof.LLR(c.Geometry)
		} else {
			scores[string(c.Label)] -= 20
		}
	}
	return scores, nil
}
