package eval

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
)

// Protocol says which pairs verification compares.
type Protocol string

const (
	// AllPairs compares every two images of a set by their upright embeddings.
	AllPairs Protocol = "all-pairs"
	// ReferenceProbe compares every capture with every registered class.
	ReferenceProbe Protocol = "reference-probe"
)

// Options say how to judge. The zero value is usable.
type Options struct {
	Protocol    Protocol // AllPairs by default; sets of scores are always judged by ReferenceProbe
	Seed        uint64   // for drawing galleries and the classes left out
	Repetitions int      // number of draws; 10 by default
	Drawn       []int    // sizes of drawn galleries; 1, 2 and 5 by default
	Workers     int      // goroutines; GOMAXPROCS by default

	keep int // non-mated pairs to keep one by one; keepAll by default
}

func (o Options) withDefaults(s *Set) Options {
	if o.Protocol == "" {
		o.Protocol = AllPairs
	}
	if s.Scores != nil {
		o.Protocol = ReferenceProbe
	}
	if o.Repetitions == 0 {
		o.Repetitions = 10
	}
	if o.Drawn == nil {
		o.Drawn = []int{1, 2, 5}
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.keep == 0 {
		o.keep = keepAll
	}
	return o
}

// Result holds all rates of one model on one set. Parts that the set does not allow are
// nil, and Notes say why.
type Result struct {
	Name           string          `json:"name"`
	Model          string          `json:"model,omitempty"`
	Images         int             `json:"images"`
	Refused        int             `json:"refused"`
	Verification   *Verification   `json:"verification"`
	Identification *Identification `json:"identification"`
	Classification *Classification `json:"classification"`
	Decisions      *OpenSet        `json:"decisions,omitempty"` // a gallery's, its labels registered and left out
	Conditions     []Condition     `json:"conditions,omitempty"`
	Checks         *Checks         `json:"checks,omitempty"`
	Notes          []string        `json:"notes,omitempty"` // what could not be measured, and why

	Protocol Protocol `json:"-"`
	Set      *Set     `json:"-"` // for the report
}

// Evaluate judges a set. A malformed set gives an error. A set that lacks something (such
// as a second class) gives a result with notes.
func Evaluate(ctx context.Context, s *Set, o Options) (*Result, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("evaluate %q: %w", s.Name, err)
	}
	o = o.withDefaults(s)
	c := newClasses(s)
	r := &Result{Name: s.Name, Model: s.Model, Images: len(s.Samples), Protocol: o.Protocol, Set: s}
	for _, x := range s.Samples {
		if x.Refused != "" {
			r.Refused++
		}
	}
	if r.Refused == r.Images {
		return nil, fmt.Errorf("evaluate %q: none of the %d images could be used: %s", s.Name, r.Images, s.Samples[0].Refused)
	}
	if err := r.measure(ctx, c, o); err != nil {
		return nil, fmt.Errorf("evaluate %q: %w", s.Name, err)
	}
	return r, nil
}

func (r *Result) measure(ctx context.Context, c *classes, o Options) error {
	pairs, err := compare(ctx, r.Set, c, o)
	if err != nil {
		return err
	}
	if r.Verification, err = verify(pairs); err != nil {
		r.note("verification: %v", err)
	} else {
		r.noteSupport()
	}
	if r.Identification, err = identify(ctx, r.Set, c, o); err != nil {
		return err
	}
	if r.Identification == nil {
		r.note("identification: no capture of a registered class: give a class a second image, and end the name of one of them in _ref")
	}
	if r.Classification, err = classify(r.Set, c); err != nil {
		return err
	}
	if len(r.Set.Probes) > 0 {
		r.Decisions = JudgeOpenSet(r.Set.Probes, FirstPart)
		r.Decisions.Distractors, r.Decisions.DistractorsRefused = Distractors(r.Set.Strangers)
	}
	r.Conditions = conditions(r.Set, pairs, r.Verification, r.Identification)
	matched := math.Inf(1)
	if r.Verification != nil {
		matched = pairs.threshold(1e-3)
	}
	r.Checks, err = check(ctx, r.Set, c, o, matched)
	return err
}

// compare makes the pairs that the protocol asks for.
func compare(ctx context.Context, s *Set, c *classes, o Options) (*comparisons, error) {
	switch o.Protocol {
	case AllPairs:
		return allPairs(ctx, s, c, o)
	case ReferenceProbe:
		g := referenceGallery(s, c)
		if n := int64(len(g.enrol)) * int64(len(g.probes)); n > maxPairs {
			return nil, fmt.Errorf("%d comparisons of captures and classes, more than %d", n, int64(maxPairs))
		}
		return g.pairs(ctx, o.Workers)
	}
	return nil, fmt.Errorf("protocol %q: want %q or %q", o.Protocol, AllPairs, ReferenceProbe)
}

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// noteSupport says which targets the pairs are too few for.
func (r *Result) noteSupport() {
	var few []string
	for _, p := range r.Verification.Points {
		if !p.Supported {
			few = append(few, fmt.Sprintf("%.0e", p.Target))
		}
	}
	if len(few) > 0 {
		r.note("verification: %d non-mated pairs are too few for an FMR of %s: a rate needs 3/FMR pairs", r.Verification.NonMatedPairs, strings.Join(few, ", "))
	}
}
