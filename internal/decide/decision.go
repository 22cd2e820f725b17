package decide

import "fmt"

// Verdict is the outcome of a decision.
type Verdict string

// The verdicts.
const (
	Match     Verdict = "match"     // one label, or the common ancestor of the labels in question
	Ambiguous Verdict = "ambiguous" // rivals too close to tell, with no common ancestor
	Unknown   Verdict = "unknown"   // nothing registered is like it
	Refused   Verdict = "refused"   // not a usable image
)

// Candidate is a label with the evidence that speaks for it: the best over its
// references and their rotations.
type Candidate struct {
	Label     Label
	Score     float32 // cosine
	Reference string  // id of the reference that scored
	Rotation  int     // degrees clockwise by which the probe is turned against it: 0, 90, 180, 270

	Geometry *Geometry // what looking for that reference in the probe found; nil where nobody looked
}

// Policy is what a decision is held to.
type Policy struct {
	Calibration *Calibration
	Threshold   float64 // cosine from which on a label is accepted
	Margin      float64 // cosine by which the best must lead every other label

	// Where the calibration has a proof, candidates with geometry are held to
	// these instead: see [Proof.Threshold].
	FPIR   float64 // share of strangers that may be accepted
	Labels int     // in the gallery
	Exact  bool    // what surely shows other print somewhere is not accepted
}

// NewPolicy returns the policy under which a stranger is accepted with
// probability fpir in a gallery of the given number of labels.
func NewPolicy(c *Calibration, fpir float64, labels int) (Policy, error) {
	if !(fpir > 0 && fpir < 1) {
		return Policy{}, fmt.Errorf("a false positive rate of %v: it must lie between 0 and 1", fpir)
	}
	return Policy{Calibration: c, Threshold: c.Threshold(fpir, labels), Margin: c.Margin, FPIR: fpir, Labels: labels}, nil
}

// Decision is an answer and what it rests on.
type Decision struct {
	Verdict      Verdict
	Label        Label      // of a match, else empty
	Open         []Label    // sub-labels of Label between which it stays open, best first
	Best         Candidate  // the highest score, whatever the verdict; zero without candidates
	Rival        *Candidate // the best that speaks for another answer, if there is one
	Threshold    float64
	FMR          float64 // share of impostors that reach Best.Score; if Proved, of look-alikes that reach LLR
	Extrapolated bool    // FMR is smaller than the calibration's data support
	Reason       string  // one sentence

	Proved       bool    // the decision rests on geometry; Threshold had no part in it
	LLR          float64 // of Best, if Proved
	ThresholdLLR float64 // what LLR was held to, if Proved
	FPIR         float64 // share of strangers accepted if LLR were the threshold, if Proved
}

// Decide answers from candidates, one for each label, by falling score. It
// does not keep or change them.
//
// The best label over the threshold that leads every other one by more than
// the margin is a match. Labels within the margin are rivals: the answer is the
// deepest label that contains all of them, with what lies below left open, and
// ambiguous if there is none. A label with references of its own contains its
// sub-labels in the same way: a sub-label that does not lead its parent by the
// margin is answered as the parent, which is right in either case.
//
// Where candidates were verified and the calibration has a proof, geometry
// decides: see [Policy.Rank]. Only what cannot be verified is left to the score.
// Sub-labels that cannot be told apart there are answered as the label above them.
func Decide(candidates []Candidate, p Policy) Decision {
	if d, ok := decideProof(candidates, p); ok {
		return d
	}
	return decideScore(candidates, p)
}

// decideScore answers from the scores alone.
func decideScore(candidates []Candidate, p Policy) Decision {
	d := Decision{Verdict: Unknown, Threshold: p.Threshold, FMR: 1}
	if len(candidates) == 0 {
		d.Reason = "nothing is registered"
		return d
	}
	d.Best = candidates[0]
	d.FMR = p.Calibration.FMR(float64(d.Best.Score))
	d.Extrapolated = d.FMR < p.Calibration.SupportedFMR()
	near := withinMargin(candidates, p.Margin)
	switch label := commonLabel(near); {
	case !(float64(d.Best.Score) >= p.Threshold):
		d.Rival = firstOutside(candidates, d.Best.Label)
		d.Reason = unknownReason(d)
	case label == "":
		d.Verdict = Ambiguous
		d.Rival = firstOutside(candidates, d.Best.Label)
		d.Reason = tooClose(near, p) + " and have no label in common"
	default:
		d.Verdict, d.Label = Match, label
		d.Rival = firstOutside(candidates, label)
		d.Open = sublabels(near, label)
		d.Reason = matchReason(d, near, p)
	}
	return d
}

// Refuse is the decision on what is not a usable image.
func Refuse(reason string) Decision {
	return Decision{Verdict: Refused, FMR: 1, Reason: reason}
}

// withinMargin returns the head of candidates that the best does not lead by
// more than margin, the best included.
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
		common = CommonAncestor(common, c.Label)
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

// firstOutside returns the best candidate that speaks neither for label nor
// for what lies above or below it.
func firstOutside(candidates []Candidate, label Label) *Candidate {
	for _, c := range candidates {
		if !label.InLine(c.Label) {
			return &c
		}
	}
	return nil
}
