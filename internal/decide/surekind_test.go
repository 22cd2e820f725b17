package decide

import (
	"math"
	"testing"
)

// A photo that is like one reference, contents left aside, as no stranger is like any was
// missed because of the cards of other issuers in the same design: shadows make it show a
// little of another form, or it shows as little of one of theirs.
func TestWhatIsSurelyOfAKindOutshows(t *testing.T) {
	const shadows = 10 // cells that seem to show another form
	small := carded("own", 0, 77, shadows)
	small.Evidence.Cosine, small.Evidence.Coverage = 0.3, 0.3
	narrow := carded("own", 0, 82, 1)
	narrow.Evidence.Form.Contents = 0.12
	note := carded("own", 0, 82, shadows)
	note.Evidence.Form.Contents = 0.05
	for _, c := range []struct {
		name       string
		own, other Candidate
		outcome    Outcome
	}{
		{"in shadow", carded("own", 0, 82, shadows), carded("other", 6, 78, 200), Match},
		{"and the other's form is nearly shown", carded("own", 0, 82, shadows), carded("other", 6, 78, 9), Match},
		{"few contents of its own", narrow, carded("other", 6, 78, 200), Match},
		{"the other's form is plainly shown", carded("own", 0, 82, shadows), carded("other", 6, 78, 1), Unknown},
		{"the other is as much like it", carded("own", 0, 82, shadows), carded("other", 2, 81, 200), Unknown},
		{"another form", carded("own", 0, 82, 40), carded("other", 6, 78, 200), Unknown},
		{"hardly like it", small, carded("other", 6, 73, 200), Unknown},
		{"a note", note, carded("other", 6, 78, 200), Unknown},
	} {
		if d := Decide([]Candidate{c.own, c.other}, geometryPolicy); d.Outcome != c.outcome {
			t.Errorf("%s: %s %s, LLR %.2f of %.2f: %s", c.name, d.Outcome, d.Label, d.LLR, d.ThresholdLLR, d.Reason)
		}
	}
}

// A receipt that agrees well was answered with the label above, since its form had moved,
// and one that agrees less with its own label.
func TestAStripBelowALabelIsAnsweredByItsOwn(t *testing.T) {
	strip := func(agrees int, emblem float64) Candidate {
		c := emblazoned(found100("shop/a", agrees, 0), emblem)
		c.Evidence.Form.Strip = true
		return c
	}
	for _, c := range []struct {
		name  string
		strip Candidate
		want  Label
	}{
		{"agrees well", strip(84, 0.9), "shop/a"},
		{"agrees less", strip(70, 0.9), "shop/a"},
		{"another emblem", strip(84, 0.5), "shop"},
	} {
		if d := Decide([]Candidate{c.strip}, geometryPolicy); d.Outcome != Match || d.Label != c.want {
			t.Errorf("%s: %s %s, want %s: %s", c.name, d.Outcome, d.Label, c.want, d.Reason)
		}
	}
}

// In glare, and on letters with hardly any form, features agree in a narrow part alone.
func TestANarrowPartIsEnoughWhereTheWholeIsAlike(t *testing.T) {
	model := *geometryPolicy.Calibration.LLRModel
	model.Bias += 11 * math.Ln10 // so that little coverage is that of a family
	calibration, policy := *geometryPolicy.Calibration, geometryPolicy
	calibration.LLRModel, policy.Calibration = &model, &calibration
	narrow := func(cosine, head, other float64) Candidate {
		c := formed(found100("a", 18, 0), other)
		c.Evidence.Cosine, c.Evidence.Form.Head = cosine, head
		return c
	}
	for _, c := range []struct {
		name    string
		narrow  Candidate
		outcome Outcome
	}{
		{"a letter", narrow(0.9, 90, 2), Match},
		{"another text on a page without a head", narrow(0.9, 0, 2), Unknown},
		{"hardly alike", narrow(0.5, 90, 2), Unknown},
		{"some of another form", narrow(0.9, 90, 8), Unknown},
	} {
		if d := Decide([]Candidate{c.narrow}, policy); d.Outcome != c.outcome {
			t.Errorf("%s: %s, LLR %.2f of %.2f, of a kind from %.2f on", c.name, d.Outcome, d.LLR, d.ThresholdLLR, policy.kindThreshold())
		}
	}
}
