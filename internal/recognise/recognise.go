package recognise

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/scoremodel"
	"exemplar/internal/store"
	"exemplar/internal/vectorindex"
)

// Engine recognises documents by the references of a gallery, and follows its
// changes. It is safe for concurrent use.
type Engine struct {
	store store.Store
	model *Model

	loading    sync.Mutex
	vectors    *vectorindex.SyncedIndex // nil until the first probe
	references referenceCache
}

// New makes an engine. The model must have a calibration.
func New(store store.Store, m *Model) *Engine {
	return &Engine{store: store, model: m, references: newReferenceCache()}
}

// follow returns the index of embeddings, loaded when first needed: most
// commands that look after a gallery never do.
func (g *Engine) follow(ctx context.Context) (*vectorindex.SyncedIndex, error) {
	g.loading.Lock()
	defer g.loading.Unlock()
	if g.vectors == nil {
		vectors, err := vectorindex.Load(ctx, g.store, g.model.Fingerprint, g.model.Dim())
		if err != nil {
			return nil, err
		}
		g.vectors = vectors
	}
	return g.vectors, nil
}

// SearchMode says how far documents are looked for in photos.
type SearchMode int

// How far documents are looked for.
const (
	SearchAll    SearchMode = iota // all that may be there by their embeddings or by their features
	SearchLikely                   // only those whose embeddings are most like the whole picture's
	SearchOff                      // not at all: the embedding of the whole picture decides
)

// Options say how a photo is to be judged.
type Options struct {
	FPIR   float64 // share of strangers that may be accepted, in (0, 1)
	Exact  bool    // only the same copy is accepted
	Search SearchMode
	All    bool // answer with every document in the photo
}

// Result is what a photo came to.
type Result struct {
	Photo    *Photo    // nil where nothing was looked for in it
	Findings []Finding // the most certain first; at least one
	Version  int64     // number of the gallery's change up to which it was searched, and no further
}

// Finding is one answer.
type Finding struct {
	Decision decide.Decision
	Best     *Hypothesis // of the decision's best; nil where it was not compared

	Conditions []Condition // in which the document was seen, the plainest first; none of what was not found

	Mirrored, Inverted bool            // the picture shows the document as a mirror, or a negative, does
	Blank              bool            // the picture was refused because it shows nothing
	LeftOut            []*store.Damage // references that could not be used
	Notes              []string        // what the file had to tell: which page, which frame; and that the database could not be reached
}

// consideredLabels is how many labels a decision looks at: enough to see every rival
// within the margin in galleries of look-alikes. By eye.
const consideredLabels = 32

// Recognise says what a picture shows, in one pass. A picture that cannot be
// used is an answer too; an error means that the gallery cannot be read.
func (g *Engine) Recognise(ctx context.Context, in Input, opts Options) (*Result, error) {
	picture, err := in.open(g.model.Embedder, opts.Search)
	if err != nil {
		version, _ := g.Version(ctx) // 0 where the gallery cannot be read, which a refusal does not need
		return &Result{Findings: []Finding{{Decision: decide.Refuse(err.Error()), Blank: isBlank(err)}}, Version: version}, nil
	}
	for attempt := 1; ; attempt++ {
		result, whole, err := g.pass(ctx, picture, opts)
		if err != nil || whole || attempt == passes {
			return result, err
		}
	}
}

// passes is how often a picture is looked at if references are removed meanwhile.
const passes = 5

// pass looks at a picture once, by one version of the gallery. whole is false if a
// reference of that version was removed before it was looked for.
func (g *Engine) pass(ctx context.Context, picture upright, opts Options) (_ *Result, whole bool, err error) {
	h, err := g.hold(ctx, picture)
	if err != nil {
		return nil, false, err
	}
	defer h.release()
	s, e, err := g.gather(ctx, h, picture, opts, consideredLabels)
	if err != nil {
		return nil, false, err
	}
	result := &Result{Findings: []Finding{e.decide()}, Version: e.vectors.Version()}
	damaged := g.references.leftOut(e.vectors)
	if s != nil {
		result.Photo = s.photo
		if err := s.conclude(ctx, e, result, opts.All); err != nil {
			return nil, false, err
		}
		damaged = s.damaged
	}
	notes := slices.Concat(picture.notes, noteAway(e.vectors))
	for i := range result.Findings {
		f := &result.Findings[i]
		f.Notes = notes
		if f.Decision.Outcome == decide.Unknown {
			flawsOf(picture, s.photoOf(), f.Best).blame(&f.Decision)
		}
		heedNegatives(&f.Decision)
		f.Decision.Reason = strings.Join(append([]string{f.Decision.Reason}, notes...), "; ")
		if f.LeftOut = damaged.list(); len(f.LeftOut) > 0 {
			f.Decision.Reason += "; " + damaged.say()
			if f.Decision.Basis == "" && f.Decision.Confidence == 1 { // there are references, but none that can be used
				f.Decision.Summary, f.Decision.Reason, f.Decision.Confidence = damaged.say(), damaged.say(), 0
			}
		}
	}
	return result, s == nil || !*s.gone, nil
}

// photoOf is the photo that was searched; nil where nothing was looked for.
func (s *search) photoOf() *Photo {
	if s == nil {
		return nil
	}
	return s.photo
}

// held is the gallery at one version, to be searched for one picture.
type held struct {
	vectors   *vectorindex.View
	embedding []float32 // of the picture
	release   func()    // it is no longer needed
}

// hold keeps what is known of the gallery as it is, until it is released. Changes go on.
func (g *Engine) hold(ctx context.Context, picture upright) (*held, error) {
	vectors, err := g.follow(ctx)
	if err != nil {
		return nil, err
	}
	h := &held{embedding: g.model.Embed(picture.Image)}
	h.vectors, h.release, err = vectors.Hold(ctx)
	return h, err
}

// conclude looks further: for the reverse of the picture where nothing was found, or little, and
// for other documents in it where something was.
func (s *search) conclude(ctx context.Context, e *evidenceSet, result *Result, all bool) error {
	first := &result.Findings[0]
	if of := s.mayBeReversed(first); len(of) > 0 {
		photo, reversed, err := s.reversed(ctx, e, of)
		if err != nil {
			return err
		}
		if reversed != nil && isPlainer(reversed, first) {
			result.Photo, result.Findings = photo, []Finding{*reversed}
			return nil
		}
	}
	switch {
	case first.Decision.Outcome == decide.Unknown && s.inliers < enoughInliers:
		return nil
	case first.Best == nil || !first.Best.Found.Located:
		return nil
	}
	home := s.photo.area(first.Best.Reference, &first.Best.Found)
	elsewhere := s.elsewhere(e, home)
	if !all && len(elsewhere) == 0 && !s.moreCopies(e, home) {
		return nil
	}
	findings, err := s.several(ctx, e, first, elsewhere)
	if err != nil {
		return err
	}
	result.Findings = findings
	if !all {
		mention(&findings[0], findings[1:])
		result.Findings = findings[:1]
	}
	return nil
}

// evidenceSet is everything that a decision is taken from.
type evidenceSet struct {
	vectors    *vectorindex.View
	candidates []decide.Candidate // one for each label, by falling score
	policy     decide.Policy
	seen       map[string]*Hypothesis // by reference
	nearestOf  func(of decide.Label, except string) *decide.Candidate
	photo      *Photo  // nil where nothing was looked for
	beside     []*area // of other documents that were found in the photo
	states     *states // of the label that most speaks for; nil where there are none
}

// gather collects the evidence for a picture from the best labels. The search
// is nil where nothing is looked for.
func (g *Engine) gather(ctx context.Context, h *held, picture upright, opts Options, labels int) (*search, *evidenceSet, error) {
	vectors, embedding := h.vectors, h.embedding
	e := &evidenceSet{vectors: vectors, seen: map[string]*Hypothesis{}}
	hits, err := vectors.SearchKnown(embedding, labels)
	if err != nil {
		return nil, nil, err
	}
	e.candidates = candidatesOf(hits)
	e.nearestOf = nearestIn(vectors.Index, embedding)
	if e.policy, err = decide.NewPolicy(g.model.Calibration, opts.FPIR, vectors.Labels()); err != nil {
		return nil, nil, err
	}
	e.policy.Exact = opts.Exact
	if opts.Search == SearchOff || g.model.Calibration.LLRModel == nil {
		return nil, e, nil
	}
	photo := NewPhoto(g.model.Embedder, picture.Image)
	photo.scaleX, photo.scaleY = picture.scaleX, picture.scaleY
	s, err := g.newSearch(ctx, vectors, photo, opts.Search)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.run(ctx, e.candidates)
	if err != nil {
		return nil, nil, err
	}
	e.leaveOut(s.damaged)
	for _, h := range found {
		e.add(h)
	}
	e.photo = photo
	if err := s.learn(ctx, slices.DeleteFunc(found, func(h *Hypothesis) bool { return !e.mayBeOfKind(h) })); err != nil {
		return nil, nil, err
	}
	return s, e, s.addStates(ctx, e)
}

// candidatesOf makes hits of the index candidates of a decision.
func candidatesOf(hits []vectorindex.Hit) []decide.Candidate {
	candidates := make([]decide.Candidate, len(hits))
	for i, h := range hits {
		candidates[i] = candidateOf(h)
	}
	return candidates
}

func candidateOf(h vectorindex.Hit) decide.Candidate {
	return decide.Candidate{Label: h.Label, Score: h.Score, Reference: h.Reference, Rotation: h.Rotation}
}

// nearestIn returns a function that gives the reference of a label, other than
// except, that is most like an embedding; nil if there is none.
func nearestIn(vectors *vectorindex.Index, embedding []float32) func(of decide.Label, except string) *decide.Candidate {
	return func(of decide.Label, except string) *decide.Candidate {
		hit := vectors.NearestOf(of, embedding, except)
		if hit == nil {
			return nil
		}
		c := candidateOf(*hit)
		return &c
	}
}

// leaveOut takes damaged references out of the candidates. Their labels fall back to
// the next reference.
func (e *evidenceSet) leaveOut(damaged leftOut) {
	kept := e.candidates[:0]
	for _, c := range e.candidates {
		if damaged[c.Reference] != nil {
			other := e.nearestOf(c.Label, c.Reference)
			if other == nil || damaged[other.Reference] != nil {
				continue
			}
			c = *other
		}
		kept = append(kept, c)
	}
	e.candidates = kept
	slices.SortStableFunc(kept, func(a, b decide.Candidate) int { return cmp.Compare(b.Score, a.Score) })
}

// decide takes the decision.
func (e *evidenceSet) decide() Finding {
	for i := range e.candidates {
		e.takeContents(&e.candidates[i])
	}
	e.markDuplicates()
	e.lookAtForm()
	e.followRows()
	e.markStates()
	f := e.decideOnce()
	for e.seeHeadOfBest(&f) {
		f = e.decideOnce()
	}
	for wasFound(&f) && f.Decision.Best.Evidence != nil && e.policy.WantsSameCopy(&f.Decision.Best) {
		of, seen := f.Decision.Best.Evidence, e.lookClosely(&f)
		if seen == of.CloseLook {
			break
		}
		of.CloseLook = seen
		f = e.decideOnce() // another reference speaks for it now, perhaps
	}
	e.seeWriting(&f)
	e.sayIllegible(&f)
	if f.Decision.Basis == decide.ByExact { // conditions are those of a match
		f.Conditions = nil
	}
	return f
}

// sayIllegible decides anew, for its reason, what is left open for another form in a photo
// whose form cannot be read.
func (e *evidenceSet) sayIllegible(f *Finding) {
	if !f.Decision.OtherForm {
		return
	}
	if why := illegible(f.Conditions); why != "" {
		f.Decision.Best.Evidence.Illegible = why
		*f = e.decideOnce()
	}
}

func (e *evidenceSet) lookClosely(f *Finding) scoremodel.CloseLook {
	seen := scoremodel.CloseLook{Illegible: illegible(f.Conditions)}
	if h := f.Best; h != nil {
		seen.Written, seen.Recoloured, seen.Under = anyWritten(h, f.Conditions), e.isRecoloured(h), e.liesUnder(h)
		seen.OtherLetters = h.Found.showsOtherLetters(h.Reference, f.Conditions)
	}
	return seen
}

// takeContents gives a candidate what somebody said of the contents of its reference.
func (e *evidenceSet) takeContents(c *decide.Candidate) {
	if e.vectors == nil {
		return
	}
	said := e.vectors.Contents(c.Reference)
	c.Fixed, c.Varies = said == store.ContentsFixed, said == store.ContentsVary
}

func (e *evidenceSet) decideOnce() Finding {
	decision := decide.Decide(e.candidates, e.policy)
	f := Finding{Decision: decision, Best: e.seen[decision.Best.Reference]}
	e.see(&f)
	return f
}

// wasFound says that an answer is accepted, or is none for its contents alone.
func wasFound(f *Finding) bool {
	d := &f.Decision
	return d.Outcome == decide.Match || d.Outcome == decide.Ambiguous || d.Basis == decide.ByExact
}

// add gives the label of a hypothesis its evidence, if that is the best of the label.
// The cosine of the label stays that of the whole picture.
func (e *evidenceSet) add(h *Hypothesis) {
	e.seen[h.ID] = h
	llr := e.policy.Calibration.LLRModel.LLR
	for i := range e.candidates {
		c := &e.candidates[i]
		if c.Label != h.Label {
			continue
		}
		if c.Evidence == nil || llr(h.Found.ForDecision) > llr(c.Evidence) {
			take(c, h)
		}
		return
	}
	e.candidates = append(e.candidates, decide.Candidate{Label: h.Label})
	c := &e.candidates[len(e.candidates)-1]
	if nearest := e.nearestOf(h.Label, ""); nearest != nil {
		c.Score, c.Rotation = nearest.Score, nearest.Rotation
	}
	take(c, h)
}

// take gives a label the evidence of one of its references.
func take(c *decide.Candidate, h *Hypothesis) {
	c.Reference, c.Evidence = h.ID, h.Found.ForDecision
	if h.Found.Located {
		c.Rotation = h.Found.ForDecision.Turn
	}
}

// Scores returns how much speaks for each registered label, on one scale: the
// likelihood ratio (log10) of a document that was found in the picture, and for
// all other labels the cosine less 20, which is below any ratio. A picture that
// cannot be used has none (nil). It is for judging the whole decision with many
// thresholds, and no part of an answer.
func (g *Engine) Scores(ctx context.Context, data []byte) (map[string]float64, error) {
	in := Input{Data: data}
	picture, err := in.open(g.model.Embedder, SearchAll)
	if err != nil {
		return nil, nil
	}
	h, err := g.hold(ctx, picture)
	if err != nil {
		return nil, err
	}
	defer h.release()
	_, e, err := g.gather(ctx, h, picture, Options{FPIR: 0.01}, math.MaxInt) // any FPIR: nothing is decided
	if err != nil {
		return nil, err
	}
	scores := map[string]float64{}
	for _, c := range e.candidates {
		scores[string(c.Label)] = float64(c.Score)
		if e.policy.Calibration.LLRModel == nil {
			continue
		}
		if c.Evidence != nil && c.Evidence.Located {
			scores[string(c.Label)] = e.policy.Calibration.LLRModel.LLR(c.Evidence)
		} else {
			scores[string(c.Label)] -= 20
		}
	}
	return scores, nil
}
