package decide

import (
	"errors"
	"exemplar/internal/label"
	"exemplar/internal/scoremodel"
	"fmt"
	"slices"
)

// Outcome is what a decision comes to. It is the one type for it: the API, the
// measures and the command line use it.
type Outcome string

// The outcomes.
const (
	Match     Outcome = "match"     // one label, or the common ancestor of the labels in question
	Ambiguous Outcome = "ambiguous" // rivals too close to tell, with no common ancestor
	Unknown   Outcome = "unknown"   // nothing registered is like it
	Refused   Outcome = "refused"   // not a usable image
)

// Label is the name of a class: see [label.Label].
type Label = label.Label

// Candidate is a label with the evidence that speaks for it: the best over its
// references and their rotations.
type Candidate struct {
	Label     Label
	Score     float32 // cosine of the whole probe with the label's most alike reference
	Reference string  // id of the reference that scored
	Rotation  int     // degrees clockwise by which the probe is turned against it: 0, 90, 180, 270

	Fixed      bool                 // only the same copy is a match of the reference: its contents are fixed
	Varies     bool                 // somebody said that other contents are a match of the reference
	Picture    int                  // equal ones, but for 0, were registered of one picture
	Conditions int                  // equal ones, but for 0, are of one kind, registered in conditions that differ
	Evidence   *scoremodel.Evidence // what looking for that reference in the probe found; nil where nobody looked
	Others     []Candidate          // the label with other references of it that were looked for, which have none
}

// Policy is what a decision is held to.
type Policy struct {
	Calibration *scoremodel.Calibration
	Threshold   float64 // cosine from which on a label is accepted
	Margin      float64 // cosine by which the best must lead every other label

	// Candidates with evidence are held to these instead, where the calibration has
	// an LLR model: see [scoremodel.LLRModel.Threshold].
	FPIR   float64 // share of strangers that may be accepted
	Labels int     // in the gallery
	Exact  bool    // only the same copy is accepted: what shows other print, or too little to tell, is not
}

// WantsSameCopy says that a probe with other print somewhere is no match of a candidate.
func (p Policy) WantsSameCopy(c *Candidate) bool { return p.Exact || c.Fixed }

// ErrFPIR says that a share of strangers to be accepted is none.
var ErrFPIR = errors.New("it must be more than 0 and less than 1, such as 0.01 for one stranger in a hundred")

// refusesCopy says that a candidate which was found is no match, since only the same copy
// is, and the probe shows another one, or too little to tell.
func (p Policy) refusesCopy(c *Candidate) bool {
	return p.WantsSameCopy(c) && (copyOf(c.Evidence) == OtherCopy || mayBeOther(c.Evidence) || c.Evidence.Illegible != "" || c.Evidence.Recoloured || c.Evidence.Under || c.Evidence.OtherLetters)
}

// leastSame is the share of the parts that must agree where some print seems other, though in
// no place surely. By eye: of another company's card with the same entries at most 0.82 agree.
// Of 136 photos of odd dvd_scene, banknotes_scene and bookpages_scene 78 instead of 92 are exact.
const leastSame = 0.85

// mayBeOther says that as much differs as on another company's paper with the same entries.
func mayBeOther(e *scoremodel.Evidence) bool {
	return copyOf(e) == NoCopy && e.LocallyConsistent < leastSame
}

// CheckFPIR returns an error, [ErrFPIR], if a share of strangers that may be
// accepted does not lie between 0 and 1, both excluded.
func CheckFPIR(fpir float64) error {
	if !(fpir > 0 && fpir < 1) {
		return fmt.Errorf("a share of accepted strangers of %v: %w", fpir, ErrFPIR)
	}
	return nil
}

// NewPolicy returns the policy under which a stranger is accepted with
// probability fpir in a gallery of the given number of labels.
func NewPolicy(c *scoremodel.Calibration, fpir float64, labels int) (Policy, error) {
	if err := CheckFPIR(fpir); err != nil {
		return Policy{}, err
	}
	return Policy{Calibration: c, Threshold: c.Threshold(fpir, labels), Margin: c.Margin, FPIR: fpir, Labels: labels}, nil
}

// Decision is an answer and what it rests on.
type Decision struct {
	Outcome    Outcome
	Label      Label      // of a match, else empty
	Confidence float64    // probability that the outcome is right, in [0, 1], see the package comment; 0 of what is refused
	Copy       Copy       // of a match by geometry, else empty
	Open       []Label    // sub-labels of Label between which it stays open, best first
	Basis      Basis      // what decided; empty where there was nothing to decide on
	Best       Candidate  // the first of Candidates, whatever the outcome; zero without any
	Candidates []Ranked   // in the order of the decision
	Rival      *Candidate // the best that speaks for another answer, if there is one

	Threshold    float64 // cosine from which on a label is accepted by its embedding
	FMR          float64 // share of impostors that reach the cosine of Best
	ThresholdLLR float64 // LLR from which on Best is accepted, where geometry decides
	LLR          float64 // of Best, where geometry decides
	LookAlikes   float64 // share of look-alikes that reach LLR, where geometry decides
	FPIR         float64 // share of strangers accepted if LLR were the threshold, where geometry decides
	BestFPIR     float64 // the same of Best itself, where a label above it may be the answer
	OtherForm    bool    // it shows another form than Best somewhere: the label above is the answer, whatever the threshold
	Extrapolated bool    // the share that the decision went by (FMR or LookAlikes) is smaller than its data support

	Summary string // a clause of a few words
	Reason  string // clauses, most important first
}

// Decide answers from candidates, one for each label, by falling score. It does not
// keep or change them.
//
// Where candidates were verified and the calibration can tell what that is worth,
// geometry decides: see the package comment. Sub-labels that cannot be told apart are
// answered as the label above them. What cannot be verified is left to the embedding.
//
// By the embedding, the best label over the threshold that leads every other one by
// more than the margin is a match. If labels lie within the margin, the answer is the
// deepest label that contains all of them, and what lies below it stays open; the
// outcome is ambiguous if there is none. A label with references of its own contains
// its sub-labels in the same way: a sub-label that does not lead its parent by the
// margin is answered as the parent, which is right in either case.
func Decide(candidates []Candidate, p Policy) Decision {
	if d, ok := decideByGeometry(candidates, p); ok {
		return d
	}
	return decideByEmbedding(candidates, nil, p)
}

// decideByEmbedding answers from the scores alone. others are candidates that have no
// part in it.
func decideByEmbedding(candidates, others []Candidate, p Policy) Decision {
	d := Decision{Outcome: Unknown, Threshold: p.Threshold, FMR: 1}
	if len(candidates) == 0 {
		d.Confidence = 1
		d.Summary, d.Reason = nothingRegistered, nothingRegistered
		return d
	}
	d.Basis, d.Best = ByEmbedding, candidates[0]
	d.FMR = p.Calibration.FMR(float64(d.Best.Score))
	d.Extrapolated = d.FMR < p.Calibration.SupportedFMR()
	near := withinMargin(candidates, p.Margin)
	switch label := commonLabel(near); {
	case !(float64(d.Best.Score) >= p.Threshold):
		d.Rival = firstOutside(candidates, d.Best.Label)
		unlikeReason(&d)
	case p.Calibration.LLRModel != nil && p.WantsSameCopy(&d.Best):
		d.Basis = ByExact
		d.Rival = firstOutside(candidates, d.Best.Label)
		p.uncomparedReason(&d)
	case label == "":
		d.Outcome = Ambiguous
		d.Rival = firstOutside(candidates, d.Best.Label)
		tooCloseReason(&d, near, p)
	default:
		d.Outcome, d.Label = Match, label
		d.Rival = firstOutside(candidates, label)
		d.Open = sublabels(near, label)
		alikeReason(&d, near, p)
	}
	evenLLR := 0.0
	if ranked := p.verified(others); len(ranked) > 0 {
		evenLLR = p.evenOdds(ranked).threshold
	}
	p.rank(&d, evenLLR, 1, near, append(slices.Clone(candidates[len(near):]), others...), near)
	return d
}

// Refuse is the decision on what is not a usable image.
func Refuse(reason string) Decision {
	return Decision{Outcome: Refused, FMR: 1, Summary: reason, Reason: reason}
}

// withinMargin returns the best candidate and those that it does not lead by more
// than margin: the head of candidates.
func withinMargin(candidates []Candidate, margin float64) []Candidate {
	best := float64(candidates[0].Score)
	n := 1
	for n < len(candidates) && best-float64(candidates[n].Score) <= margin {
		n++
	}
	return candidates[:n]
}

// commonLabel returns the deepest label that contains those of all candidates.
func commonLabel(candidates []Candidate) Label {
	common := candidates[0].Label
	for _, c := range candidates[1:] {
		common = label.CommonAncestor(common, c.Label)
	}
	return common
}

// sublabels returns the candidates' labels below label.
func sublabels(candidates []Candidate, label Label) []Label {
	var open []Label
	for _, c := range candidates {
		if c.Label != label {
			open = append(open, c.Label)
		}
	}
	return open
}

// firstOutside returns the best candidate that speaks neither for label nor for one
// above or below it; nil if there is none.
func firstOutside(candidates []Candidate, label Label) *Candidate {
	for _, c := range candidates {
		if !label.InLine(c.Label) {
			return &c
		}
	}
	return nil
}
