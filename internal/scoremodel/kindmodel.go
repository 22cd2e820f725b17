package scoremodel

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
)

// KindModel tells what shows something of the kind of a reference, with whatever
// contents, from what shows something else, where the LLR alone does not: the LLR asks for
// the same print. Its score is in units of an LLR:
//
//	score = LLR + Cosine cosine + Coverage min(1, coverage)
//
// by a logistic regression on copies with other contents and on references at random
// ([FitKindModel]). A KindModel is not changed once made, and safe for concurrent use.
type KindModel struct {
	Source   string   `json:"source,omitempty"` // what it was fitted on, in words
	Cosine   float64  `json:"cosine"`
	Coverage float64  `json:"coverage"`
	Random   Survival `json:"random"` // of the score of a comparison with something else
	// Shown is the share of fits to something else, on plain paper and wide enough to be
	// judged, that seem to show the reference's form or its emblems.
	Shown float64 `json:"shown"`
}

// minLooked strangers must have had their form looked at for a fit.
const minLooked = 25

// leastRare is the share of comparisons with something else that may reach the threshold
// at most, whatever the FPIR: of the form that such as are less like the reference seem to
// show the trials say little. By eye.
const leastRare = 0.01

// Score is that of evidence of which something was compared.
func (m *KindModel) Score(llr float64, e *Evidence) float64 { return llr + m.beside(e) }

// beside is what is added to the LLR.
func (m *KindModel) beside(e *Evidence) float64 {
	return m.Cosine*e.Cosine + m.Coverage*min(1, max(0, e.Coverage))
}

// Threshold returns the LLR from which on evidence that seems to show the reference's
// form is that of its kind: of strangers with nothing like them registered, a share of
// fpir reaches it in a gallery of n labels.
func (m *KindModel) Threshold(fpir float64, n int, e *Evidence) float64 {
	low, high := -2.0*maxLLR, 4.0*maxLLR
	for high-low > 1e-6 {
		if mid := (low + high) / 2; m.fpir(mid, n) <= fpir && m.Random.Rate(mid) <= leastRare {
			high = mid
		} else {
			low = mid
		}
	}
	return high - m.beside(e)
}

// FPIR is the share of strangers, with nothing like them registered, that show as much of
// a kind as the evidence does.
func (m *KindModel) FPIR(llr float64, n int, e *Evidence) float64 { return m.fpir(m.Score(llr, e), n) }

func (m *KindModel) fpir(score float64, n int) float64 {
	return -math.Expm1(float64(n) * math.Log1p(-min(m.Shown*m.Random.Rate(score), 1-1e-12)))
}

func (m *KindModel) check() error {
	if !(m.Cosine >= 0 && m.Cosine <= 100) || !(m.Coverage >= 0 && m.Coverage <= 100) || !(m.Shown > 0 && m.Shown <= 1) {
		return fmt.Errorf("cosine is %v, coverage %v, shown %v", m.Cosine, m.Coverage, m.Shown)
	}
	return m.Random.check()
}

//go:embed kinds.json
var kindModel []byte

// defaultKindModel is the one inside the program.
var defaultKindModel = func() *KindModel {
	m := new(KindModel)
	if err := json.Unmarshal(kindModel, m); err != nil {
		panic("scoremodel: kinds.json: " + err.Error())
	}
	if err := m.check(); err != nil {
		panic("scoremodel: kinds.json: " + err.Error())
	}
	return m
}()

// DefaultKindModel returns the model inside the program. `go run ./tools/kinds` makes it.
func DefaultKindModel() *KindModel { return defaultKindModel }

// FitKindModel fits a model on trials: copies with other contents against references at
// random, where they were located, both sides counting half. llr says what evidence is
// worth. shown says whether evidence with form can be judged, and seems to be of the
// reference's form.
func FitKindModel(trials []Trial, llr func(*Evidence) float64, shown func(*Evidence) (judged, seems bool), source string) (*KindModel, error) {
	var x [][]float64
	var mated []bool
	for i := range trials {
		if t := &trials[i]; t.HasComparison() && !t.LookAlike {
			x = append(x, []float64{llr(&t.Evidence), t.Cosine, min(1, t.Coverage)})
			mated = append(mated, t.Mated)
		}
	}
	weights, err := FitLogistic(x, mated)
	if err != nil {
		return nil, fmt.Errorf("copies and others that were located: %w", err)
	}
	if !(weights[0] > 0) {
		return nil, fmt.Errorf("the LLR has a weight of %v", weights[0])
	}
	m := &KindModel{Source: source, Cosine: max(0, weights[1]/weights[0]), Coverage: max(0, weights[2]/weights[0])}
	var scores []float64
	looked, seem := 0, 0
	for i := range trials {
		t := &trials[i]
		switch {
		case t.Mated || t.LookAlike:
			continue
		case !t.HasComparison():
			scores = append(scores, NotLocatedLLR)
			continue
		}
		scores = append(scores, m.Score(llr(&t.Evidence), &t.Evidence))
		if t.Form != nil {
			judged, seems := shown(&t.Evidence)
			looked, seem = looked+oneIf(judged), seem+oneIf(judged && seems)
		}
	}
	if looked < minLooked {
		return nil, fmt.Errorf("the form of %d strangers could be judged, at least %d: %w", looked, minLooked, ErrTooFew)
	}
	m.Random, m.Shown = fitSurvival(scores), float64(seem+1)/float64(looked+2) // Laplace: few seem to be
	return m, m.check()
}

// FitLogistic returns the weights of a logistic regression, without its bias: gradient
// descent with momentum on figures of mean 0 and deviation 1, both sides counting half, as
// [FitLLRModel] does it. x holds rows of figures, which are changed.
func FitLogistic(x [][]float64, positive []bool) ([]float64, error) {
	const rate, keep = 0.3, 0.9
	var count [2]float64
	for _, p := range positive {
		count[oneIf(p)]++
	}
	if min(count[0], count[1]) < minTrials {
		return nil, fmt.Errorf("%.0f of one side and %.0f of the other, at least %d of each: %w", count[1], count[0], minTrials, ErrTooFew)
	}
	last := len(x[0])
	scale := standardise(x)
	at, momentum := make([]float64, last+1), make([]float64, last+1)
	for range fitSteps {
		slope := make([]float64, last+1)
		for i, v := range x {
			sum := at[last]
			for k := range v {
				sum += at[k] * v[k]
			}
			y := oneIf(positive[i])
			e := (1/(1+math.Exp(-sum)) - float64(y)) / count[y]
			for k := range v {
				slope[k] += e * v[k]
			}
			slope[last] += e
		}
		for k := range at {
			if k < last {
				slope[k] += ridge / float64(len(x)) * at[k]
			}
			momentum[k] = keep*momentum[k] - rate*slope[k]
			at[k] += momentum[k]
		}
	}
	for k := range scale {
		at[k] /= scale[k]
	}
	return at[:last], nil
}

// standardise brings the figures in columns to mean 0 and deviation 1, and returns what
// they were divided by.
func standardise(x [][]float64) []float64 {
	scale := make([]float64, len(x[0]))
	for k := range scale {
		mean, squares := 0.0, 0.0
		for i := range x {
			mean += x[i][k] / float64(len(x))
		}
		for i := range x {
			x[i][k] -= mean
			squares += x[i][k] * x[i][k] / float64(len(x))
		}
		scale[k] = math.Sqrt(max(squares, 1e-12))
		for i := range x {
			x[i][k] /= scale[k]
		}
	}
	return scale
}
