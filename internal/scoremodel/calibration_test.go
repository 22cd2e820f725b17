package scoremodel

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// gaussian draws impostor scores around 0.1 with the given spread.
func gaussian(n int, spread float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	scores := make([]float32, n)
	for i := range scores {
		scores[i] = float32(min(1, max(-1, 0.1+spread*rng.NormFloat64())))
	}
	return scores
}

func mustFit(t testing.TB, scores []float32) *Calibration {
	t.Helper()
	c, err := FitCalibration(scores, "test")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFMRIsWhatWasCounted(t *testing.T) {
	scores := gaussian(100_000, 0.12, 1)
	c := mustFit(t, scores)
	sorted := slices.Clone(scores)
	slices.Sort(sorted)
	for _, fmr := range []float64{0.9, 0.5, 0.1, 0.03, 0.01, 1e-3} {
		s := sorted[int((1-fmr)*float64(len(sorted)))]
		if got := c.FMR(float64(s)); math.Abs(math.Log(got/fmr)) > 0.25 {
			t.Errorf("FMR(%v) = %.3g, counted %.3g", s, got, fmr)
		}
	}
}

// Beyond the data the tail may err towards more impostors, not towards fewer.
func TestTailExtrapolatesCautiously(t *testing.T) {
	pareto := func(n int, seed uint64) []float32 { // heavy: look-alikes among the impostors
		rng := rand.New(rand.NewPCG(seed, 2))
		scores := make([]float32, n)
		for i := range scores {
			scores[i] = float32(min(1, 0.01*(math.Pow(rng.Float64(), -0.2)-1)/0.2))
		}
		return scores
	}
	cases := []struct {
		name  string
		draw  func(seed uint64) []float32
		truth func(s float64) float64
		dear  float64 // cosine by which a threshold may be too high
	}{
		{"gaussian", func(seed uint64) []float32 { return gaussian(50_000, 0.1, seed) },
			func(s float64) float64 { return math.Erfc((s-0.1)/0.1/math.Sqrt2) / 2 }, 0.11},
		{"heavy", func(seed uint64) []float32 { return pareto(50_000, seed) },
			func(s float64) float64 { return math.Pow(1+0.2*max(s, 0)/0.01, -1/0.2) }, 1},
	}
	// Down to 6e-5 the 50,000 scores speak; every decade beyond may double the error.
	rates := []struct{ fmr, factor float64 }{{1e-3, 1.5}, {1e-4, 2}, {1e-5, 4}, {1e-6, 8}}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(20) {
				fit := mustFit(t, c.draw(seed))
				for _, r := range rates {
					s := fit.Score(r.fmr)
					if truth := c.truth(s); truth > r.factor*r.fmr || c.truth(s-c.dear) < r.fmr {
						t.Errorf("seed %d: at score %.3f the fit says %.0e, the truth is %.2e", seed, s, r.fmr, truth)
					}
				}
			}
		})
	}
}

// A wished rate of accepted strangers is what strangers then meet.
func TestThresholdKeepsThePromisedRate(t *testing.T) {
	c := mustFit(t, gaussian(200_000, 0.12, 3))
	for _, labels := range []int{1, 10, 100, 500} {
		for _, fpir := range []float64{0.1, 0.01} {
			const strangers = 4000
			threshold := float32(c.Threshold(fpir, labels))
			accepted := 0
			scores := gaussian(strangers*labels, 0.12, uint64(labels)+7)
			for i := range strangers {
				if slices.Max(scores[i*labels:(i+1)*labels]) >= threshold {
					accepted++
				}
			}
			got := float64(accepted) / strangers
			spread := 4*math.Sqrt(fpir*(1-fpir)/strangers) + 0.25*fpir // chance, and the fit
			if math.Abs(got-fpir) > spread {
				t.Errorf("%d labels: asked for %v, met %v", labels, fpir, got)
			}
		}
	}
}

func TestAcceptFMR(t *testing.T) {
	cases := []struct {
		fpir float64
		n    int
		want float64
	}{{0.01, 1, 0.01}, {0.01, 0, 0.01}, {0.5, 2, 1 - math.Sqrt(0.5)}, {0.01, 1_000_000, 1.005033580e-8}}
	for _, c := range cases {
		if got := AcceptFMR(c.fpir, c.n); math.Abs(got/c.want-1) > 1e-8 {
			t.Errorf("AcceptFMR(%v, %d) = %v, want %v", c.fpir, c.n, got, c.want)
		}
	}
}

func TestCurveProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := FitCalibration(gaussian(rapid.IntRange(1000, 5000).Draw(t, "n"),
			rapid.Float64Range(0.001, 0.4).Draw(t, "spread"), rapid.Uint64().Draw(t, "seed")), "")
		if err != nil {
			t.Fatal(err)
		}
		a, b := rapid.Float64Range(-1.5, 1.5).Draw(t, "a"), rapid.Float64Range(-1.5, 1.5).Draw(t, "b")
		if a > b {
			a, b = b, a
		}
		if c.FMR(a) < c.FMR(b)*(1-1e-12) { // rounding
			t.Fatalf("FMR(%v) = %v rises to FMR(%v) = %v", a, c.FMR(a), b, c.FMR(b))
		}
		fmr := math.Pow(10, rapid.Float64Range(-12, -0.01).Draw(t, "log fmr"))
		s := c.Score(fmr)
		if got := c.FMR(s + 1e-9); got > fmr*(1+1e-6) {
			t.Fatalf("FMR(Score(%v)) = %v", fmr, got)
		}
		if got := c.FMR(s - 1e-3); got < fmr*(1-1e-6) {
			t.Fatalf("Score(%v) = %v, but FMR is %v a little below", fmr, s, got)
		}
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseCalibration(data)
		if err != nil || again.FMR(a) != c.FMR(a) || again.Score(fmr) != s || again.Margin != c.Margin {
			t.Fatalf("changed by JSON: %v", err)
		}
	})
}

func TestFMRNeverTrustsNaN(t *testing.T) {
	if got := mustFit(t, gaussian(2000, 0.1, 1)).FMR(math.NaN()); got != 1 {
		t.Errorf("FMR(NaN) = %v", got)
	}
}

func TestFitRefuses(t *testing.T) {
	same := make([]float32, 5000)
	nan := gaussian(2000, 0.1, 1)
	nan[77] = float32(math.NaN())
	cases := []struct {
		name   string
		scores []float32
		want   error
	}{
		{"too few", gaussian(MinImpostors-1, 0.1, 1), ErrTooFew},
		{"all the same", same, ErrCalibration},
		{"NaN", nan, ErrCalibration},
		{"no cosine", append([]float32{17}, gaussian(2000, 0.1, 1)...), ErrCalibration},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := FitCalibration(c.scores, ""); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// Ties and clusters must not break the counting.
func TestFitOnCoarseScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	scores := make([]float32, 20_000)
	for i := range scores {
		scores[i] = float32(math.Round(rng.NormFloat64()*4) / 20)
	}
	c := mustFit(t, scores)
	for s := -1.0; s < 0.4; s += 0.05 {
		counted := 0
		for _, x := range scores {
			if float64(x) >= s-1e-6 {
				counted++
			}
		}
		if got := c.FMR(s - 0.02); got < float64(counted)/float64(len(scores))*0.99 {
			t.Errorf("FMR(%.2f) = %v, but %d of %d reach %.2f", s-0.02, got, counted, len(scores), s)
		}
	}
}

func TestParseCalibrationRefuses(t *testing.T) {
	good := `{"pairs":1000,"knots":[{"score":0,"fmr":1},{"score":0.4,"fmr":0.01}],"tail":{"start":0.4,"rate":0.01,"scale":0.05,"shape":0},"margin":0.05}`
	if _, err := ParseCalibration([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`{"pairs"`, `{"pairs`}, {`1000`, `0`}, {`"fmr":1}`, `"fmr":0}`}, {`"fmr":1}`, `"fmr":0.001}`},
		{`"score":0,`, `"score":0.5,`}, {`"start":0.4`, `"start":0.3`}, {`"scale":0.05`, `"scale":0`},
		{`"shape":0`, `"shape":-1`}, {`"shape":0`, `"shape":5`}, {`"margin":0.05`, `"margin":-1`},
		{`"margin":0.05`, `"margin":"wide"`}, {`{"score":0,"fmr":1},`, ``}, {good, `null`}, {good, `{}`}, {good, ``},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if _, err := ParseCalibration([]byte(bad)); !errors.Is(err, ErrCalibration) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

func FuzzParseCalibration(f *testing.F) {
	data, err := json.Marshal(mustFit(f, gaussian(2000, 0.1, 1)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"pairs":1,"knots":[{"score":0,"fmr":1},{"score":1,"fmr":1}],"tail":{"start":1,"rate":1,"scale":1,"shape":0.4}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseCalibration(data)
		if err != nil {
			return
		}
		last := 1.0
		for s := -2.5; s <= 2.5; s += 0.01 {
			fmr := c.FMR(s)
			if !(fmr >= 0 && fmr <= last*(1+1e-12)) {
				t.Fatalf("FMR(%v) = %v after %v", s, fmr, last)
			}
			last = fmr
		}
		if s := c.Threshold(0.01, 100); math.IsNaN(s) {
			t.Fatal("threshold is NaN")
		}
	})
}

func TestFitMargin(t *testing.T) {
	leads := make([]float32, 1000) // 4 of 1000 are led by a wrong label, by 0.01 to 0.04
	for i := range leads {
		leads[i] = 0.3
	}
	for i, wrong := range []float32{-0.03, -0.01, -0.04, -0.02} {
		leads[100*i] = wrong
	}
	cases := []struct{ rate, want float64 }{
		{0.003, 0.01}, {0.0031, 0.01}, {0.004, 0}, {0.02, 0},
	}
	for _, c := range cases {
		got, err := FitMargin(leads, c.rate)
		if err != nil || math.Abs(got-c.want) > 1e-6 {
			t.Errorf("FitMargin(rate %v) = %v, %v, want %v", c.rate, got, err, c.want)
		}
	}
	if _, err := FitMargin(leads[:100], 0.003); !errors.Is(err, ErrTooFew) {
		t.Errorf("100 leads for 0.003: %v", err)
	}
	leads[500] = float32(math.NaN())
	if _, err := FitMargin(leads, 0.01); !errors.Is(err, ErrCalibration) {
		t.Errorf("a lead of NaN: %v", err)
	}
}

// The definition: at most the given share of wrong labels leads by more.
func TestFitMarginProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leads := rapid.SliceOfN(rapid.Float32Range(-1, 1), 300, 400).Draw(t, "leads")
		rate := rapid.Float64Range(0.01, 0.5).Draw(t, "rate")
		margin, err := FitMargin(leads, rate)
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for _, lead := range leads {
			if -float64(lead) > margin {
				wrong++
			}
		}
		if float64(wrong) > rate*float64(len(leads)) {
			t.Fatalf("%d of %d lead by more than %v", wrong, len(leads), margin)
		}
	})
}

func BenchmarkFitCalibration(b *testing.B) {
	scores := gaussian(1_000_000, 0.12, 1)
	b.ReportAllocs()
	for b.Loop() {
		mustFit(b, scores)
	}
}

func ExampleFitCalibration() {
	c, _ := FitCalibration(gaussian(1_000_000, 0.1, 1), "a million strangers")
	for _, labels := range []int{10, 10_000} {
		fmt.Printf("%d labels: accept at %.2f\n", labels, c.Threshold(0.01, labels))
	}
	// Output:
	// 10 labels: accept at 0.41
	// 10000 labels: accept at 0.60
}
