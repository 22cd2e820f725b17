package scoremodel

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// located is evidence in which the given share of 100 blocks agrees.
func located(agrees float64) *Evidence {
	e := &Evidence{Verifiable: true, Located: true, Coverage: agrees, Comparable: 100,
		LocallyConsistent: agrees, CorrelationP10: max(0, 2*agrees-1), Frame: agrees, Inside: agrees, Cosine: agrees}
	for i := range 100 {
		e.InPhoto = append(e.InPhoto, PhotoBlock{X: float32(i%10) * 30, Y: float32(i/10) * 30, Size: 30, Agrees: float64(i) < 100*agrees})
	}
	return e
}

// trialsLike draws families: mated probes agree in nine tenths, siblings in six
// tenths, others hardly ever are found.
func trialsLike(families int, seed uint64) []Trial {
	r := rand.New(rand.NewPCG(seed, 9))
	share := func(mean, spread float64) *Evidence {
		return located(math.Round(100*min(1, max(0, mean+spread*r.NormFloat64()))) / 100)
	}
	var trials []Trial
	for f := range families {
		for shot := range 4 {
			probe := 4*f + shot
			trials = append(trials,
				Trial{Probe: probe, Group: f, Evidence: *share(0.9, 0.07), Mated: true},
				Trial{Probe: probe, Group: f, Evidence: *share(0.6, 0.1), LookAlike: true},
				Trial{Probe: probe, Group: f, Evidence: Evidence{Verifiable: true}})
			if r.IntN(10) == 0 {
				trials = append(trials, Trial{Probe: probe, Group: f, Evidence: *share(0.1, 0.05)})
			}
		}
	}
	return trials
}

func mustFitLLRModel(t testing.TB, trials []Trial) *LLRModel {
	t.Helper()
	p, err := FitLLRModel(trials, "test")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What is promised to strangers with a look-alike is what other ones meet.
func TestLLRModelKeepsItsPromise(t *testing.T) {
	p := mustFitLLRModel(t, trialsLike(400, 1))
	for _, fpir := range []float64{0.2, 0.05, 0.02} {
		threshold := p.Threshold(1, fpir, 10)
		accepted, strangers, right := 0.0, 0.0, 0.0
		for _, trial := range trialsLike(1500, 2) {
			reached := float64(oneIf(p.LLR(&trial.Evidence) >= threshold))
			if trial.LookAlike {
				strangers++
				accepted += reached
			} else if trial.Mated {
				right += reached
			}
		}
		if met := accepted / strangers; met > 1.4*fpir || met < fpir/2 {
			t.Errorf("asked for %v, met %v", fpir, met)
		}
		if right < 0.9*strangers {
			t.Errorf("at %v only %v of %v mated probes are accepted", fpir, right, strangers)
		}
	}
}

func TestThresholdsRiseWithCare(t *testing.T) {
	p := mustFitLLRModel(t, trialsLike(200, 3))
	accept, contested := p.Threshold(p.LookAlikePrior, 0.01, 10), p.Threshold(1, 0.01, 10)
	if accept >= contested {
		t.Errorf("accepts at %v, from kin at %v", accept, contested)
	}
	if stricter := p.Threshold(p.LookAlikePrior, 0.001, 10); stricter <= accept {
		t.Errorf("a rate of 0.001 accepts at %v, one of 0.01 at %v", stricter, accept)
	}
	if larger := p.Threshold(p.LookAlikePrior, 0.01, 100_000); larger <= accept {
		t.Errorf("100,000 labels accept at %v, 10 at %v", larger, accept)
	}
}

// The closer another label comes to the probe, the likelier the gallery holds a
// family that the probe is of.
func TestShareRisesWithKin(t *testing.T) {
	p := mustFitLLRModel(t, trialsLike(200, 3))
	last := 0.0
	for kin := -6.0; kin <= 6; kin += 0.01 {
		share := p.LookAlikePriorGiven(kin, 0.01, 10)
		if share < last || share < p.LookAlikePrior || share > 1 {
			t.Fatalf("share %v at %v, after %v", share, kin, last)
		}
		last = share
	}
	alone, family := p.Threshold(p.LookAlikePrior, 0.01, 10), p.Threshold(1, 0.01, 10)
	if got := p.LookAlikePriorGiven((alone-p.UnregisteredMargin)/(1+p.Constants.MarginSlope)-1e-4, 0.01, 10); got != p.LookAlikePrior {
		t.Errorf("of a label that what is accepted anyway leads enough: %v", got)
	}
	if got := p.LookAlikePriorGiven((family-p.UnregisteredMargin)/(1+p.Constants.MarginSlope)+0.01, 0.01, 10); got != 1 {
		t.Errorf("of a label that only what is sure leads enough: %v", got)
	}
	kin := ((alone+family)/2 - p.UnregisteredMargin) / (1 + p.Constants.MarginSlope)
	if got := p.Threshold(p.LookAlikePriorGiven(kin, 0.01, 10), 0.01, 10); math.Abs(got-(alone+family)/2) > 1e-3 {
		t.Errorf("beside kin of %v accepts at %v, want %v", kin, got, (alone+family)/2)
	}
}

// No evidence may count for less because it is better.
func TestLLRNeverFallsWithAgreement(t *testing.T) {
	p := mustFitLLRModel(t, trialsLike(100, 4))
	for _, term := range p.Terms {
		if term.Weight < 0 {
			t.Errorf("%s weighs %v", term.Feature, term.Weight)
		}
	}
	last := p.LLR(&Evidence{Verifiable: true})
	if last != NotLocatedLLR {
		t.Errorf("what was not found is worth %v", last)
	}
	unseen := located(1)
	unseen.Comparable = 0
	if got := p.LLR(unseen); got != NotLocatedLLR {
		t.Errorf("a fit to where nothing can be seen is worth %v", got)
	}
	for share := 0.0; share <= 1; share += 0.01 {
		llr := p.LLR(located(share))
		if llr < last {
			t.Fatalf("LLR falls from %v to %v at %v", last, llr, share)
		}
		last = llr
	}
	partly := located(0.9)
	partly.Blocks = 1000 // a tenth of it could be judged
	if p.LLR(partly) >= p.LLR(located(0.9)) {
		t.Error("what lies outside of the photo does not count")
	}
	broken := located(0.9)
	broken.CorrelationP10, broken.LocallyConsistent = math.NaN(), math.NaN()
	if got := p.LLR(broken); got != NotLocatedLLR {
		t.Errorf("broken evidence is worth %v", got)
	}
}

func TestFitLLRModelRefusesTooFew(t *testing.T) {
	if _, err := FitLLRModel(trialsLike(10, 1), ""); !errors.Is(err, ErrTooFew) {
		t.Errorf("got %v", err)
	}
}

func TestSurvivalProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-6, 6), 20, 300).Draw(t, "values")
		if rapid.Bool().Draw(t, "ties") {
			for i := range values {
				values[i] = math.Round(values[i])
			}
		}
		s := fitSurvival(values)
		if err := s.check(); err != nil {
			t.Fatal(err)
		}
		last := 1.0
		for llr := -13.0; llr < 13; llr += 0.05 {
			rate := s.Rate(llr)
			if !(rate <= last+1e-12 && rate > 0) {
				t.Fatalf("rate %v at %v after %v", rate, llr, last)
			}
			last = rate
		}
		share := rapid.Float64Range(0.001, 0.9).Draw(t, "share")
		if at := s.reachedBy(share); s.Rate(at+1e-5) > share {
			t.Fatalf("a share of %v reaches %v, said to be %v", s.Rate(at), at, share)
		}
	})
}

func TestCalibrationCarriesItsLLRModel(t *testing.T) {
	c := mustFit(t, gaussian(2000, 0.1, 1))
	plain, _ := json.Marshal(c)
	if strings.Contains(string(plain), "proof") {
		t.Errorf("a calibration without a proof mentions it: %s", plain)
	}
	c.LLRModel = mustFitLLRModel(t, trialsLike(100, 5))
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseCalibration(data)
	if err != nil {
		t.Fatal(err)
	}
	g := located(0.83)
	if again.LLRModel.LLR(g) != c.LLRModel.LLR(g) || again.LLRModel.Margin != c.LLRModel.Margin {
		t.Error("changed by JSON")
	}
	for _, change := range [][2]string{
		{`"feature":"smoothly"`, `"feature":"colour"`}, {`"weight":`, `"weight":-`}, {`"bias":`, `"bias":1e9,"x":`},
		{`"alike":0.025`, `"alike":0`}, {`"family":{`, `"family":{},"x":{`}, {`"random":{`, `"random":{},"x":{`},
	} {
		bad := strings.Replace(string(data), change[0], change[1], 1)
		if bad == string(data) {
			t.Fatalf("nothing to change: %q", change[0])
		}
		if _, err := ParseCalibration([]byte(bad)); !errors.Is(err, ErrCalibration) {
			t.Errorf("%s: got %v", change[1], err)
		}
	}
}
