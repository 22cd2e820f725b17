package decide

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"exemplar/internal/scoremodel"
)

// held is provePolicy with the thresholds of a share of strangers.
func held(fpir float64, labels int) Policy {
	p := geometryPolicy
	p.FPIR, p.Labels, p.Threshold = fpir, labels, p.Calibration.Threshold(fpir, labels)
	return p
}

// At the threshold for one stranger in a hundred a label is as likely right as wrong.
func TestConfidenceAtTheThreshold(t *testing.T) {
	for _, labels := range []int{1, 10, 1000} {
		p := held(0.01, labels)
		alike := Decide([]Candidate{{Label: "a", Score: float32(p.Threshold)}}, p)
		if math.Abs(alike.Confidence-0.5) > 1e-4 {
			t.Errorf("%d labels: at the cosine's threshold the confidence is %v", labels, alike.Confidence)
		}
		threshold := p.Calibration.LLRModel.Threshold(p.Calibration.LLRModel.LookAlikePrior, 0.01, labels)
		found := Decide([]Candidate{{Label: "a", Evidence: located(0.8 + threshold/20)}}, p)
		if math.Abs(found.Confidence-0.5) > 1e-4 {
			t.Errorf("%d labels: at the LLR's threshold the confidence is %v", labels, found.Confidence)
		}
	}
}

// What a photo shows does not depend on how many strangers somebody accepts: the
// candidates keep their probabilities, the answer's is that of what it says, and
// what is accepted has more than what is not.
func TestConfidenceIsNoMatterOfFPIR(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	verdicts := map[Outcome]int{}
	for range 400 {
		candidates := gallery(rng, 4)
		if rng.IntN(3) == 0 {
			candidates = []Candidate{{Label: "a", Score: rng.Float32()}, {Label: "b", Score: 0}}
		}
		want := map[Label]float64{}
		for _, c := range Decide(candidates, held(0.01, 10)).Candidates {
			want[c.Label] = c.Confidence
		}
		for _, fpir := range []float64{1e-4, 0.003, 0.01, 0.05, 0.5} {
			d := Decide(candidates, held(fpir, 10))
			sum := 0.0
			for _, c := range d.Candidates {
				if math.Abs(c.Confidence-want[c.Label]) > 1e-9 {
					t.Fatalf("FPIR %v: %s has %v, at 0.01 %v", fpir, c.Label, c.Confidence, want[c.Label])
				}
				if d.Outcome == Match && d.Label.Contains(c.Label) {
					sum += c.Confidence
				}
			}
			if d.Outcome == Match && len(d.Open) == 0 && math.Abs(d.Confidence-want[d.Label]) > 1e-9 || d.Outcome == Match && d.Confidence > sum+1e-9 {
				t.Fatalf("FPIR %v: match %s of %v, its labels have %v", fpir, d.Label, d.Confidence, sum)
			}
			verdicts[d.Outcome]++
		}
	}
	if len(verdicts) != 3 {
		t.Errorf("verdicts %v", verdicts)
	}
}

// The more speaks for a label, the likelier it is; and it is accepted from a
// probability on that follows from the share of strangers.
func TestConfidenceRisesWithTheEvidence(t *testing.T) {
	for _, fpir := range []float64{1e-3, 0.01, 0.2} {
		last, refused, accepted := 0.0, 0.0, 1.0
		for agrees := range 101 {
			d := Decide([]Candidate{found100("a", agrees, 0)}, held(fpir, 10))
			c := d.Candidates[0].Confidence
			if c < last-1e-9 {
				t.Errorf("%d %% agree: %v after %v", agrees, c, last)
			}
			last = c
			if d.Outcome == Match {
				accepted = min(accepted, c)
			} else {
				refused = max(refused, c)
			}
		}
		if refused > accepted+1e-9 || last < 0.9 {
			t.Errorf("FPIR %v: unknown up to %v, a match from %v on", fpir, refused, accepted)
		}
	}
}

// A picture that is registered under two labels is either of them, and both are as
// likely; under one parent it is the parent.
func TestOnePictureUnderTwoLabels(t *testing.T) {
	twin := func(label Label, agrees int) Candidate {
		c := found100(label, agrees, 0)
		c.Picture = 7
		return c
	}
	for agrees := 84; agrees <= 100; agrees++ {
		alone := Decide([]Candidate{found100("a", agrees, 0)}, geometryPolicy)
		d := Decide([]Candidate{twin("a", agrees), twin("b", agrees-2)}, geometryPolicy)
		if alone.Outcome != Match || d.Outcome != Ambiguous || math.Abs(d.Confidence-alone.Confidence) > 1e-9 {
			t.Errorf("%d %% agree: %s (%v), alone %s (%v)", agrees, d.Outcome, d.Confidence, alone.Outcome, alone.Confidence)
		}
		if d.Candidates[0].Confidence != d.Candidates[1].Confidence {
			t.Errorf("%d %% agree: %v and %v", agrees, d.Candidates[0].Confidence, d.Candidates[1].Confidence)
		}
		if d := Decide([]Candidate{twin("c/a", agrees), twin("c/b", agrees-2)}, geometryPolicy); d.Outcome != Match || d.Label != "c" {
			t.Errorf("%d %% agree, siblings: %s %s", agrees, d.Outcome, d.Label)
		}
	}
	d := Decide([]Candidate{twin("a", 60), twin("b", 59)}, geometryPolicy)
	if d.Outcome != Unknown || d.Candidates[0].Confidence != d.Candidates[1].Confidence {
		t.Errorf("little agrees: %s, %v and %v", d.Outcome, d.Candidates[0].Confidence, d.Candidates[1].Confidence)
	}
}

func otherwiseOther(c Candidate) Candidate {
	c.Evidence.Changed = muchChanged
	return c
}

func seemsOther(c Candidate) Candidate {
	c.Evidence.Changed = 0.1
	return c
}

func tooSmall(c Candidate) Candidate {
	c.Evidence.Illegible = scoremodel.TooSmall
	return c
}

// The basis is what decided, and geometry where geometry can be shown.
func TestBasis(t *testing.T) {
	exact := geometryPolicy
	exact.Exact = true
	little := located(0.9)
	little.Comparable = 0
	for _, c := range []struct {
		name      string
		candidate Candidate
		policy    Policy
		basis     Basis
		compared  bool
		says      string
	}{
		{"found", found100("a", 95, 0), geometryPolicy, ByGeometry, true, "95 %"},
		{"differs", found100("a", 60, 0), geometryPolicy, ByGeometry, true, "40 of 100 parts differ"},
		{"found nowhere", Candidate{Label: "a", Score: 0.9, Evidence: &scoremodel.Evidence{Verifiable: true}}, geometryPolicy, BySearch, false, "nothing registered was found"},
		{"nothing to compare", Candidate{Label: "a", Evidence: little}, geometryPolicy, BySearch, false, "too little"},
		{"other print", reprinted(found100("a", 95, 0)), exact, ByExact, true, "(exact)"},
		{"much other print, in no place surely", otherwiseOther(found100("a", 95, 0)), exact, ByExact, true, "it is another copy"},
		{"some print seems other, and many parts do", seemsOther(found100("a", 84, 0)), exact, ByExact, true, "too little of it agrees"},
		{"some print seems other, and hardly a part does", seemsOther(found100("a", 95, 0)), exact, ByGeometry, true, "95 %"},
		{"too small", tooSmall(found100("a", 95, 0)), exact, ByExact, true, "take it again, closer"},
		{"not looked for", Candidate{Label: "a", Score: 0.9}, exact, ByExact, false, "similarity"},
	} {
		d := Decide([]Candidate{c.candidate}, c.policy)
		if d.Basis != c.basis || d.Candidates[0].Compared != c.compared || !strings.Contains(d.Reason, c.says) {
			t.Errorf("%s: basis %s, compared %v: %s", c.name, d.Basis, d.Candidates[0].Compared, d.Reason)
		}
	}
}

// Every match is surer of its label than any unknown is of its best candidate, each
// answer is likelier right than wrong, and the candidates come by falling
// confidence, which sum to one at most.
func TestConfidenceFollowsTheDecision(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	surest := map[Outcome]float64{}
	for range 5000 {
		candidates := gallery(rng, 5)
		for i := range candidates {
			candidates[i].Score = rng.Float32()
			switch rng.IntN(6) {
			case 0:
				candidates[i].Evidence = &scoremodel.Evidence{} // too few features
			case 1:
				candidates[i].Evidence = &scoremodel.Evidence{Verifiable: true} // found nowhere
			case 2:
				candidates[i].Evidence = nil // not looked for
			case 3:
				candidates[i] = reprinted(candidates[i])
			}
		}
		p := held(0.01, 10)
		p.Exact = rng.IntN(2) == 0
		d := Decide(candidates, p)
		if len(d.Candidates) != len(candidates) || d.Candidates[0].Label != d.Best.Label {
			t.Fatalf("%d candidates of %d, the first is %s and the best %s", len(d.Candidates), len(candidates), d.Candidates[0].Label, d.Best.Label)
		}
		sum, last := 0.0, 1.0
		for i, c := range d.Candidates {
			if !(c.Confidence >= 0 && c.Confidence <= last+1e-12) {
				t.Fatalf("%s: candidate %d has %v, the one before %v", d.Outcome, i, c.Confidence, last)
			}
			if !c.Compared && c.LLR != 0 || c.Compared && !c.Evidence.Located {
				t.Fatalf("candidate %d has an LLR of %v", i, c.LLR)
			}
			sum, last = sum+c.Confidence, c.Confidence
		}
		if sum > 1+1e-9 || !(d.Confidence >= 0.5-1e-9 && d.Confidence <= 1) {
			t.Fatalf("%s: confidence %v, candidates %v in all", d.Outcome, d.Confidence, sum)
		}
		of := d.Confidence
		if d.Outcome == Unknown {
			of = 1 - of
		}
		if old, seen := surest[d.Outcome]; !seen || d.Outcome == Unknown && of > old || d.Outcome != Unknown && of < old {
			surest[d.Outcome] = of
		}
	}
	if len(surest) != 3 || surest[Unknown] > min(surest[Match], surest[Ambiguous]) {
		t.Errorf("least sure match and ambiguous, surest candidate of an unknown: %v", surest)
	}
}

// A document with one changed line is, where exactness is asked for, surely
// another.
func TestConfidenceOfOtherPrint(t *testing.T) {
	p := geometryPolicy
	p.Exact = true
	d := Decide([]Candidate{reprinted(found100("id", 99, 0))}, p)
	if d.Outcome != Unknown || d.Confidence < 0.9 {
		t.Errorf("%s with %v", d.Outcome, d.Confidence)
	}
	if d := Refuse("blank"); d.Confidence != 0 || d.Basis != "" {
		t.Errorf("refused: %v", d.Confidence)
	}
	if d := Decide(nil, p); d.Confidence != 1 || d.Basis != "" {
		t.Errorf("nothing registered: %v", d.Confidence)
	}
}

// Look-alikes that cannot be told apart share the confidence of the answer.
func TestConfidenceOfTwins(t *testing.T) {
	d := Decide([]Candidate{found100("a", 98, 0), found100("b", 97, 0), found100("c", 20, 0)}, geometryPolicy)
	first, second := d.Candidates[0].Confidence, d.Candidates[1].Confidence
	if d.Outcome != Ambiguous || math.Abs(first+second-d.Confidence) > 1e-9 || second < 0.3 || d.Candidates[2].Confidence > 0.01 {
		t.Errorf("%s: %v of %v, %v, %v", d.Outcome, d.Confidence, first, second, d.Candidates[2].Confidence)
	}
}
