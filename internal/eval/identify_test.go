package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/dataset"
)

// scoreSet is a set given by a matrix of captures x references.
func scoreSet(captures, references []string, scores ...float32) *Set {
	s := &Set{Name: "scores", Scores: scores}
	for i, label := range captures {
		s.Samples = append(s.Samples, Sample{Sample: dataset.Sample{Path: label + "/" + string(rune('p'+i)) + ".jpg", Label: label}})
	}
	for _, label := range references {
		s.Samples = append(s.Samples, Sample{Sample: dataset.Sample{Path: label + "/r_ref.jpg", Label: label, IsReference: true}})
	}
	return s
}

// A tree of labels with the parent registered too, worked out on paper.
func TestSubLabels(t *testing.T) {
	s := scoreSet(
		[]string{"t/a", "t/a", "t/a", "u", "t/b", ""},
		[]string{"t", "t/a", "t/b", "u"},
		// t    t/a  t/b  u
		0.5, 0.9, 0.8, 0.1, // right
		0.9, 0.8, 0.2, 0.3, // parent ahead: right parent
		0.1, 0.5, 0.6, 0.2, // sibling ahead: right parent
		0.3, 0.7, 0.2, 0.6, // other ahead: wrong
		0.1, 0.2, 0.4, 0.4, // a tie counts against the right label: wrong
		0.1, 0.3, 0.2, 0.95, // a stranger of the set's own
	)
	r := evaluate(t, s, Options{})
	id := r.Identification
	if id.Probes != 5 || id.Classes != 4 {
		t.Fatalf("%d probes, %d classes", id.Probes, id.Classes)
	}
	near(t, "leaf", id.Leaf, 1.0/5, 1e-12)
	near(t, "parent", id.Parent, 2.0/5, 1e-12)
	near(t, "wrong", id.Wrong, 2.0/5, 1e-12)
	near(t, "rank 1", id.Ranks[0], 1.0/5, 1e-12)
	near(t, "rank 2", id.Ranks[1], 1, 1e-12)
	// Strangers' best scores, own line (t, t/a for t/a) out: 0.8, 0.3, 0.6, 0.7, 0.4.
	// At 10 % none may be accepted: the only right answer, 0.9, is above 0.8.
	p := id.At(OwnClassOut, 0.1)
	near(t, "fpir", p.FPIR, 0, 0)
	near(t, "fnir", p.FNIR, 4.0/5, 1e-12)
	near(t, "threshold", p.Threshold, float64(float32(0.8)), 1e-12)
	if p.Supported {
		t.Error("five strangers support an FPIR of 0.1")
	}
	// Pairs: captures of t/a form none with t; the stranger forms four.
	if v := r.Verification; v.MatedPairs != 5 || v.NonMatedPairs != 3*2+3+2+4 {
		t.Errorf("%d mated, %d non-mated pairs", v.MatedPairs, v.NonMatedPairs)
	}
}

func TestIgnoredLabelsAreNoAnswer(t *testing.T) {
	s := scoreSet([]string{"a", "b"}, []string{"a", "b", "c"},
		0.5, 0.9, 0.1,
		0.2, 0.8, 0.3)
	s.Ignore = []dataset.PathLabel{{Path: s.Samples[0].Path, Label: "b"}}
	id := evaluate(t, s, Options{}).Identification
	near(t, "rank 1", id.Ranks[0], 1, 0)
	if len(id.Confusions) != 0 {
		t.Errorf("confusions %v", id.Confusions)
	}
	s.Ignore = nil
	id = evaluate(t, s, Options{}).Identification
	if want := (Confusion{Truth: "a", Answer: "b", Count: 1, Of: 1, Score: float64(float32(0.9))}); len(id.Confusions) != 1 || id.Confusions[0] != want {
		t.Errorf("confusions %v", id.Confusions)
	}
}

// Own class out, against a slow count over thresholds.
func TestOwnClassOutAgainstSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 50 {
		n := 3 + rng.IntN(6)
		labels := numbered(n)
		var captures []string
		var scores []float32
		for range 40 {
			captures = append(captures, labels[rng.IntN(n)])
			for range n {
				scores = append(scores, float32(rng.IntN(20))/20)
			}
		}
		s := scoreSet(captures, labels, scores...)
		id := evaluate(t, s, Options{}).Identification
		for _, target := range OpenTargets {
			fpir, fnir := slowOwnClassOut(captures, labels, scores, target)
			p := id.At(OwnClassOut, target)
			near(t, "fpir", p.FPIR, fpir, 1e-12)
			near(t, "fnir", p.FNIR, fnir, 1e-12)
			if p.Low > p.FNIR || p.High < p.FNIR {
				t.Errorf("%+v", p)
			}
		}
	}
}

func slowOwnClassOut(captures, labels []string, scores []float32, target float64) (fpir, fnir float64) {
	best := 2.0
	for k := 20; k >= 0; k-- {
		threshold, accepted, missed := float32(k)/20, 0.0, 0.0
		if k < 20 { // just above the score k/20
			threshold = math.Nextafter32(threshold, 2)
		}
		for i, truth := range captures {
			row := scores[i*len(labels) : (i+1)*len(labels)]
			own, other := row[slices.Index(labels, truth)], float32(-1)
			for j, v := range row {
				if labels[j] != truth {
					other = max(other, v)
				}
			}
			if other >= threshold {
				accepted++
			}
			if own < threshold || own <= other {
				missed++
			}
		}
		n := float64(len(captures))
		if accepted/n <= target && missed/n <= best {
			fpir, best = accepted/n, missed/n
		}
	}
	return fpir, best
}

// With scores that do not depend on the class, strangers of the other half meet
// the FPIR that was asked for, on average.
func TestHeldOutKeepsItsPromise(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	labels := numbered(60)
	var captures []string
	var scores []float32
	for i := range 1200 {
		captures = append(captures, labels[i%60])
		for j := range 60 {
			v := rng.NormFloat64()
			if j == i%60 {
				v += 5
			}
			scores = append(scores, float32(v))
		}
	}
	id := evaluate(t, scoreSet(captures, labels, scores...), Options{Seed: 3}).Identification
	for _, target := range []float64{0.01, 0.05, 0.1} {
		p := id.At(HeldOut, target)
		if math.Abs(p.FPIR-target) > 0.25*target+0.003 {
			t.Errorf("asked for %g, met %g", target, p.FPIR)
		}
	}
}

func TestDrawnGalleries(t *testing.T) {
	s := drawSet(11, numbered(12), 4, 16, 0.9)
	for i := range s.Samples {
		s.Samples[i].IsReference = false
	}
	a := evaluate(t, s, Options{Seed: 5})
	if a.Identification.Gallery != "drawn" || a.Identification.Probes != 36 {
		t.Errorf("%+v", a.Identification)
	}
	if len(a.Identification.Drawn) != 2 { // five of four images leave none
		t.Fatalf("%+v", a.Identification.Drawn)
	}
	one, two := a.Identification.Drawn[0], a.Identification.Drawn[1]
	if one.K != 1 || two.K != 2 || two.Ranks[0] <= one.Ranks[0] {
		t.Errorf("one reference %.3f, two %.3f", one.Ranks[0], two.Ranks[0])
	}
	for _, x := range [][]float64{one.Ranks, two.Ranks} {
		if !slices.IsSorted(x) {
			t.Errorf("ranks %v", x)
		}
	}
	b := evaluate(t, s, Options{Seed: 5, Workers: 3})
	if b.Identification.Drawn[0].Ranks[0] != one.Ranks[0] {
		t.Error("same seed, other ranks")
	}
}

func TestTurnedReferences(t *testing.T) {
	s := drawSet(12, numbered(3), 2, 8, 0)
	s.Turned = make([][]float32, len(s.Samples))
	// The capture of k000 is its reference turned: alike only to that form.
	turned := slices.Clone(s.Embeddings[:8])
	for i := range turned {
		turned[i] = -turned[i]
	}
	copy(s.Embeddings[8:16], turned)
	if r := evaluate(t, s, Options{}); r.Identification.Ranks[0] == 1 {
		t.Fatal("recognised without the turned form")
	}
	s.Turned[0] = turned
	r := evaluate(t, s, Options{Protocol: ReferenceProbe})
	near(t, "rank 1", r.Identification.Ranks[0], 1, 0)
	if v := r.Verification; v.MatedPairs != 3 || v.NonMatedPairs != 6 {
		t.Errorf("%d mated, %d non-mated pairs", v.MatedPairs, v.NonMatedPairs)
	}
}

func TestCheckCalibration(t *testing.T) {
	s := drawSet(13, numbered(60), 3, 24, 0.8)
	advice := func(n int, fpir float64) (float64, error) {
		return math.Inf(1), nil
	}
	list, err := CheckCalibration(context.Background(), s, []int{10, 50, 60, 500}, []float64{0.01, 0.1}, advice, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 { // 60 of 60 classes leave no stranger, and 500 there are not
		t.Fatalf("%+v", list)
	}
	if list[0].Strangers != 10*50*2 || list[2].Strangers != 10*10*2 || list[0].Observed != 0 {
		t.Errorf("%+v", list)
	}
	everything := func(int, float64) (float64, error) { return -1, nil }
	list, _ = CheckCalibration(context.Background(), s, []int{10}, []float64{0.01}, everything, Options{})
	near(t, "met", list[0].Observed, 1, 1e-12)
}
