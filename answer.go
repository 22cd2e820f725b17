package exemplar

import (
	"exemplar/internal/decide"
	"exemplar/internal/planar"
	"exemplar/internal/recognise"
)

// Decision is what an [Answer] comes to.
type Decision string

// The decisions.
const (
	Match     Decision = "match"     // one label
	Ambiguous Decision = "ambiguous" // rivals too close to tell apart, with no label above them
	Unknown   Decision = "unknown"   // nothing registered is like it
	Refused   Decision = "refused"   // not a usable image
)

// Answer says what a picture is, and what that rests on.
type Answer struct {
	Decision  Decision `json:"decision"`
	Label     string   `json:"label"`     // of a match, else empty
	Score     float64  `json:"score"`     // cosine of the best candidate, in [-1, 1]
	Threshold float64  `json:"threshold"` // score from which on a label is accepted
	FMR       float64  `json:"fmr"`       // share of impostors that reach the score
	Rotation  int      `json:"rotation"`  // degrees clockwise by which the picture is turned: 0, 90, 180, 270
	Reason    string   `json:"reason"`    // one sentence
	// Candidates are the best labels, by falling score. The first one is what
	// Score, FMR and Rotation speak of, whatever the decision.
	Candidates []Candidate `json:"candidates"`
	// Geometry is where the best candidate lies in the picture and how far it
	// agrees; nil where it was not found or not looked for.
	Geometry *Geometry `json:"geometry,omitempty"`
}

// Geometry is a document found in a picture.
type Geometry struct {
	Inliers   int     `json:"inliers"`   // features that lie as those of one flat thing would
	Coverage  float64 `json:"coverage"`  // share of the reference's parts in which there are any
	Agreement float64 `json:"agreement"` // share of the places that could be compared that agree
	Judged    int     `json:"judged"`    // number of those places
	// Changed is the share of the reference's print in whose place the picture
	// shows other print: a changed line, another edition, another serial number.
	// Changes are the places where it surely does, at most twelve, as Quad.
	Changed float64         `json:"changed"`
	Changes [][4][2]float64 `json:"changes,omitempty"`
	// Quad holds the document's corners, from its upper left one clockwise, in
	// pixels of the upright picture as sent. They may lie outside of it.
	Quad [4][2]float64 `json:"quad"`
	LLR  float64       `json:"llr"` // decimal logarithm of the likelihood ratio
	// ThresholdLLR is what LLR is held to where geometry decides.
	ThresholdLLR float64 `json:"threshold_llr"`
}

// newGeometry is what was found of a reference, its quad in pixels of the picture
// as sent.
func newGeometry(h *recognise.Hypothesis, d *decide.Decision, p *recognise.Photo) *Geometry {
	f := &h.Found
	g := &Geometry{
		Inliers: f.Inliers, Coverage: f.Coverage, Agreement: f.AgreeSmoothly, Judged: f.Judged,
		Changed: f.Changes.Share, LLR: d.LLR, ThresholdLLR: d.ThresholdLLR,
	}
	asSent := func(q [4]planar.Point) (corners [4][2]float64) {
		for i, corner := range q {
			at := p.AsSent(corner)
			corners[i] = [2]float64{at.X, at.Y}
		}
		return corners
	}
	g.Quad = asSent(f.Quad)
	for _, c := range f.Changes.Where {
		g.Changes = append(g.Changes, asSent(c.Photo))
	}
	return g
}

// Candidate is a label that a picture was compared with.
type Candidate struct {
	Label     string  `json:"label"`
	Score     float64 `json:"score"`
	Reference string  `json:"reference"` // id of the label's best reference
}

// newAnswer puts what was found into the words of the API.
func newAnswer(f *recognise.Finding, p *recognise.Photo) Answer {
	d := &f.Decision
	a := Answer{
		Decision:   Decision(d.Verdict),
		Label:      string(d.Label),
		Score:      float64(d.Best.Score),
		Threshold:  d.Threshold,
		FMR:        d.FMR,
		Rotation:   d.Best.Rotation,
		Reason:     d.Reason,
		Candidates: []Candidate{},
	}
	for _, c := range f.Candidates[:min(len(f.Candidates), maxCandidates)] {
		a.Candidates = append(a.Candidates, Candidate{Label: string(c.Label), Score: float64(c.Score), Reference: c.Reference})
	}
	if f.Best != nil && f.Best.Found.Located {
		a.Geometry = newGeometry(f.Best, d, p)
	}
	return a
}

// maxCandidates bounds what an answer lists.
const maxCandidates = 5
