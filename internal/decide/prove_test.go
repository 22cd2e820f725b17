package decide

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// provePolicy accepts from an LLR of 0 on, and from 1 where there is kin that
// would be accepted: an LLR is 20 times the share of places that agree, over 0.8, and each place is
// worth 0.2.
var provePolicy = Policy{
	Calibration: &Calibration{
		Pairs: 100_000, Knots: testPolicy.Calibration.Knots, Tail: testPolicy.Calibration.Tail,
		Proof: &Proof{
			Bias: -0.8 * 20 * math.Ln10, Terms: []Term{{"coverage", 20 * math.Ln10}}, Margin: 0.5, Alike: 0.1, Kin: -4,
			Family: Survival{Count: 1000, Steps: []Step{{-6, 1}, {0, 0.1}, {1, 0.01}}, Slope: -math.Ln10},
			Random: Survival{Count: 1000, Steps: []Step{{-6, 1}, {-5, 0.001}}, Slope: -10},
		},
	},
	Threshold: 0.47, Margin: 0.05, FPIR: 0.01, Labels: 10,
}

func found100(label Label, agrees int, turn int) Candidate {
	g := located(float64(agrees) / 100)
	g.Turn = turn
	return Candidate{Label: label, Score: 0.3, Geometry: g}
}

// shifted is a candidate whose agreeing places begin at another one, so that it
// agrees where others do not.
func shifted(label Label, first, agrees int) Candidate {
	c := found100(label, agrees, 0)
	for i := range c.Geometry.Places {
		c.Geometry.Places[i].Agrees = i >= first && i < first+agrees
	}
	return c
}

func TestDecideByGeometry(t *testing.T) {
	nowhere := Candidate{Label: "passport", Score: 0.2, Geometry: &Geometry{Verifiable: true}}
	inside := found100("id/front", 75, 0)
	inside.Geometry.Frame, inside.Geometry.Inside = 0.98, 0.5
	more := shifted("v2", 0, 76) // weighs less than 75 places all the same
	more.Geometry.Coverage = 0.74
	cases := []struct {
		name       string
		candidates []Candidate
		verdict    Verdict
		label      Label
		open       []Label
		reason     string // or its beginning
	}{
		{"clear", []Candidate{found100("id/front", 93, 180), nowhere}, Match, "id/front", nil,
			"found upside down, 93 % of the 100 places agree; of look-alikes fewer than one in 330 agree as well"},
		{"rank by geometry, not by score", []Candidate{nowhere, found100("id/front", 84, 0)}, Match, "id/front", nil,
			"found, 84 % of the 100 places agree; of look-alikes one in 63 agrees as well"},
		{"too little", []Candidate{found100("id/front", 40, 0)}, Unknown, "", nil, "best id/front, but only 40 % of it agrees"},
		{"nearly", []Candidate{found100("id/front", 79, 0)}, Unknown, "", nil, "like id/front, but 21 of 100 places differ"},
		{"frame only", []Candidate{inside}, Unknown, "", nil, "id/front agrees in the frame, disagrees inside: 25 of 100 places differ"},
		{"found nowhere", []Candidate{nowhere}, Unknown, "", nil, "nothing registered was found in it; most like passport, score 0.20"},
		{"told from its sibling", []Candidate{found100("form/v1", 95, 0), shifted("form/v2", 0, 70)}, Match, "form/v1", nil,
			"found, 95 % of the 100 places agree; of look-alikes fewer than one in 330 agree as well; next form/v2, of which 70 % agrees"},
		{"third of their kind", []Candidate{found100("v1", 85, 0), shifted("v2", 25, 75)}, Unknown, "", nil,
			"like v1, but 15 of 100 places differ; of the 40 places that tell it from v2, 15 speak for that, so it may be one of their kind that is not registered"},
		{"third of a family", []Candidate{found100("form/v1", 85, 0), shifted("form/v2", 25, 75)}, Match, "form", []Label{"form/v1"},
			"found, 85 % of the 100 places agree; of look-alikes one in 100 agrees as well; of the 40 places that tell it from form/v2, 15 speak for that, so it may be one of their kind that is not registered: the sub-label is open"},
		{"third of a family, and little of it", []Candidate{found100("form/v1", 79, 0), shifted("form/v2", 25, 70)}, Unknown, "", nil,
			"like form/v1, but 21 of 100 places differ; of the 41 places"},
		{"one place speaks against it", []Candidate{shifted("v1", 1, 75), shifted("v2", 0, 75)}, Unknown, "", nil,
			"like v1, but 25 of 100 places differ; of the 2 places that tell it from v2, 1 speaks for that"},
		{"the only place speaks against it", []Candidate{found100("v1", 75, 0), more}, Unknown, "", nil,
			"like v1, but 25 of 100 places differ; the one place that tells it from v2 speaks for that"},
		{"noise for its sibling", []Candidate{found100("form/v1", 97, 0), shifted("form/v2", 38, 62)}, Match, "form/v1", nil, "found, 97 %"},
		{"contested", []Candidate{found100("v1", 83, 0), found100("v2", 81, 0)}, Unknown, "", nil,
			"like v1, but 17 of 100 places differ; v2 looks like it too, so it may be"},
		{"contested in a family", []Candidate{found100("form/v1", 83, 0), found100("form/v2", 81, 0)}, Match, "form", []Label{"form/v1", "form/v2"},
			"found, 83 % of the 100 places agree; of look-alikes one in 40 agrees as well; form/v2 looks like it too, so it may be one of their kind that is not registered: the sub-label is open"},
		{"contested from outside of the family", []Candidate{found100("form/v1", 83, 0), found100("form/v2", 81, 0), found100("other", 82, 0)}, Unknown, "", nil,
			"like form/v1, but 17 of 100 places differ"},
		{"contested two levels up", []Candidate{found100("form/a/1", 83, 0), found100("form/b/1", 81, 0)}, Match, "form", []Label{"form/a/1", "form/b/1"}, "found, 83 %"},
		{"twins", []Candidate{found100("form/v1", 98, 0), found100("form/v2", 97, 0)}, Match, "form", []Label{"form/v1", "form/v2"},
			"found, 98 % of the 100 places agree; of look-alikes fewer than one in 330 agree as well; form/v1 (98 %) and form/v2 (97 %) agree about as well, so the sub-label is open"},
		{"twins without a family", []Candidate{found100("a", 98, 0), found100("b", 97, 0)}, Ambiguous, "", nil,
			"a (98 %) and b (97 %) agree about as well and have no label in common"},
		{"sub-label and its parent are no kin", []Candidate{found100("id/new", 84, 0), shifted("id", 20, 70)}, Match, "id/new", nil, "found, 84 %"},
		{"too few features", []Candidate{{Label: "blank", Score: 0.9, Geometry: &Geometry{}}, nowhere}, Match, "blank", nil, "accepts at 0.47"},
		{"nothing verified", []Candidate{{Label: "id", Score: 0.9}}, Match, "id", nil, "accepts at 0.47"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(c.candidates, provePolicy)
			if d.Verdict != c.verdict || d.Label != c.label || !slices.Equal(d.Open, c.open) {
				t.Errorf("got %s %q, open %q", d.Verdict, d.Label, d.Open)
			}
			if !strings.HasPrefix(d.Reason, c.reason) {
				t.Errorf("reason %q\n  want %q", d.Reason, c.reason)
			}
		})
	}
}

// A decision accepts exactly what its own FPIR says it accepts.
func TestDecisionFPIR(t *testing.T) {
	for kin := range 90 {
		for agrees := kin + 10; agrees < 101; agrees++ {
			d := Decide([]Candidate{found100("id", agrees, 0), found100("other", kin, 0)}, provePolicy)
			if accepted := d.Verdict == Match; accepted != (d.FPIR <= 0.01) && math.Abs(d.FPIR/0.01-1) > 1e-4 {
				t.Errorf("%d %% agree, of another %d: %s at an FPIR of %v", agrees, kin, d.Verdict, d.FPIR)
			}
		}
	}
}

// What lies under a label counts for it as further references would: whether a
// family's photo is answered does not depend on how finely it is labelled.
func TestSublabelsCountAsReferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	raised := 0
	for range 1500 {
		candidates := gallery(rng, 5)
		fine := Decide(candidates, provePolicy)
		above := fine.Best.Label.Ancestors()
		if len(above) == 0 {
			continue
		}
		family := above[rng.IntN(len(above))]
		coarse := Decide(merge(provePolicy.Rank(candidates), family), provePolicy)
		if fine.Verdict != coarse.Verdict || !coarse.Label.InLine(fine.Label) && fine.Verdict == Match {
			t.Fatalf("%v: %s %q, and as references of %s %s %q", candidates, fine.Verdict, fine.Label, family, coarse.Verdict, coarse.Label)
		}
		if fine.Verdict == Match && fine.Label.Contains(family) {
			raised++
		}
	}
	if raised < 50 {
		t.Errorf("only %d answers named the family", raised)
	}
}

// Registering a sibling under a common parent may open the sub-label, but a match
// stays one.
func TestSiblingKeepsMatch(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	opened := 0
	for range 1500 {
		candidates := gallery(rng, 4)
		before := Decide(candidates, provePolicy)
		if before.Verdict != Match || before.Best.Label.Parent() == "" {
			continue
		}
		parent := before.Best.Label.Parent()
		most := int(100 * before.Best.Geometry.Smoothly)
		sibling := shifted(parent+"/sibling", rng.IntN(101-most), most)
		after := Decide(append(candidates, sibling), provePolicy)
		if after.Verdict != Match || !after.Label.Contains(before.Label) {
			t.Fatalf("%v with %v: %s %q, before %q", candidates, sibling, after.Verdict, after.Label, before.Label)
		}
		if after.Label != before.Label {
			opened++
		}
	}
	if opened < 50 {
		t.Errorf("only %d siblings opened the sub-label", opened)
	}
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

// merge makes what lies under a label references of it: the best speaks for it.
func merge(ranked []Candidate, label Label) []Candidate {
	var merged []Candidate
	found := false
	for _, c := range ranked {
		if label.Contains(c.Label) {
			if found {
				continue
			}
			found, c.Label = true, label
		}
		merged = append(merged, c)
	}
	return merged
}

func TestRank(t *testing.T) {
	candidates := []Candidate{{Label: "a", Score: 0.9}, found100("b", 50, 0), found100("c", 80, 0)}
	var got []Label
	for _, c := range provePolicy.Rank(candidates) {
		got = append(got, c.Label)
	}
	if !slices.Equal(got, []Label{"c", "b", "a"}) {
		t.Errorf("ranked %q", got)
	}
}

// Places count for one reference only where the other was judged too and says
// otherwise.
func TestTell(t *testing.T) {
	first, second := located(0.9).Places, located(0.9).Places
	if got := tell(&Geometry{Places: first}, &Geometry{Places: second}); got != (tally{}) {
		t.Errorf("like itself: %v", got)
	}
	for i := range second {
		second[i].X += 9 // the same place to within half its size
		second[i].Agrees = i >= 4 && i < 95
	}
	if got := tell(&Geometry{Places: first}, &Geometry{Places: second}); got != (tally{4, 5}) {
		t.Errorf("got %v, want 4 for the first and 5 for the second", got)
	}
	if got := tell(&Geometry{Places: first}, &Geometry{}); got != (tally{}) {
		t.Errorf("nothing to compare with: %v", got)
	}
}

// Few places for the other one among many for the first are noise; as many are
// not, and more of them never speak less.
func TestTallyLLR(t *testing.T) {
	if got := (tally{first: 43, second: 3}).llr(); got != 0 {
		t.Errorf("noise is worth %v", got)
	}
	if got := (tally{first: 5, second: 5}).llr(); got > -2 {
		t.Errorf("a draw is worth %v", got)
	}
	for first := range 60 {
		for second := range 60 {
			less, more := tally{first, second}.llr(), tally{first, second + 1}.llr()
			if more > less || less > 0 || less < -maxLLR {
				t.Fatalf("%d to %d is worth %v, one more %v", first, second, less, more)
			}
		}
	}
}
