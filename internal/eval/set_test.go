package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/dataset"
)

// drawSet makes a set of classes around random directions, a reference and
// images-1 captures each. Values are multiples of 1/64 before normalising.
func drawSet(seed uint64, labels []string, images, dim int, noise float64) *Set {
	rng := rand.New(rand.NewPCG(seed, 5))
	s := &Set{Name: "drawn", Dim: dim}
	for _, label := range labels {
		centre := make([]float64, dim)
		for d := range centre {
			centre[d] = rng.NormFloat64()
		}
		for k := range images {
			name := fmt.Sprintf("p%d.jpg", k)
			if k == 0 {
				name = "a_ref.jpg"
			}
			s.Samples = append(s.Samples, Sample{Sample: dataset.Sample{Path: label + "/" + name, Label: label, IsReference: k == 0, Condition: fmt.Sprintf("c%d", k)}})
			for _, v := range centre {
				s.Embeddings = append(s.Embeddings, float32(math.Round(64*(v+noise*rng.NormFloat64()))/64))
			}
		}
	}
	normalize(s.Embeddings, dim)
	return s
}

func numbered(n int) []string {
	var labels []string
	for i := range n {
		labels = append(labels, fmt.Sprintf("k%03d", i))
	}
	return labels
}

func evaluate(t *testing.T, s *Set, o Options) *Result {
	t.Helper()
	r, err := Evaluate(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOrderDoesNotMatter(t *testing.T) {
	s := drawSet(1, numbered(20), 5, 16, 0.8)
	a := evaluate(t, s, Options{})
	p := permuted(s, rand.New(rand.NewPCG(3, 3)).Perm(len(s.Samples)))
	b := evaluate(t, p, Options{Workers: 3})
	if a.Verification.MatedPairs != 200 || a.Verification.NonMatedPairs != 100*99/2-200 {
		t.Errorf("pairs: %d mated, %d non-mated", a.Verification.MatedPairs, a.Verification.NonMatedPairs)
	}
	near(t, "auroc", b.Verification.AUROC, a.Verification.AUROC, 1e-12)
	for i, x := range a.Verification.Points {
		y := b.Verification.Points[i]
		near(t, "threshold", y.Threshold, x.Threshold, 1e-12)
		near(t, "tpr", y.TPR, x.TPR, 1e-12)
		near(t, "low", y.Low, x.Low, 1e-9)
		near(t, "high", y.High, x.High, 1e-9)
	}
	if !slices.Equal(a.Identification.Ranks, b.Identification.Ranks) {
		t.Errorf("ranks %v, then %v", a.Identification.Ranks, b.Identification.Ranks)
	}
	for i, x := range a.Identification.Open {
		if x.Protocol == OwnClassOut && x != b.Identification.Open[i] {
			t.Errorf("open set: %+v, then %+v", x, b.Identification.Open[i])
		}
	}
}

func permuted(s *Set, order []int) *Set {
	p := &Set{Name: s.Name, Dim: s.Dim, Ignore: s.Ignore}
	for _, i := range order {
		p.Samples = append(p.Samples, s.Samples[i])
		p.Embeddings = append(p.Embeddings, s.Embeddings[i*s.Dim:(i+1)*s.Dim]...)
	}
	return p
}

// All pairs of a set with everything in it that makes a pair neutral, against
// two loops over the images.
func TestPairsAgainstSlow(t *testing.T) {
	s := drawSet(2, []string{"a", "a/x", "a/y", "b", "c/z"}, 4, 8, 0.7)
	s.Ignore = []dataset.PathLabel{{Path: "b/p1.jpg", Label: "c/z"}, {Path: "b/p2.jpg", Label: "b"}, {Path: "b/p3.jpg", Label: "absent"}}
	s.Samples[3].Refused = "torn"
	for _, i := range []int{18, 19} {
		s.Samples[i].Label, s.Samples[i].Path = "", fmt.Sprint("stranger", i)
	}
	var mated, other []float64
	for j, y := range s.Samples {
		for i, x := range s.Samples[:j] {
			if x.Refused != "" || y.Refused != "" || slowNeutral(s, x, y) {
				continue
			}
			score := 0.0
			for d := range s.Dim {
				score += float64(s.Embeddings[i*s.Dim+d]) * float64(s.Embeddings[j*s.Dim+d])
			}
			if x.Label == y.Label {
				mated = append(mated, score)
			} else {
				other = append(other, score)
			}
		}
	}
	c, err := allPairs(context.Background(), s, newClasses(s), Options{}.withDefaults(s))
	if err != nil {
		t.Fatal(err)
	}
	sameScores(t, "mated", c.mated, mated)
	sameScores(t, "non-mated", c.top, other)
}

func slowNeutral(s *Set, x, y Sample) bool {
	listed := func(a, b Sample) bool {
		return slices.Contains(s.Ignore, dataset.PathLabel{Path: a.Path, Label: b.Label})
	}
	return x.Label == "" && y.Label == "" || listed(x, y) || listed(y, x) ||
		x.Label != "" && strings.HasPrefix(y.Label, x.Label+"/") || y.Label != "" && strings.HasPrefix(x.Label, y.Label+"/")
}

func sameScores(t *testing.T, what string, got []pair, want []float64) {
	t.Helper()
	slices.SortFunc(want, func(a, b float64) int { return -cmpFloat(a, b) })
	if len(got) != len(want) {
		t.Fatalf("%d %s pairs, want %d", len(got), what, len(want))
	}
	for i, p := range got {
		near(t, what, p.score, want[i], 1e-6)
	}
}

func cmpFloat(a, b float64) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// A set large enough to be streamed gives the same as one of which every pair
// is kept: exactly where pairs are kept, and to the bins' width below.
func TestStreamingAgainstExact(t *testing.T) {
	s := drawSet(4, numbered(150), 4, 24, 0.9)
	exact := evaluate(t, s, Options{Drawn: []int{}, Workers: 2})
	stream := evaluate(t, s, Options{Drawn: []int{}, Workers: 2, keep: 2000})
	again := evaluate(t, s, Options{Drawn: []int{}, Workers: 1, keep: 2000})
	if n := exact.Verification.NonMatedPairs; stream.Verification.NonMatedPairs != n || n != 600*599/2-900 {
		t.Fatalf("%d pairs, streamed %d", n, stream.Verification.NonMatedPairs)
	}
	near(t, "auroc", stream.Verification.AUROC, exact.Verification.AUROC, 1e-5)
	near(t, "eer", stream.Verification.EER, exact.Verification.EER, 1e-4)
	for i, x := range exact.Verification.Points {
		y := stream.Verification.Points[i]
		tolerance := 0.0
		if x.Target > 1e-3 {
			tolerance = 2 * binWidth
		}
		near(t, "threshold", y.Threshold, x.Threshold, tolerance)
		near(t, "tpr", y.TPR, x.TPR, 100*tolerance)
		near(t, "low", y.Low, x.Low, 0.03)
		near(t, "high", y.High, x.High, 0.03)
		if y != again.Verification.Points[i] {
			t.Errorf("with one goroutine %+v, with two %+v", again.Verification.Points[i], y)
		}
	}
}

func TestSetsThatLackSomething(t *testing.T) {
	one := drawSet(5, []string{"only"}, 3, 8, 0.5)
	r := evaluate(t, one, Options{})
	if r.Verification != nil || !strings.Contains(strings.Join(r.Notes, "\n"), ErrNoOther.Error()) {
		t.Errorf("one class: %v", r.Notes)
	}
	lonely := drawSet(5, numbered(4), 1, 8, 0.5)
	r = evaluate(t, lonely, Options{})
	if r.Verification != nil || !strings.Contains(strings.Join(r.Notes, "\n"), ErrNoMated.Error()) {
		t.Errorf("single images: %v", r.Notes)
	}
	if r.Identification != nil || len(r.Checks.SingletonClasses) != 4 {
		t.Errorf("single images: %+v, lonely %v", r.Identification, r.Checks.SingletonClasses)
	}
	single := drawSet(5, []string{"only"}, 1, 8, 0.5)
	if r = evaluate(t, single, Options{}); len(r.Notes) < 2 {
		t.Errorf("one image: %v", r.Notes)
	}
	few := evaluate(t, drawSet(5, numbered(6), 3, 8, 0.5), Options{})
	if !strings.Contains(strings.Join(few.Notes, "\n"), "too few for an FMR of 1e-05, 1e-04, 1e-03, 1e-02") {
		t.Errorf("few pairs: %v", few.Notes)
	}
}

func TestMalformedSets(t *testing.T) {
	good := drawSet(6, numbered(3), 2, 8, 0.5)
	for name, spoil := range map[string]func(*Set){
		"empty":           func(s *Set) { s.Samples = nil },
		"missing vectors": func(s *Set) { s.Embeddings = s.Embeddings[1:] },
		"not a number":    func(s *Set) { s.Embeddings[3] = float32(math.NaN()) },
		"not normalised":  func(s *Set) { s.Embeddings[3] = 7 },
		"turned":          func(s *Set) { s.Turned = make([][]float32, 2) },
		"scores":          func(s *Set) { s.Scores = make([]float32, 5) },
		"answers":         func(s *Set) { s.Answers = make([]Answer, 2) },
	} {
		s := *good
		s.Samples, s.Embeddings = slices.Clone(s.Samples), slices.Clone(s.Embeddings)
		spoil(&s)
		if _, err := Evaluate(context.Background(), &s, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		} else if name == "empty" && !errors.Is(err, ErrNoSamples) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Evaluate(ctx, good, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAtDepthAndStrangers(t *testing.T) {
	s := drawSet(7, []string{"a", "a/x", "b/y", "b/z"}, 3, 8, 0.5)
	s.Ignore = []dataset.PathLabel{{Path: "a/p1.jpg", Label: "b/y"}}
	cut := s.AtDepth(1)
	var references []string
	for _, x := range cut.Samples {
		if strings.Contains(x.Label, "/") {
			t.Errorf("label %q", x.Label)
		}
		if x.IsReference {
			references = append(references, x.Path)
		}
	}
	if want := []string{"a/a_ref.jpg", "b/y/a_ref.jpg", "b/z/a_ref.jpg"}; !slices.Equal(references, want) {
		t.Errorf("references %v, want %v", references, want)
	}
	if len(cut.Embeddings) != 8*len(cut.Samples) || cut.Ignore[0].Label != "b" {
		t.Errorf("%d values for %d samples; ignore %v", len(cut.Embeddings), len(cut.Samples), cut.Ignore)
	}
	other := drawSet(8, []string{"q"}, 4, 8, 0.5)
	other.Name = "else"
	joined, err := s.WithStrangers(other)
	if err != nil {
		t.Fatal(err)
	}
	r := evaluate(t, joined, Options{})
	// 12 labelled and 4 strangers; strangers form no pair among themselves, and
	// a forms none with a/x.
	if n := r.Verification.NonMatedPairs; n != 66-4*3-9+12*4-1-2 {
		t.Errorf("%d non-mated pairs", n)
	}
	if _, err := s.WithStrangers(drawSet(8, []string{"q"}, 1, 4, 0.5)); err == nil {
		t.Error("other dimension: no error")
	}
}

func TestOfCapturesKeepsTheirScores(t *testing.T) {
	s := scoreSet([]string{"a", "b", "a"}, []string{"a", "b"}, 1, 2, 3, 4, 5, 6)
	s.Samples[1].Refused = "broken" // has no scores
	s.Scores = []float32{1, 2, 5, 6}
	kept := s.OfCaptures(func(x Sample) bool { return x.Path != s.Samples[0].Path })
	if len(kept.Samples) != 4 || !slices.Equal(kept.Scores, []float32{5, 6}) {
		t.Errorf("%d samples, scores %v", len(kept.Samples), kept.Scores)
	}
	if err := kept.check(); err != nil {
		t.Error(err)
	}
}
