package exemplar

import (
	"exemplar/internal/decide"
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
}

// Candidate is a label that a picture was compared with.
type Candidate struct {
	Label     string  `json:"label"`
	Score     float64 `json:"score"`
	Reference string  `json:"reference"` // id of the label's best reference
}

// newAnswer puts a decision into the words of the API. candidates are those
// that the decision was taken from.
func newAnswer(d decide.Decision, candidates []decide.Candidate) Answer {
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
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		a.Candidates = append(a.Candidates, Candidate{Label: string(c.Label), Score: float64(c.Score), Reference: c.Reference})
	}
	return a
}

// maxCandidates bounds what an answer lists.
const maxCandidates = 5
