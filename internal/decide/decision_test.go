package decide

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"exemplar/internal/scoremodel"
)

// testPolicy accepts at 0.47 with a margin of 0.05; a tenth of the impostors
// for every 0.1 of score, from 1 at 0 on, supported down to 3e-5.
var testPolicy = Policy{
	Threshold: 0.47,
	Margin:    0.05,
	Calibration: &scoremodel.Calibration{
		Pairs:  100_000,
		Margin: 0.05,
		Knots:  []scoremodel.Knot{{Score: 0, FMR: 1}, {Score: 0.2, FMR: 0.01}},
		Tail:   scoremodel.Tail{Start: 0.2, Rate: 0.01, Scale: 0.1 / math.Ln10},
	},
}

func TestDecide(t *testing.T) {
	type scores []Candidate
	c := func(label Label, score float32) Candidate { return Candidate{Label: label, Score: score} }
	cases := []struct {
		name       string
		candidates scores
		verdict    Outcome
		label      Label
		open       []Label
		rival      Label
		reason     string
	}{
		{"clear", scores{c("id/front/2nd", 0.83), c("id/front/1st", 0.31)},
			Match, "id/front/2nd", nil, "id/front/1st",
			"its similarity to the whole picture is 0.83, and 0.47 is enough; an impostor reaches that less than once in 33,000; next is id/front/1st (similarity 0.31)"},
		{"alone", scores{c("passport", 0.9)},
			Match, "passport", nil, "", "its similarity to the whole picture is 0.90, and 0.47 is enough; an impostor reaches that less than once in 33,000"},
		{"under", scores{c("id/back", 0.31), c("passport", 0.3)},
			Unknown, "", nil, "passport", "it is most like id/back, but the similarity is 0.31, and 0.47 is needed"},
		{"barely under", scores{c("id/back", 0.4699)},
			Unknown, "", nil, "", "it is most like id/back, but the similarity is 0.4699, and 0.4700 is needed"},
		{"barely over", scores{c("id/back", 0.4703)},
			Match, "id/back", nil, "", "its similarity to the whole picture is 0.4703, and 0.4700 is enough; an impostor reaches that less than once in 33,000"},
		{"nothing registered", nil, Unknown, "", nil, "", "nothing is registered"},
		{"siblings", scores{c("id/front/2nd", 0.81), c("id/front/1st", 0.80), c("passport", 0.5)},
			Match, "id/front", []Label{"id/front/2nd", "id/front/1st"}, "passport",
			"its similarity to the whole picture is 0.81, and 0.47 is enough; an impostor reaches that less than once in 33,000; id/front/2nd (0.81) and id/front/1st (0.80) are too similar to tell apart (within 0.05), so the sub-label stays open; next is passport (similarity 0.50)"},
		{"cousins", scores{c("id/front/2nd", 0.81), c("id/back", 0.79)},
			Match, "id", []Label{"id/front/2nd", "id/back"}, "",
			"its similarity to the whole picture is 0.81, and 0.47 is enough; an impostor reaches that less than once in 33,000; id/front/2nd (0.81) and id/back (0.79) are too similar to tell apart (within 0.05), so the sub-label stays open"},
		{"strangers to each other", scores{c("passport/2009", 0.81), c("licence", 0.79)},
			Ambiguous, "", nil, "licence", "passport/2009 (0.81) and licence (0.79) are too similar to tell apart (within 0.05); they have no label in common"},
		{"sibling and stranger", scores{c("id/1", 0.81), c("id/2", 0.80), c("licence", 0.79), c("x", 0.78), c("y", 0.77)},
			Ambiguous, "", nil, "id/2", "id/1 (0.81), id/2 (0.80), licence (0.79) and 2 more are too similar to tell apart (within 0.05); they have no label in common"},
		{"rival under the threshold counts", scores{c("a", 0.48), c("b", 0.46)},
			Ambiguous, "", nil, "b", "a (0.48) and b (0.46) are too similar to tell apart (within 0.05); they have no label in common"},
		{"sub-label ahead of its parent", scores{c("id/new", 0.8), c("id", 0.7), c("x", 0.2)},
			Match, "id/new", nil, "x", "its similarity to the whole picture is 0.80, and 0.47 is enough; an impostor reaches that less than once in 33,000; next is x (similarity 0.20)"},
		{"sub-label close to its parent", scores{c("id/new", 0.8), c("id", 0.79)},
			Match, "id", []Label{"id/new"}, "",
			"its similarity to the whole picture is 0.80, and 0.47 is enough; an impostor reaches that less than once in 33,000; id/new (0.80) and id (0.79) are too similar to tell apart (within 0.05), so the sub-label stays open"},
		{"parent close to its sub-label", scores{c("id", 0.8), c("id/new", 0.79)},
			Match, "id", []Label{"id/new"}, "",
			"its similarity to the whole picture is 0.80, and 0.47 is enough; an impostor reaches that less than once in 33,000; id (0.80) and id/new (0.79) are too similar to tell apart (within 0.05), so the sub-label stays open"},
		{"parent ahead", scores{c("id", 0.8), c("id/new", 0.6)},
			Match, "id", nil, "", "its similarity to the whole picture is 0.80, and 0.47 is enough; an impostor reaches that less than once in 33,000"},
		{"broken score", scores{c("id", float32(math.NaN()))},
			Unknown, "", nil, "", "it is most like id, but the similarity is NaN, and 0.47 is needed"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			d := Decide(tc.candidates, testPolicy)
			rival := Label("")
			if d.Rival != nil {
				rival = d.Rival.Label
			}
			if d.Outcome != tc.verdict || d.Label != tc.label || !slices.Equal(d.Open, tc.open) || rival != tc.rival {
				t.Errorf("got %s %q, open %q, rival %q", d.Outcome, d.Label, d.Open, rival)
			}
			if d.Reason != tc.reason {
				t.Errorf("reason %q\n  want %q", d.Reason, tc.reason)
			}
		})
	}
}

func TestFMRInWords(t *testing.T) {
	p := testPolicy
	p.Threshold, p.Calibration = 0.3, &scoremodel.Calibration{Pairs: 1e9, Knots: p.Calibration.Knots, Tail: p.Calibration.Tail}
	d := Decide([]Candidate{{Label: "a", Score: 0.5602}}, p)
	if want := "its similarity to the whole picture is 0.56, and 0.30 is enough; an impostor reaches that once in 400,000"; d.Reason != want || d.Extrapolated {
		t.Errorf("reason %q, want %q (FMR %v)", d.Reason, want, d.FMR)
	}
	p.Threshold = 1.2
	d = Decide([]Candidate{{Label: "a", Score: 0.99}}, p)
	if d.Outcome != Unknown || !strings.Contains(d.Reason, "no similarity is rare enough") {
		t.Errorf("threshold out of reach: %s, %q", d.Outcome, d.Reason)
	}
}

func TestRefuse(t *testing.T) {
	if d := Refuse("blank picture"); d.Outcome != Refused || d.Reason != "blank picture" || d.FMR != 1 {
		t.Errorf("got %+v", d)
	}
}

func TestNewPolicy(t *testing.T) {
	c := testPolicy.Calibration
	p, err := NewPolicy(c, 0.01, 50)
	if err != nil || p.Threshold != c.Threshold(0.01, 50) || p.Margin != c.Margin {
		t.Errorf("got %+v, %v", p, err)
	}
	for _, fpir := range []float64{0, 1, -1, 2, math.NaN()} {
		if _, err := NewPolicy(c, fpir, 50); err == nil {
			t.Errorf("accepted a rate of %v", fpir)
		}
	}
}

func drawCandidates(t *rapid.T) []Candidate {
	labels := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) Label { return drawLabel(t, "label") }),
		1, 8, func(l Label) Label { return l }).Draw(t, "labels")
	candidates := make([]Candidate, len(labels))
	for i, l := range labels {
		candidates[i] = Candidate{Label: l, Score: rapid.Float32Range(0.3, 0.7).Draw(t, "score")}
	}
	slices.SortFunc(candidates, func(a, b Candidate) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return strings.Compare(string(a.Label), string(b.Label))
	})
	return candidates
}

func TestDecideProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		candidates := drawCandidates(t)
		d := Decide(candidates, testPolicy)
		best := float64(candidates[0].Score)
		if (d.Outcome == Unknown) != (best < testPolicy.Threshold) {
			t.Fatalf("%s at %v", d.Outcome, best)
		}
		if (d.Outcome == Match) != (d.Label != "") {
			t.Fatalf("%s with label %q", d.Outcome, d.Label)
		}
		for _, c := range candidates { // whoever is close must be covered by the answer
			if d.Outcome == Match && best-float64(c.Score) <= testPolicy.Margin && !d.Label.Contains(c.Label) {
				t.Fatalf("answered %q although %q is within the margin", d.Label, c.Label)
			}
		}
		if d.Reason == "" || strings.Contains(d.Reason, "  ") {
			t.Fatalf("reason %q", d.Reason)
		}
		strict := testPolicy
		strict.Threshold += 0.1
		if s := Decide(candidates, strict); s.Outcome != Unknown && (s.Outcome != d.Outcome || s.Label != d.Label) {
			t.Fatalf("a higher threshold turned %s %q into %s %q", d.Outcome, d.Label, s.Outcome, s.Label)
		}
		wide := testPolicy
		wide.Margin += 0.1
		if w := Decide(candidates, wide); w.Label != "" && !w.Label.Contains(d.Label) {
			t.Fatalf("a wider margin turned %q into %q", d.Label, w.Label)
		}
	})
}

// drawLabel draws labels from a small tree, so that they meet.
func drawLabel(t *rapid.T, name string) Label {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab"}), 1, 4).Draw(t, name)
	return Label(strings.Join(parts, "/"))
}
