package exemplar

import (
	"fmt"

	"exemplar/internal/decide"
	"exemplar/internal/planar"
	"exemplar/internal/recognise"
)

// Decision is what an [Answer] comes to: a string such as "match".
type Decision = decide.Outcome

// The decisions.
const (
	Match     = decide.Match     // "match": one label
	Ambiguous = decide.Ambiguous // "ambiguous": rivals too close to tell apart, with no label above them
	Unknown   = decide.Unknown   // "unknown": nothing registered is like it
	Refused   = decide.Refused   // "refused": not a usable image
)

// Basis is what an [Answer] went by: a string such as "geometry".
type Basis = decide.Basis

// The bases.
const (
	ByGeometry  = decide.ByGeometry  // "geometry": how much of a reference agrees where it lies in the picture
	ByEmbedding = decide.ByEmbedding // "embedding": how alike the whole pictures are
	ByExact     = decide.ByExact     // "exact": it shows other print, or too little to tell copies apart, and [ClassifyOptions].Exact or [ContentsFixed] asks for the same copy
	BySearch    = decide.BySearch    // "search": nothing registered was found in the picture, or too little of it to compare
)

// Answer says what a picture is, and what that rests on. Every number means one
// thing, whatever the decision; what is not known is left out.
type Answer struct {
	Decision Decision `json:"decision"`
	Label    string   `json:"label"` // of a match, else empty
	// Confidence is the probability that the decision is right if half of what is sent
	// is registered, in (0, 1]: of a match that it is this label, of an ambiguous one
	// that it is one of the labels in question, of an unknown that it is none of those
	// that come nearest. How likely a label is does not depend on
	// [ClassifyOptions].FPIR: that says from which probability on it is accepted, 0.5
	// for DefaultFPIR. It is 1 only where nothing is registered, 0 where the picture
	// was refused.
	Confidence float64 `json:"confidence,omitzero"`
	// Copy says whether a match by geometry is the very copy that was registered
	// ("same"), another one of its kind ("other"), or that this cannot be told ("unsure").
	Copy string `json:"copy,omitempty"`
	// Open are sub-labels of Label that could not be told apart, best first.
	Open []string `json:"open,omitempty"`
	// Basis is empty where nothing was compared: refused, or nothing is registered.
	Basis Basis `json:"basis,omitempty"`
	// Embedding and Geometry are the evidence for the first candidate, each with its
	// own threshold. Geometry is nil where the candidate was not found in the picture.
	Embedding *Embedding `json:"embedding,omitempty"`
	Geometry  *Geometry  `json:"geometry,omitempty"`
	Rotation  int        `json:"rotation"`           // degrees clockwise by which the document is turned: 0, 90, 180, 270; 0 if there is no match
	Mirrored  bool       `json:"mirrored,omitempty"` // the picture shows the document as a mirror does
	Inverted  bool       `json:"inverted,omitempty"` // the picture is a negative
	Blank     bool       `json:"blank,omitempty"`    // it was refused because it shows nothing: the back of a page, perhaps
	// Conditions are the states in which the document was seen, the plainest first:
	// glare, covered, cut-off, torn, stained, folded, blurred, faded, too-small,
	// screen (photographed from one), mirrored, dark-mode. Empty where nothing was found.
	Conditions []Condition `json:"conditions,omitempty"`
	Summary    string      `json:"summary"` // a clause of a few words
	Reason     string      `json:"reason"`  // clauses, the most important one first
	// Candidates are the best labels, in the order of the decision, at most five.
	Candidates []Candidate `json:"candidates"`
	// LeftOut are references that had no part in the answer: they are damaged in the
	// gallery, or its database could not be reached and they are not in memory.
	LeftOut []LeftOut `json:"left_out,omitempty"`
	// Page is the number of the page that the answer is about, from 1, if the file was
	// opened by [Pages] and has several, or is a PDF. Member is the file within a container.
	Page   int    `json:"page,omitempty"`
	Member string `json:"member,omitempty"`
	// Notes are what the picture's file had to tell: which page was looked at,
	// which frame, what is missing; and that the gallery's database could not be reached.
	Notes []string `json:"notes,omitempty"`
	// Width and Height are the size of the upright picture as sent, in whose pixels
	// quads are: for whoever draws them on a picture of another size.
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Model  string `json:"model" doc:"fingerprint of the model with its calibration"` // [Model.DecisionFingerprint]
}

// Condition is a state in which a document was seen.
type Condition struct {
	Kind  string          `json:"kind"`
	Share float64         `json:"share"`           // of the document's area, in (0, 1]
	Where [][4][2]float64 `json:"where,omitempty"` // the regions, as [Geometry.Quad]; none where it is the whole document
}

// Embedding is how alike the whole picture is to a label's references.
type Embedding struct {
	Cosine    float64 `json:"cosine"`    // of the picture with the most alike of them, in [-1, 1]
	Threshold float64 `json:"threshold"` // cosine from which on a label is accepted by it
	FMR       float64 `json:"fmr"`       // share of impostors that reach the cosine
}

// Geometry is a document found in a picture.
type Geometry struct {
	LLR       float64 `json:"llr"`       // decimal logarithm of the likelihood ratio, in [-6, 6]
	Threshold float64 `json:"threshold"` // LLR from which on the label is accepted by it
	// LookAlikes is the share of look-alikes (other editions, pages, fillings) whose
	// LLR is as high.
	LookAlikes float64 `json:"look_alikes"`
	Inliers    int     `json:"inliers"`   // features that lie as those of one flat thing would
	Coverage   float64 `json:"coverage"`  // share of the reference's parts in which there are any
	Compared   int     `json:"compared"`  // number of the reference's blocks that could be compared
	Agreement  float64 `json:"agreement"` // share of them that agree
	Cosine     float64 `json:"cosine"`    // of the document, cut out and upright, with the reference
	// Changed is the share of the reference's print that is other in the picture: a
	// changed line, another edition, another serial number. Changes are the regions
	// where it surely is, at most twelve, as Quad.
	Changed float64         `json:"changed"`
	Changes [][4][2]float64 `json:"changes,omitempty"`
	// OtherForm are the regions where another form is seen than the reference's, such as
	// another logo, at most twelve, as Quad: where a sub-label is open.
	OtherForm [][4][2]float64 `json:"other_form,omitempty"`
	// Quad holds the document's corners, from its upper left one clockwise, in
	// pixels of the upright picture as sent. They may lie outside of it.
	Quad [4][2]float64 `json:"quad"`
}

// Candidate is a label that a picture was compared with.
type Candidate struct {
	Label      string   `json:"label"`
	Confidence float64  `json:"confidence"`    // probability that the picture shows this label
	Reference  string   `json:"reference"`     // id of the reference that speaks for it
	Cosine     float64  `json:"cosine"`        // see [Embedding.Cosine]
	LLR        *float64 `json:"llr,omitempty"` // see [Geometry.LLR]; nil where it was not found in the picture
}

// LeftOut is a reference that could not be used.
type LeftOut struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Reason string `json:"reason"`
}

// maxCandidates bounds what an answer lists.
const maxCandidates = 5

// newAnswer puts a finding into the words of the API.
func newAnswer(f *recognise.Finding, p *recognise.Photo) Answer {
	d := &f.Decision
	a := Answer{
		Decision: d.Outcome, Label: string(d.Label), Confidence: d.Confidence, Basis: d.Basis,
		Copy: string(d.Copy), Mirrored: f.Mirrored, Inverted: f.Inverted, Blank: f.Blank, Notes: f.Notes,
		Summary: d.Summary, Reason: d.Reason, Candidates: []Candidate{},
	}
	if p != nil {
		a.Width, a.Height = p.SizeAsSent()
	}
	for _, open := range d.Open {
		a.Open = append(a.Open, string(open))
	}
	if d.Outcome == decide.Match || d.Outcome == decide.Ambiguous {
		a.Rotation = d.Best.Rotation
	}
	for _, c := range f.Conditions {
		condition := Condition{Kind: string(c.Kind), Share: c.Share}
		for _, where := range c.Where {
			condition.Where = append(condition.Where, asSent(p, where.Photo))
		}
		a.Conditions = append(a.Conditions, condition)
	}
	if d.Basis != "" {
		a.Embedding = &Embedding{Cosine: float64(d.Best.Score), Threshold: d.Threshold, FMR: d.FMR}
	}
	if f.Best != nil && d.Candidates[0].Compared {
		a.Geometry = newGeometry(f, p)
	}
	for _, c := range d.Candidates[:min(len(d.Candidates), maxCandidates)] {
		a.Candidates = append(a.Candidates, newCandidate(c))
	}
	for _, damage := range f.LeftOut {
		a.LeftOut = append(a.LeftOut, LeftOut{ID: damage.ID, Label: string(damage.Label), Reason: damage.Why})
	}
	a.sayLeftOut()
	return a
}

// sayLeftOut says of what is unknown that it was not compared with all that is registered.
func (a *Answer) sayLeftOut() {
	ids := map[string]bool{}
	for _, left := range a.LeftOut {
		ids[left.ID] = true
	}
	if len(ids) == 0 || a.Decision != Unknown {
		return
	}
	said := fmt.Sprintf("%d references are damaged and were not compared", len(ids))
	if len(ids) == 1 {
		said = "1 reference is damaged and was not compared"
	}
	a.Summary += ", " + said
	a.Reason = said + "; " + a.Reason
}

func newCandidate(c decide.Ranked) Candidate {
	out := Candidate{Label: string(c.Label), Confidence: c.Confidence, Reference: c.Reference, Cosine: float64(c.Score)}
	if c.Compared {
		out.LLR = &c.LLR
	}
	return out
}

// newGeometry is what was found of a finding's best reference, its quad in pixels
// of the picture as sent.
func newGeometry(of *recognise.Finding, p *recognise.Photo) *Geometry {
	d, f := &of.Decision, &of.Best.Found
	g := &Geometry{
		LLR: d.Candidates[0].LLR, Threshold: d.ThresholdLLR, LookAlikes: d.LookAlikes,
		Inliers: f.Inliers, Coverage: f.Coverage, Compared: f.Comparable, Agreement: f.LocallyConsistent,
		Cosine: f.ForDecision.Cosine, Changed: f.Changes.Share,
	}
	g.Quad = asSent(p, f.Quad)
	for _, c := range f.Changes.Where {
		g.Changes = append(g.Changes, asSent(p, c.Photo))
	}
	if len(d.Open) > 0 && f.Located {
		for _, place := range f.Print(of.Best.Reference).OtherFormPlaces() {
			g.OtherForm = append(g.OtherForm, asSent(p, place))
		}
	}
	return g
}

// asSent is a quad in pixels of the picture as sent.
func asSent(p *recognise.Photo, q [4]planar.Point) (corners [4][2]float64) {
	for i, corner := range q {
		at := p.AsSent(corner)
		corners[i] = [2]float64{at.X, at.Y}
	}
	return corners
}
