package decide

import (
	"strings"
	"testing"

	"exemplar/internal/scoremodel"
)

// However much agrees, another name in the head makes another kind, and a letterhead alone
// makes none.
func TestDecideByHead(t *testing.T) {
	headed := func(c Candidate, f scoremodel.Form) Candidate {
		c.Evidence.Form = &f
		return c
	}
	other, letterhead := scoremodel.Form{OtherHead: true}, scoremodel.Form{Beside: 3}
	varied := headed(found100("a", 98, 0), letterhead)
	varied.Varies = true
	card := other
	card.Unsteady = true
	several := headed(found100("a", 98, 0), letterhead)
	several.Others = []Candidate{headed(found100("a", 96, 0), scoremodel.Form{})}
	for _, c := range []struct {
		name      string
		candidate Candidate
		outcome   Outcome
		label     Label
		reason    string // a part of it
	}{
		{"the same head", headed(found100("a", 98, 0), scoremodel.Form{}), Match, "a", ""},
		{"another name", headed(found100("a", 98, 0), other), Unknown, "", "a logo, a name or a headline is another"},
		{"another state's card", headed(found100("a", 98, 0), card), Unknown, "", "is another"},
		{"another name under a label above", headed(found100("card/a", 98, 0), other), Match, "card", "it may be another card than card/a"},
		{"a letter on the letterhead", headed(found100("a", 98, 0), letterhead), Unknown, "", "say that the contents of a vary"},
		{"a letter on the letterhead, under a label above", headed(found100("firm/a", 98, 0), letterhead), Match, "firm", ""},
		{"a letterhead of which anything is a match", varied, Match, "a", ""},
		{"a letterhead, and a letter of the same label", several, Match, "a", ""},
		{"a form that is filled in", headed(found100("a", 98, 0), scoremodel.Form{Beside: 0.1}), Match, "a", ""},
	} {
		d := Decide([]Candidate{c.candidate}, geometryPolicy)
		if d.Outcome != c.outcome || d.Label != c.label || !strings.Contains(d.Reason, c.reason) {
			t.Errorf("%s: %s %q: %s", c.name, d.Outcome, d.Label, d.Reason)
		}
		if d.Outcome == Unknown && d.Confidence < 0.5 {
			t.Errorf("%s: sure by %.2f", c.name, d.Confidence)
		}
	}
}
