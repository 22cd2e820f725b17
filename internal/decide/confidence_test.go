package decide

import (
	"math"
	"math/rand/v2"
	"testing"
)

// At its threshold a label is as likely right as wrong, whatever the policy.
func TestConfidenceAtTheThreshold(t *testing.T) {
	for _, fpir := range []float64{0.001, 0.01, 0.1} {
		for _, labels := range []int{1, 10, 1000} {
			p := provePolicy
			p.FPIR, p.Labels, p.Threshold = fpir, labels, provePolicy.Calibration.Threshold(fpir, labels)
			alike := Decide([]Candidate{{Label: "a", Score: float32(p.Threshold)}}, p)
			if math.Abs(alike.Confidence-0.5) > 1e-4 {
				t.Errorf("FPIR %v of %d: at the cosine's threshold the confidence is %v", fpir, labels, alike.Confidence)
			}
			threshold := p.Calibration.Proof.Threshold(p.Calibration.Proof.Alike, fpir, labels)
			g := located(0.8 + threshold/20)
			found := Decide([]Candidate{{Label: "a", Geometry: g}}, p)
			if math.Abs(found.Confidence-0.5) > 1e-4 {
				t.Errorf("FPIR %v of %d: at the LLR's threshold the confidence is %v", fpir, labels, found.Confidence)
			}
		}
	}
}

// Every match is surer of its label than any unknown is of its best candidate, each
// answer is likelier right than wrong, and the candidates come by falling
// confidence, which sum to one at most.
func TestConfidenceFollowsTheDecision(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	surest := map[Verdict]float64{}
	for range 5000 {
		candidates := gallery(rng, 5)
		for i := range candidates {
			candidates[i].Score = rng.Float32()
			switch rng.IntN(6) {
			case 0:
				candidates[i].Geometry = &Geometry{} // too few features
			case 1:
				candidates[i].Geometry = &Geometry{Verifiable: true} // found nowhere
			case 2:
				candidates[i].Geometry = nil // not looked for
			case 3:
				candidates[i] = reprinted(candidates[i])
			}
		}
		p := provePolicy
		p.Exact = rng.IntN(2) == 0
		d := Decide(candidates, p)
		if len(d.Candidates) != len(candidates) || d.Candidates[0].Label != d.Best.Label {
			t.Fatalf("%d candidates of %d, the first is %s and the best %s", len(d.Candidates), len(candidates), d.Candidates[0].Label, d.Best.Label)
		}
		sum, last := 0.0, 1.0
		for i, c := range d.Candidates {
			if !(c.Confidence >= 0 && c.Confidence <= last+1e-12) {
				t.Fatalf("%s: candidate %d has %v, the one before %v", d.Verdict, i, c.Confidence, last)
			}
			if !c.Compared && c.LLR != 0 || c.Compared && !c.Geometry.Located {
				t.Fatalf("candidate %d has an LLR of %v", i, c.LLR)
			}
			sum, last = sum+c.Confidence, c.Confidence
		}
		if sum > 1+1e-9 || !(d.Confidence >= 0.5-1e-9 && d.Confidence <= 1) {
			t.Fatalf("%s: confidence %v, candidates %v in all", d.Verdict, d.Confidence, sum)
		}
		of := d.Confidence
		if d.Verdict == Unknown {
			of = 1 - of
		}
		if old, seen := surest[d.Verdict]; !seen || d.Verdict == Unknown && of > old || d.Verdict != Unknown && of < old {
			surest[d.Verdict] = of
		}
	}
	if len(surest) != 3 || surest[Unknown] > min(surest[Match], surest[Ambiguous]) {
		t.Errorf("least sure match and ambiguous, surest candidate of an unknown: %v", surest)
	}
}

// A document with one changed line is, where exactness is asked for, surely
// another.
func TestConfidenceOfOtherPrint(t *testing.T) {
	p := provePolicy
	p.Exact = true
	d := Decide([]Candidate{reprinted(found100("id", 99, 0))}, p)
	if d.Verdict != Unknown || d.Confidence < 0.9 {
		t.Errorf("%s with %v", d.Verdict, d.Confidence)
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
	d := Decide([]Candidate{found100("a", 98, 0), found100("b", 97, 0), found100("c", 20, 0)}, provePolicy)
	first, second := d.Candidates[0].Confidence, d.Candidates[1].Confidence
	if d.Verdict != Ambiguous || math.Abs(first+second-d.Confidence) > 1e-9 || second < 0.3 || d.Candidates[2].Confidence > 0.01 {
		t.Errorf("%s: %v of %v, %v, %v", d.Verdict, d.Confidence, first, second, d.Candidates[2].Confidence)
	}
}
