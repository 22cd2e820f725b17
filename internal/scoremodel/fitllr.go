package scoremodel

import (
	"fmt"
	"math"
	"slices"
)

// Trial is one probe against one reference.
type Trial struct {
	Probe int // comparisons of one probe carry one number
	Group int // probes of one family carry one number
	Evidence
	Mated     bool // the probe shows the reference
	LookAlike bool // it shows a look-alike; neither: something else
}

const (
	// ridge is the strength of the pull of every weight to zero, in comparisons. By
	// eye, as are the steps of the fit, which are many more than it needs.
	ridge     = 10.0
	fitSteps  = 400
	minTrials = 100 // of each kind that is counted
	// wrongLeadShare is the share of probes of which a look-alike may lead their own
	// label by more than [LLRModel.Margin]. By eye.
	wrongLeadShare = 0.005

	// These were chosen on the odd classes of the benchmark sets, with the even ones
	// in view (docs/results/proof.md).
	lookAlikePrior     = 0.025 // [LLRModel.LookAlikePrior]
	lookAlikeLLRShare  = 0.4   // of look-alikes reach [LLRModel.LookAlikeLLR]: as many as are accepted at an FPIR of 0.01
	unregisteredMargin = 1.05  // [LLRModel.UnregisteredMargin]
)

// expert is one kind of evidence, and its share in the whole.
type expert struct {
	share    float64
	features []string
}

// experts are fitted each for itself. The LLR is the mean of theirs by these shares
// (logarithmic opinion pool: Genest and Zidek 1986), which were chosen like the
// constants above. Fitted together, the changes of print would get all the weight: in
// the families no two documents of one kind differ in print, while notes have serial
// numbers.
var experts = []expert{
	{0.6, []string{"coverage", "smoothly", "weak", "weak-sharp", "judged"}},
	{0.4, []string{"unchanged"}},
}

// FitLLRModel fits a model on trials. First it fits the weights on located trials,
// mated ones against look-alikes, which are what is hard to tell: by logistic
// regression, with weights that are not negative (projected gradient) and both sides
// counting half. Then it counts how often strangers reach an LLR, and sets the margin
// by which the wrong one of two registered look-alikes hardly ever leads.
func FitLLRModel(trials []Trial, source string) (*LLRModel, error) {
	var located []Trial
	mated := 0
	for _, t := range trials {
		if t.Located && (t.Mated || t.LookAlike) {
			located = append(located, t)
			if t.Mated {
				mated++
			}
		}
	}
	if mated < minTrials || len(located)-mated < minTrials {
		return nil, fmt.Errorf("%d mated and %d other located comparisons, at least %d of each: %w",
			mated, len(located)-mated, minTrials, ErrTooFew)
	}
	m := &LLRModel{Source: source, Constants: DefaultConstants(), LookAlikePrior: lookAlikePrior, UnregisteredMargin: unregisteredMargin}
	for _, o := range experts {
		m.fitExpert(located, o)
	}
	if err := m.setRates(trials); err != nil {
		return nil, err
	}
	return m, m.check()
}

// fitExpert adds an expert to Bias and Terms: gradient descent with momentum on
// features of mean 0 and deviation 1, weights kept from falling below 0.
func (m *LLRModel) fitExpert(trials []Trial, o expert) {
	const rate, keep = 0.3, 0.9
	x, mean, scale := standardised(trials, o.features, &m.Constants)
	last := len(o.features) // the bias, after the weights
	at, momentum := make([]float64, last+1), make([]float64, last+1)
	for range fitSteps {
		for k, slope := range slopes(trials, x, at) {
			momentum[k] = keep*momentum[k] - rate*slope
			at[k] += momentum[k]
			if k < last && at[k] < 0 {
				at[k], momentum[k] = 0, 0
			}
		}
	}
	m.Bias += o.share * at[last]
	for k, name := range o.features {
		weight := o.share * at[k] / scale[k]
		m.Terms = append(m.Terms, Term{name, weight})
		m.Bias -= weight * mean[k]
	}
}

// slopes is the gradient of the logistic loss at some weights and a bias, both
// sides counting half, plus that of the ridge.
func slopes(trials []Trial, x [][]float64, at []float64) []float64 {
	last := len(at) - 1
	gradient := make([]float64, len(at))
	var count [2]float64
	for i := range trials {
		count[oneIf(trials[i].Mated)]++
	}
	for i := range trials {
		sum := at[last]
		for k, v := range x[i] {
			sum += at[k] * v
		}
		y := oneIf(trials[i].Mated)
		e := (1/(1+math.Exp(-sum)) - float64(y)) / count[y]
		for k, v := range x[i] {
			gradient[k] += e * v
		}
		gradient[last] += e
	}
	for k := range last {
		gradient[k] += ridge / float64(len(trials)) * at[k]
	}
	return gradient
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// standardised returns the features of the trials with mean 0 and deviation 1,
// and what was taken off and divided by.
func standardised(trials []Trial, names []string, c *Constants) (x [][]float64, mean, scale []float64) {
	x = make([][]float64, len(trials))
	mean, scale = make([]float64, len(names)), make([]float64, len(names))
	for i := range trials {
		x[i] = make([]float64, len(names))
		for k, name := range names {
			x[i][k] = featureNamed(name).of(&trials[i].Evidence, c)
			mean[k] += x[i][k] / float64(len(trials))
		}
	}
	for k := range names {
		for i := range x {
			x[i][k] -= mean[k]
			scale[k] += x[i][k] * x[i][k] / float64(len(x))
		}
		scale[k] = math.Sqrt(max(scale[k], 1e-12))
		for i := range x {
			x[i][k] /= scale[k]
		}
	}
	return x, mean, scale
}

// setRates sets the rates and the margin.
func (m *LLRModel) setRates(trials []Trial) error {
	own, rival := map[int]float64{}, map[int]float64{}
	var random []float64
	for i := range trials {
		t := &trials[i]
		llr := m.LLR(&t.Evidence)
		switch {
		case t.Mated:
			keepHighest(own, t.Probe, llr)
		case t.LookAlike:
			keepHighest(rival, t.Probe, llr)
		default:
			random = append(random, llr)
		}
	}
	var family, leads []float64
	for probe, llr := range rival {
		family = append(family, llr)
		if mated, ok := own[probe]; ok {
			leads = append(leads, llr-mated)
		}
	}
	if len(family) < minTrials || len(random) < minTrials {
		return fmt.Errorf("%d strangers with look-alikes, %d other comparisons, at least %d of each: %w",
			len(family), len(random), minTrials, ErrTooFew)
	}
	m.LookAlike, m.Random = fitSurvival(family), fitSurvival(random)
	m.LookAlikeLLR = m.LookAlike.reachedBy(lookAlikeLLRShare)
	slices.Sort(leads)
	if n := len(leads); n > 0 {
		m.Margin = max(0, leads[n-1-int(wrongLeadShare*float64(n))])
	}
	return nil
}

func keepHighest(best map[int]float64, key int, value float64) {
	if old, ok := best[key]; !ok || value > old {
		best[key] = value
	}
}
