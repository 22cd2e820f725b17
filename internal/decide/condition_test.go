package decide

import (
	"slices"
	"strings"
	"testing"
)

// inCondition is a candidate of a kind that is registered in several conditions.
func inCondition(label Label, agrees int) Candidate {
	c := found100(label, agrees, 0)
	c.Conditions = 3
	return c
}

// Copies of one kind in other conditions are no look-alikes: they raise no threshold,
// and do not tell each other apart.
func TestConditionsAreNoLookAlikes(t *testing.T) {
	for agrees := 84; agrees <= 100; agrees += 4 {
		alone := Decide([]Candidate{found100("doc/plain", agrees, 0)}, geometryPolicy)
		d := Decide([]Candidate{inCondition("doc/plain", agrees), inCondition("doc/glare", agrees-4)}, geometryPolicy)
		if d.Outcome != alone.Outcome || d.ThresholdLLR != alone.ThresholdLLR {
			t.Errorf("%d %% agree: %s beside one with glare, %s alone", agrees, d.Outcome, alone.Outcome)
		}
		if d.Outcome == Match && (d.Label != "doc" || len(d.Open) != 2) {
			t.Errorf("%d %% agree: %s, open %v: which condition it is stays open", agrees, d.Label, d.Open)
		}
	}
}

func TestByCondition(t *testing.T) {
	group := []Label{"doc/damaged", "doc/glare", "doc/plain"}
	candidates := []Candidate{inCondition("doc/plain", 97), inCondition("doc/glare", 94), inCondition("doc/damaged", 90), found100("other", 20, 0)}
	d := Decide(candidates, geometryPolicy)
	for _, c := range []struct {
		fit  []Label
		want Label
		open int
	}{
		{[]Label{"doc/glare"}, "doc/glare", 0},
		{[]Label{"doc/damaged"}, "doc/damaged", 0},
		{nil, "doc", 3},
		{[]Label{"doc/glare", "doc/plain"}, "doc", 2},
	} {
		got := d.ByCondition(geometryPolicy, group, c.fit, "seen with glare")
		if got.Outcome != Match || got.Label != c.want || len(got.Open) != c.open {
			t.Errorf("fitting %v: %s %s, open %v", c.fit, got.Outcome, got.Label, got.Open)
		}
		if got.Confidence <= 0 || got.Confidence > d.Confidence+1e-9 {
			t.Errorf("fitting %v: confidence %v, of the document %v", c.fit, got.Confidence, d.Confidence)
		}
		sum := 0.0
		for i, r := range got.Candidates {
			sum += r.Confidence
			if i > 0 && r.Confidence > got.Candidates[i-1].Confidence+1e-9 {
				t.Errorf("fitting %v: %s (%v) is behind %v", c.fit, r.Label, r.Confidence, got.Candidates[i-1].Confidence)
			}
		}
		if sum > 1+1e-9 {
			t.Errorf("fitting %v: the candidates' confidences add up to %v", c.fit, sum)
		}
		if c.open == 0 && (got.Candidates[0].Label != c.want || got.Best.Label != c.want || !strings.Contains(got.Reason, "seen with glare")) {
			t.Errorf("fitting %v: first is %s, best %s, because %s", c.fit, got.Candidates[0].Label, got.Best.Label, got.Reason)
		}
	}
	if !slices.EqualFunc(d.Candidates, Decide(candidates, geometryPolicy).Candidates, func(a, b Ranked) bool { return a.Label == b.Label }) {
		t.Error("the decision that was chosen from has changed")
	}
	unknown := Decide([]Candidate{inCondition("doc/plain", 40)}, geometryPolicy)
	if got := unknown.ByCondition(geometryPolicy, group, []Label{"doc/glare"}, ""); got.Outcome != Unknown {
		t.Errorf("what is unknown becomes %s", got.Outcome)
	}
}
