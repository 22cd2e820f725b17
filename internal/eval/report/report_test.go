package report

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/kernel"
)

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
		for _, o := range []eval.Options{{Repetitions: 2, Workers: 1}, {Repetitions: 2, Workers: 1, Protocol: eval.ReferenceProbe}} {
			r, err := eval.Evaluate(context.Background(), s, o)
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
		scores, err := eval.ReadScores(strings.NewReader("score,mated,class_a,class_b\n" + lines))
		if err != nil {
			t.Fatal(err)
		}
		r, err := eval.EvaluateScores("matcher", "", scores)
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
func tinySet(rng *rand.Rand) *eval.Set {
	labels := []string{"a", "a/b", "c/d", "c/e"}[:1+rng.IntN(4)]
	s := &eval.Set{Name: "tiny", Dim: 2}
	captures, references := 0, 0
	for i := range 1 + rng.IntN(7) {
		x := eval.Sample{Sample: dataset.Sample{Path: fmt.Sprintf("%d.jpg", i), Label: labels[rng.IntN(len(labels))], IsReference: rng.IntN(2) == 0, Condition: []string{"", "dim", "glare"}[rng.IntN(3)]}}
		switch rng.IntN(8) {
		case 0:
			x.Label, x.IsReference = "", false
		case 1:
			x.Refused = "broken"
		}
		s.Samples = append(s.Samples, x)
		s.Embeddings = append(s.Embeddings, [][]float32{{1, 0}, {0, 1}, {-1, 0}}[rng.IntN(3)]...)
		if !(x.IsReference && x.Label != "") {
			s.Answers = append(s.Answers, eval.Answer{Outcome: decide.Match, Label: labels[0]})
		}
		switch {
		case x.Refused != "":
		case (x.IsReference && x.Label != ""):
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
func checkWritten(t *testing.T, name string, r *eval.Result) {
	t.Helper()
	var object, table, page bytes.Buffer
	results := []*eval.Result{r}
	for _, err := range []error{eval.WriteJSON(&object, results), eval.WriteCSV(&table, results), Write(&page, results, Options{Maps: true})} {
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

func TestReportStandsAlone(t *testing.T) {
	s := drawSet(32, append(numbered(10), "tree/<b>leaf</b>"), 4, 16, 0.9)
	s.Model = "first"
	for _, x := range s.Samples {
		if !x.IsReference {
			s.Answers = append(s.Answers, eval.Answer{Outcome: decide.Match, Label: x.Label})
		}
	}
	other := *s
	other.Model = "second"
	other.Probes = []eval.Probe{{Label: "k001", Registered: eval.Lookup{Answer: eval.Answer{Outcome: decide.Match, Label: "k001"}}}}
	results := []*eval.Result{evaluate(t, s, eval.Options{}), evaluate(t, &other, eval.Options{})}
	sweep := &eval.Sweep{Model: "first"}
	for severity := range eval.Severities {
		sweep.Add("blur", severity+1, results[0].Verification)
	}
	var b bytes.Buffer
	err := Write(&b, results, Options{
		Sweeps: []*eval.Sweep{sweep}, Maps: true,
		Thumb: func(*eval.Set, int) []byte { return []byte("\x89PNG tiny") },
	})
	if err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"first", "second", `aria-label="ROC"`, `aria-label="DET"`, `aria-label="CMC"`, `aria-label="principal axes`, "robustness to blur", "data:image/png;base64,", "Taken for each other", "strangers accepted, own label left out", "Worst mated pairs", "By condition", "tree/&lt;b&gt;leaf"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	for _, bad := range []string{"<b>leaf", "NaN", "ZgotmplZ", "%!", `src="http`, `href="http`, "url(", "@import", "fetch("} {
		if strings.Contains(page, bad) {
			t.Errorf("the report contains %q", bad)
		}
	}
	if n := strings.Count(page, "data:image/png"); n != len(s.Samples) {
		t.Errorf("%d thumbnails for %d images of one set", n, len(s.Samples))
	}
}

func TestReportOfPoorSets(t *testing.T) {
	scores, err := eval.ReadScores(strings.NewReader("score,mated,class_a,class_b\n5,1,a,a\n3,0,a,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := eval.EvaluateScores("matcher", "", scores)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	poor := []*eval.Result{r, evaluate(t, drawSet(1, numbered(1), 1, 4, 0), eval.Options{}), evaluate(t, drawSet(1, numbered(2), 2, 2, 0), eval.Options{})}
	if err := Write(&b, poor, Options{Maps: true}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
		t.Error("the report contains values that are no numbers")
	}
}

func TestModelsKeepTheirColours(t *testing.T) {
	for i := range seriesColours {
		if colour := fmt.Sprintf("--c%d: #", i); strings.Count(pageCSS, colour) != 2 { // in light and in dark
			t.Errorf("%q is not set in light and dark", colour)
		}
		if rule := fmt.Sprintf(".s%d { --c: var(--c%d); }", i, i); !strings.Contains(pageCSS, rule) || series(i) == series(i+seriesColours-1) {
			t.Errorf("model %d has no colour of its own", i)
		}
	}
	// The first can be judged in no plot; the second's lines keep the second colour.
	nothing := &eval.Set{Name: "drawn", Scores: []float32{}, Samples: []eval.Sample{{Sample: dataset.Sample{Path: "a/1.jpg", Label: "a"}}}}
	results := []*eval.Result{evaluate(t, nothing, eval.Options{}), evaluate(t, drawSet(1, numbered(3), 3, 4, 0), eval.Options{})}
	var b bytes.Buffer
	if err := Write(&b, results, Options{}); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, `class="line s1 `) || strings.Contains(page, `class="line s0 `) {
		t.Error("the second model's lines have the first's colour")
	}
}

// drawSet makes a set of classes around random directions, a reference and
// images-1 captures each. Values are multiples of 1/64 before normalising.
func drawSet(seed uint64, labels []string, images, dim int, noise float64) *eval.Set {
	rng := rand.New(rand.NewPCG(seed, 5))
	s := &eval.Set{Name: "drawn", Dim: dim}
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
			s.Samples = append(s.Samples, eval.Sample{Sample: dataset.Sample{Path: label + "/" + name, Label: label, IsReference: k == 0, Condition: fmt.Sprintf("c%d", k)}})
			for _, v := range centre {
				s.Embeddings = append(s.Embeddings, float32(math.Round(64*(v+noise*rng.NormFloat64()))/64))
			}
		}
	}
	for i := 0; i < len(s.Embeddings); i += dim {
		kernel.NormalizeL2(s.Embeddings[i : i+dim])
	}
	return s
}

func numbered(n int) []string {
	var labels []string
	for i := range n {
		labels = append(labels, fmt.Sprintf("k%03d", i))
	}
	return labels
}

func evaluate(t *testing.T, s *eval.Set, o eval.Options) *eval.Result {
	t.Helper()
	r, err := eval.Evaluate(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPrincipalAxes(t *testing.T) {
	// Points of an ellipse in a plane of four dimensions: half-axes 3 and 1.
	var x []float32
	for k := range 100 {
		s, c := math.Sincos(2 * math.Pi * float64(k) / 100)
		x = append(x, 5, float32(3*c), float32(s), -2)
	}
	points, share, err := principal(x, 4)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "first share", share[0], 0.9, 1e-6)
	near(t, "second share", share[1], 0.1, 1e-6)
	for k, p := range points {
		near(t, "x", math.Abs(p.x), math.Abs(float64(x[4*k+1])), 1e-5)
		near(t, "y", math.Abs(p.y), math.Abs(float64(x[4*k+2])), 1e-5)
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) {
		t.Errorf("%s: %.9g, want %.9g", what, got, want)
	}
}
