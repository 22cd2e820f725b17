package decide

import (
	"fmt"
	"math"
	"slices"
)

// Trial is one probe against one reference.
type Trial struct {
	Probe  int // comparisons of one probe carry one number
	Family int // probes of one family carry one number
	Geometry
	Mated   bool // the probe shows a copy of the reference's kind
	Sibling bool // it shows a look-alike; neither: something else
}

const (
	// ridge is the strength of the pull of every weight to zero, in comparisons.
	ridge      = 10.0
	fitSteps   = 400
	minTrials  = 100
	wrongLeads = 0.005 // share of probes that may be answered with a look-alike

	lookAlikes = 0.5  // [Proof.Alike]
	kinShare   = 0.4  // of look-alikes reach [Proof.Kin]: as many as are accepted at 1 %
	thirdLead  = 1.05 // [Proof.Lead]
)

// weighed are the features of a proof. They ask how much of the reference's form
// is there and how much of it is another, all in all and in one place; contents
// have no say, since every copy has its own.
var weighed = []string{"form", "no-other-form", "inliers", "coverage"}

// FitProof fits the weights on located trials by logistic regression, copies of
// the reference's kind against look-alikes, which are what is hard to tell, and
// against other things that the reference was seen in, which weigh otherWeight as
// much. Weights are not negative (projected gradient), and both sides count half.
// Then it counts the rates at which strangers reach an LLR, and the margin by
// which the wrong one of two registered look-alikes hardly ever leads.
func FitProof(trials []Trial, source string) (*Proof, error) {
	var located []Trial
	var mated, siblings int
	for _, t := range trials {
		switch {
		case !t.judged():
			continue
		case t.Mated:
			mated++
		case t.Sibling:
			siblings++
		}
		located = append(located, t)
	}
	if mated < minTrials || siblings < minTrials {
		return nil, fmt.Errorf("%d mated and %d other located comparisons, at least %d of each: %w",
			mated, siblings, minTrials, ErrTooFew)
	}
	p := &Proof{Source: source, Alike: lookAlikes, Lead: thirdLead}
	p.regress(located, weighed)
	if err := p.count(trials); err != nil {
		return nil, err
	}
	return p, p.check()
}

// regress sets Bias and Terms: gradient descent with momentum on features of mean
// 0 and deviation 1, weights kept from falling below 0.
func (p *Proof) regress(trials []Trial, features []string) {
	const rate, keep = 0.3, 0.9
	x, mean, scale := standardised(trials, features)
	last := len(features) // the bias, after the weights
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
	p.Bias += at[last]
	for k, name := range features {
		weight := at[k] / scale[k]
		p.Terms = append(p.Terms, Term{name, weight})
		p.Bias -= weight * mean[k]
	}
}

// slopes is the gradient of the logistic loss at some weights and a bias, both
// sides counting half, plus that of the ridge.
func slopes(trials []Trial, x [][]float64, at []float64) []float64 {
	last := len(at) - 1
	gradient := make([]float64, len(at))
	var count [2]float64
	for i := range trials {
		count[oneIf(trials[i].Mated)] += trials[i].weight()
	}
	for i := range trials {
		sum := at[last]
		for k, v := range x[i] {
			sum += at[k] * v
		}
		y := oneIf(trials[i].Mated)
		e := (1/(1+math.Exp(-sum)) - float64(y)) * trials[i].weight() / count[y]
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

// otherWeight is what a comparison with something else counts beside one with a
// look-alike: there are many, and most are easy.
const otherWeight = 3

func (t *Trial) weight() float64 {
	if t.Mated || t.Sibling {
		return 1
	}
	return otherWeight
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// standardised returns the features of the trials with mean 0 and deviation 1,
// and what was taken off and divided by.
func standardised(trials []Trial, names []string) (x [][]float64, mean, scale []float64) {
	x = make([][]float64, len(trials))
	mean, scale = make([]float64, len(names)), make([]float64, len(names))
	for i := range trials {
		x[i] = make([]float64, len(names))
		for k, name := range names {
			x[i][k] = featureNamed(name).of(&trials[i].Geometry)
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

// count sets the rates and the margin.
func (p *Proof) count(trials []Trial) error {
	own, rival := map[int]float64{}, map[int]float64{}
	var random []float64
	for i := range trials {
		t := &trials[i]
		llr := p.LLR(&t.Geometry)
		switch {
		case t.Mated:
			raise(own, t.Probe, llr)
		case t.Sibling:
			raise(rival, t.Probe, llr)
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
	p.Family, p.Random = fitSurvival(family), fitSurvival(random)
	p.Kin = p.Family.reachedBy(kinShare)
	slices.Sort(leads)
	if n := len(leads); n > 0 {
		p.Margin = max(0, leads[n-1-int(wrongLeads*float64(n))])
	}
	return nil
}

func raise(best map[int]float64, key int, value float64) {
	if old, ok := best[key]; !ok || value > old {
		best[key] = value
	}
}
