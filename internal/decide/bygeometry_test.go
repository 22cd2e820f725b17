package decide

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/label"
	"exemplar/internal/scoremodel"
)

// geometryPolicy accepts from an LLR of 0 on, beside kin from a lead of 1 or an LLR
// of 1 on: an LLR is 20 times the share of places that agree, over 0.8, and each
// place is worth 0.2.
var geometryPolicy = Policy{
	Calibration: &scoremodel.Calibration{
		Pairs: 100_000, Knots: testPolicy.Calibration.Knots, Tail: testPolicy.Calibration.Tail,
		LLRModel: &scoremodel.LLRModel{
			Bias: -0.8 * 20 * math.Ln10, Terms: []scoremodel.Term{{Feature: "coverage", Weight: 20 * math.Ln10}}, Margin: 0.5, LookAlikePrior: 0.1, LookAlikeLLR: -4, UnregisteredMargin: 1, Constants: scoremodel.DefaultConstants(),
			LookAlike: scoremodel.Survival{Count: 1000, Steps: []scoremodel.Step{{LLR: -6, Rate: 1}, {LLR: 0, Rate: 0.1}, {LLR: 1, Rate: 0.01}}, Slope: -math.Ln10},
			Random:    scoremodel.Survival{Count: 1000, Steps: []scoremodel.Step{{LLR: -6, Rate: 1}, {LLR: -5, Rate: 0.001}}, Slope: -10},
		},
	},
	Threshold: 0.47, Margin: 0.05, FPIR: 0.01, Labels: 10,
}

// located is evidence in which the given share of 100 blocks agrees.
func located(agrees float64) *scoremodel.Evidence {
	e := &scoremodel.Evidence{Verifiable: true, Located: true, Coverage: agrees, Comparable: 100,
		LocallyConsistent: agrees, CorrelationP10: max(0, 2*agrees-1), Frame: agrees, Inside: agrees, Cosine: agrees}
	for i := range 100 {
		e.InPhoto = append(e.InPhoto, scoremodel.PhotoBlock{X: float32(i%10) * 30, Y: float32(i/10) * 30, Size: 30, Agrees: float64(i) < 100*agrees})
	}
	return e
}

func found100(label Label, agrees int, turn int) Candidate {
	g := located(float64(agrees) / 100)
	g.Turn = turn
	return Candidate{Label: label, Score: 0.3, Evidence: g}
}

// shifted is a candidate whose agreeing places begin at another one, so that it
// agrees where others do not.
func shifted(label Label, first, agrees int) Candidate {
	c := found100(label, agrees, 0)
	for i := range c.Evidence.InPhoto {
		c.Evidence.InPhoto[i].Agrees = i >= first && i < first+agrees
	}
	return c
}

// reprinted is a candidate with some other print.
func reprinted(c Candidate) Candidate {
	c.Evidence.Changed, c.Evidence.Changes = 0.08, 3
	return c
}

func TestDecideByGeometry(t *testing.T) {
	nowhere := Candidate{Label: "passport", Score: 0.2, Evidence: &scoremodel.Evidence{Verifiable: true}}
	inside := found100("id/front", 75, 0)
	corner := shifted("id/back", 0, 70)
	corner.Evidence.LocallyConsistent, corner.Evidence.Comparable, corner.Evidence.Blocks = 1, 4, 100
	inside.Evidence.Frame, inside.Evidence.Inside = 0.98, 0.5
	cases := []struct {
		name       string
		candidates []Candidate
		verdict    Outcome
		label      Label
		open       []Label
		reason     string // or its beginning
	}{
		{"clear", []Candidate{found100("id/front", 93, 180), nowhere}, Match, "id/front", nil,
			"93 % of 100 parts agree; it lies upside down; fewer than 1 of 330 look-alikes that nobody registered agrees as well"},
		{"rank by geometry, not by score", []Candidate{nowhere, found100("id/front", 84, 0)}, Match, "id/front", nil,
			"84 % of 100 parts agree; 1 of 63 look-alikes that nobody registered agrees as well"},
		{"too little", []Candidate{found100("id/front", 40, 0)}, Unknown, "", nil, "it is most like id/front, but only 40 % agrees, too little to prove another copy of it"},
		{"nearly", []Candidate{found100("id/front", 79, 0)}, Unknown, "", nil, "it looks like id/front, but 21 of 100 parts differ"},
		{"frame only", []Candidate{inside}, Unknown, "", nil, "the frame is that of id/front, but the inside differs: 25 of 100 parts differ"},
		{"found nowhere", []Candidate{nowhere}, Unknown, "", nil, "nothing registered was found in it; it is most like passport (similarity 0.20)"},
		{"told from its sibling", []Candidate{found100("form/v1", 95, 0), shifted("form/v2", 0, 70)}, Match, "form/v1", nil,
			"95 % of 100 parts agree; fewer than 1 of 330 look-alikes that nobody registered agrees as well; next is form/v2, of which 70 % agrees"},
		{"beside what was found in a corner", []Candidate{found100("id/front", 93, 0), corner}, Match, "id/front", nil,
			"93 % of 100 parts agree; fewer than 1 of 330 look-alikes that nobody registered agrees as well; next is id/back, of which only 4 of 100 parts can be compared"},
		{"third of their kind", []Candidate{found100("v1", 84, 0), found100("v2", 80, 0)}, Unknown, "", nil,
			"it looks like v1, but 16 of 100 parts differ; v2 looks like it too; so it may be another one of their kind, which is not registered"},
		{"third of a family", []Candidate{reprinted(found100("form/v1", 84, 0)), found100("form/v2", 80, 0)}, Match, "form", []Label{"form/v1", "form/v2"},
			"84 % of 100 parts agree; it is another copy than the registered one; it shows other print in 3 places; 1 of 63 look-alikes that nobody registered agrees as well; form/v1 (84 %) and form/v2 (80 %) agree about equally, so the sub-label stays open"},
		{"a family, and what tells it apart is not to be seen", []Candidate{found100("form/v1", 84, 0), found100("form/v2", 80, 0)}, Match, "form", []Label{"form/v1", "form/v2"},
			"84 % of 100 parts agree; 1 of 63 look-alikes that nobody registered agrees as well; form/v1 (84 %) and form/v2 (80 %) agree about equally, so the sub-label stays open"},
		{"a family, and little of it", []Candidate{found100("form/v1", 79, 0), found100("form/v2", 78, 0)}, Unknown, "", nil,
			"it looks like form/v1, but 21 of 100 parts differ"},
		{"a family and something else", []Candidate{found100("form/v1", 83, 0), found100("form/v2", 81, 0), found100("other", 82, 0)}, Unknown, "", nil,
			"it looks like form/v1, but 17 of 100 parts differ"},
		{"a family of families", []Candidate{found100("form/a/1", 83, 0), found100("form/b/1", 81, 0)}, Match, "form", []Label{"form/a/1", "form/b/1"}, "83 %"},
		{"leads its sibling", []Candidate{found100("v1", 84, 0), found100("v2", 78, 0)}, Match, "v1", nil, "84 %"},
		{"sure beside its sibling", []Candidate{found100("v1", 88, 0), shifted("v2", 14, 84)}, Match, "v1", nil, "88 %"},
		{"other print, though all parts agree", []Candidate{reprinted(found100("v1", 100, 0))}, Match, "v1", nil, "92 % of the print agrees; it is another copy than the registered one; it shows other print in 3 places; fewer"},
		{"other print on a match", []Candidate{reprinted(found100("v1", 93, 0))}, Match, "v1", nil, "93 % of 100 parts agree; it is another copy than the registered one; it shows other print in 3 places; fewer"},
		{"noise for its sibling", []Candidate{found100("form/v1", 97, 0), shifted("form/v2", 38, 62)}, Match, "form/v1", nil, "97 %"},
		{"twins", []Candidate{found100("form/v1", 98, 0), found100("form/v2", 97, 0)}, Match, "form", []Label{"form/v1", "form/v2"},
			"98 % of 100 parts agree; fewer than 1 of 330 look-alikes that nobody registered agrees as well; form/v1 (98 %) and form/v2 (97 %) agree about equally, so the sub-label stays open"},
		{"twins without a family", []Candidate{found100("a", 98, 0), found100("b", 97, 0)}, Ambiguous, "", nil,
			"a (98 %) and b (97 %) agree about equally; they have no label in common"},
		{"sub-label and its parent are no kin", []Candidate{found100("id/new", 84, 0), shifted("id", 20, 70)}, Match, "id/new", nil, "84 %"},
		{"too few features", []Candidate{{Label: "blank", Score: 0.9, Evidence: &scoremodel.Evidence{}}, nowhere}, Match, "blank", nil, "its similarity to the whole picture is 0.90, and 0.47 is enough"},
		{"nothing verified", []Candidate{{Label: "id", Score: 0.9}}, Match, "id", nil, "its similarity to the whole picture is 0.90, and 0.47 is enough"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(c.candidates, geometryPolicy)
			if d.Outcome != c.verdict || d.Label != c.label || !slices.Equal(d.Open, c.open) {
				t.Errorf("got %s %q, open %q", d.Outcome, d.Label, d.Open)
			}
			if !strings.HasPrefix(d.Reason, c.reason) {
				t.Errorf("reason %q\n  want %q", d.Reason, c.reason)
			}
		})
	}
}

// What has only contents in common with a photo, as a card of the same holder with the
// same portrait, shows no look-alike: it agrees where the right one does not.
func TestForeignContentsAreNoLookAlike(t *testing.T) {
	best := found100("permit", 84, 0)
	if d := Decide([]Candidate{best, found100("licence", 80, 0)}, geometryPolicy); d.Outcome != Unknown {
		t.Fatalf("beside a look-alike: %s", d.Outcome)
	}
	portrait := found100("licence", 80, 0)
	for i := range portrait.Evidence.InPhoto {
		portrait.Evidence.InPhoto[i].Agrees = i >= 78
	}
	if d := Decide([]Candidate{best, portrait}, geometryPolicy); d.Outcome != Match || d.Label != "permit" {
		t.Errorf("beside the same portrait: %s %s", d.Outcome, d.Reason)
	}
}

// A decision accepts exactly what its own FPIR says it accepts.
func TestDecisionFPIR(t *testing.T) {
	for kin := range 90 {
		for agrees := kin + 10; agrees < 101; agrees++ {
			d := Decide([]Candidate{found100("id", agrees, 0), found100("other", kin, 0)}, geometryPolicy)
			if accepted := d.Outcome == Match; accepted != (d.FPIR <= 0.01) && math.Abs(d.FPIR/0.01-1) > 1e-4 {
				t.Errorf("%d %% agree, of another %d: %s at an FPIR of %v", agrees, kin, d.Outcome, d.FPIR)
			}
		}
	}
}

// Registering a sibling under a common parent may open the sub-label, but a match
// stays one: where the photo shows other print it must be sure of its own.
func TestSiblingKeepsMatch(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	opened := 0
	for range 1500 {
		candidates := gallery(rng, 4)
		before := Decide(candidates, geometryPolicy)
		if before.Outcome != Match || before.Best.Label.Parent() == "" {
			continue
		}
		parent := before.Best.Label.Parent()
		most := int(100 * before.Best.Evidence.LocallyConsistent)
		sibling := shifted(parent+"/sibling", rng.IntN(101-most), most)
		after := Decide(append(candidates, sibling), geometryPolicy)
		if before.LLR-1 < closestElse(candidates, before.Label) && before.LLR < 1 {
			continue // it was beside kin of another family already
		}
		if after.Outcome != Match || !after.Label.Contains(before.Label) {
			t.Fatalf("%v with %v: %s %q, before %q", candidates, sibling, after.Outcome, after.Label, before.Label)
		}
		if after.Label != before.Label {
			opened++
		}
	}
	if opened < 50 {
		t.Errorf("only %d siblings opened the sub-label", opened)
	}
}

// closestElse is the highest LLR of a candidate of another family.
func closestElse(candidates []Candidate, of Label) float64 {
	best := math.Inf(-1)
	for i := range candidates {
		if label.CommonAncestor(candidates[i].Label, of) == "" {
			best = max(best, geometryPolicy.Calibration.LLRModel.LLR(candidates[i].Evidence))
		}
	}
	return best
}

// gallery is up to n labels of two families and one alone, each found to agree
// in some places.
func gallery(rng *rand.Rand, n int) []Candidate {
	labels := []Label{"form/a/1", "form/a/2", "form/b/1", "form/b", "note/1", "note/2", "id"}
	rng.Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
	var all []Candidate
	for _, label := range labels[:1+rng.IntN(n)] {
		agrees := 60 + rng.IntN(41)
		all = append(all, shifted(label, rng.IntN(101-agrees), agrees))
	}
	return all
}

func TestCandidatesAreInTheOrderOfTheDecision(t *testing.T) {
	candidates := []Candidate{{Label: "a", Score: 0.4}, found100("b", 50, 0), found100("c", 80, 0)}
	var got []Label
	for _, c := range Decide(candidates, geometryPolicy).Candidates {
		got = append(got, c.Label)
	}
	if !slices.Equal(got, []Label{"c", "b", "a"}) {
		t.Errorf("ranked %q", got)
	}
}

// Places count for one reference only where the other was judged too and says
// otherwise.
func TestTell(t *testing.T) {
	first, second := located(0.9).InPhoto, located(0.9).InPhoto
	if got := discriminate(&scoremodel.Evidence{InPhoto: first}, &scoremodel.Evidence{InPhoto: second}); got != (separation{both: 90}) {
		t.Errorf("like itself: %v", got)
	}
	for i := range second {
		second[i].X += 9 // the same place to within half its size
		second[i].Agrees = i >= 4 && i < 95
	}
	if got := discriminate(&scoremodel.Evidence{InPhoto: first}, &scoremodel.Evidence{InPhoto: second}); got != (separation{4, 5, 86}) {
		t.Errorf("got %v, want 4 for the first and 5 for the second", got)
	}
	if got := discriminate(&scoremodel.Evidence{InPhoto: first}, &scoremodel.Evidence{}); got != (separation{}) {
		t.Errorf("nothing to compare with: %v", got)
	}
}

// Labels that stay open are not said to agree about equally where much more of one agrees.
func TestWhatIsSaidOfLabelsThatStayOpen(t *testing.T) {
	for second, want := range map[int]string{
		57: "a (60 %) and b (57 %) agree about equally",
		25: "what tells a (60 %) and b (25 %) apart is not seen surely enough",
	} {
		if said := agreeAlike([]Candidate{found100("a", 60, 0), found100("b", second, 0)}); said != want {
			t.Errorf("%q, want %q", said, want)
		}
	}
}
