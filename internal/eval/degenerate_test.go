package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"exemplar/internal/dataset"
)

// Two classes share all of their non-mated pairs, so they err alike: nothing is
// known of how classes differ, and the interval must still be one.
func TestEqualClassesGiveAnInterval(t *testing.T) {
	for others := 1; others <= 2*tailPairs+1; others++ {
		s := &Scores{classes: []string{"a", "b"}}
		for i := range others {
			s.pairs = append(s.pairs, scoredPair{pair{float64(i) / float64(others), 0, 1}, false})
		}
		for i := range 8 {
			s.pairs = append(s.pairs, scoredPair{pair{float64(i) / 8, int32(i % 2), int32(i % 2)}, true})
		}
		v, err := s.Verify()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range v.Points {
			if !ordered(p.Low, p.TPR, p.High) {
				t.Errorf("%d non-mated pairs, FMR %g: TPR %g in [%g, %g]", others, p.Target, p.TPR, p.Low, p.High)
			}
		}
		for _, p := range v.Curve {
			if !ordered(p.Low, p.TPR, p.High) {
				t.Errorf("%d non-mated pairs, curve at %g: TPR %g in [%g, %g]", others, p.FMR, p.TPR, p.Low, p.High)
			}
		}
	}
}

// ordered reports whether the values, none of them NaN, rise from 0 to 1.
func ordered(values ...float64) bool {
	last := 0.0
	for _, v := range values {
		if !(v >= last-1e-12 && v <= 1+1e-12) {
			return false
		}
		last = v
	}
	return true
}

// Whatever a small set lacks, it is judged and written: no crash, no NaN.
func TestTinySetsAreJudged(t *testing.T) {
	for seed := range uint64(200) {
		s := tinySet(rand.New(rand.NewPCG(seed, 9)))
		for _, o := range []Options{{Repetitions: 2, Workers: 1}, {Repetitions: 2, Workers: 1, Protocol: ReferenceProbe}} {
			r, err := Evaluate(context.Background(), s, o)
			if err != nil {
				if strings.Contains(err.Error(), "could be used") { // all were refused
					continue
				}
				t.Fatalf("seed %d: %v", seed, err)
			}
			if id := r.Identification; id != nil {
				for _, p := range id.Open {
					if !ordered(p.Low, p.FNIR, p.High) || p.Threshold > 1.001 {
						t.Errorf("seed %d: %+v", seed, p)
					}
				}
			}
			checkWritten(t, fmt.Sprintf("seed %d, %s", seed, o.Protocol), r)
		}
	}
}

// Scores of any size, and as close as numbers can be, make a readable page.
func TestScoresOfAnySizeAreWritten(t *testing.T) {
	for _, lines := range []string{
		"1,0,a,b\n1.0000000000000002,1,a,a\n", "3e38,0,a,b\n-3e38,1,a,a\n", "3e38,0,a,b\n3e38,1,a,a\n", "1e-310,0,a,b\n0,1,a,a\n", "1e-13,0,a,b\n3e-13,1,a,a\n",
	} {
		scores, err := ReadScores(strings.NewReader("score,mated,class_a,class_b\n" + lines))
		if err != nil {
			t.Fatal(err)
		}
		r, err := EvaluateScores("matcher", "", scores)
		if err != nil {
			t.Fatal(err)
		}
		checkWritten(t, lines, r)
	}
	ticks := axis{low: 1, high: 1.0000000000000002}.ticks()
	if len(ticks) > 12 {
		t.Errorf("%d ticks", len(ticks))
	}
}

// tinySet draws up to seven images of up to four labels, nested ones among them, with
// few different scores.
func tinySet(rng *rand.Rand) *Set {
	labels := []string{"a", "a/b", "c/d", "c/e"}[:1+rng.IntN(4)]
	s := &Set{Name: "tiny", Dim: 2}
	captures, references := 0, 0
	for i := range 1 + rng.IntN(7) {
		x := Sample{Sample: dataset.Sample{Path: fmt.Sprintf("%d.jpg", i), Label: labels[rng.IntN(len(labels))], IsReference: rng.IntN(2) == 0, Condition: []string{"", "dim", "glare"}[rng.IntN(3)]}}
		switch rng.IntN(8) {
		case 0:
			x.Label, x.IsReference = "", false
		case 1:
			x.Refused = "broken"
		}
		s.Samples = append(s.Samples, x)
		s.Embeddings = append(s.Embeddings, [][]float32{{1, 0}, {0, 1}, {-1, 0}}[rng.IntN(3)]...)
		if !x.enrolled() {
			s.Answers = append(s.Answers, Answer{Match, labels[0]})
		}
		switch {
		case x.Refused != "":
		case x.enrolled():
			references++
		default:
			captures++
		}
	}
	if rng.IntN(2) == 0 {
		s.Embeddings, s.Dim, s.Scores = nil, 0, make([]float32, captures*references)
		for i := range s.Scores {
			s.Scores[i] = float32(rng.IntN(3)) / 2
		}
	}
	return s
}

// checkWritten writes a result in every form.
func checkWritten(t *testing.T, name string, r *Result) {
	t.Helper()
	var object, table, page bytes.Buffer
	results := []*Result{r}
	for _, err := range []error{WriteJSON(&object, results), WriteCSV(&table, results), WriteReport(&page, results, ReportOptions{Maps: true})} {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if !json.Valid(object.Bytes()) {
		t.Errorf("%s: no JSON: %s", name, object.String())
	}
	for _, text := range []string{table.String(), page.String()} {
		for _, bad := range []string{"NaN", "+Inf", "-Inf", "e+308", "%!"} {
			if at := strings.Index(text, bad); at >= 0 {
				t.Fatalf("%s: %q in ...%s", name, bad, text[max(0, at-120):at+len(bad)])
			}
		}
	}
}
