package calibrate

import "exemplar/internal/scoremodel"

// Check compares a rate that was wished for with the one observed on families that the
// model of likelihood ratios was not fitted on.
type Check struct {
	Wished    float64 // share of strangers accepted whose look-alikes are registered
	Observed  float64
	Strangers int
	Right     float64 // share of captures accepted as what they are
}

// CrossCheck fits on every other family and looks at the rest, both ways.
func (t *Trials) CrossCheck(wished []float64) ([]Check, error) {
	checks := make([]Check, len(wished))
	for i, w := range wished {
		checks[i].Wished = w
	}
	mated := 0
	for fold := range 2 {
		model, err := scoremodel.FitLLRModel(t.of(1-fold), "")
		if err != nil {
			return nil, err
		}
		own, alike := bestOf(model, t.of(fold))
		mated += len(own)
		for i := range checks {
			c := &checks[i]
			threshold := model.Threshold(1, c.Wished, 1)
			c.Strangers += len(alike)
			c.Observed += reached(alike, threshold)
			c.Right += reached(own, threshold)
		}
	}
	for i := range checks {
		checks[i].Observed /= float64(max(1, checks[i].Strangers))
		checks[i].Right /= float64(max(1, mated))
	}
	return checks, nil
}

// of returns the trials of the families of one parity.
func (t *Trials) of(parity int) []scoremodel.Trial {
	var list []scoremodel.Trial
	for _, trial := range t.List {
		if trial.Group%2 == parity {
			list = append(list, trial)
		}
	}
	return list
}

// bestOf returns for every capture the LLR of its own reference and the best of
// its look-alikes'.
func bestOf(p *scoremodel.LLRModel, trials []scoremodel.Trial) (own, alike map[int]float64) {
	own, alike = map[int]float64{}, map[int]float64{}
	for i := range trials {
		of := alike
		switch {
		case trials[i].Mated:
			of = own
		case !trials[i].LookAlike:
			continue
		}
		llr := p.LLR(&trials[i].Evidence)
		if old, ok := of[trials[i].Probe]; !ok || llr > old {
			of[trials[i].Probe] = llr
		}
	}
	return own, alike
}

func reached(llrs map[int]float64, threshold float64) (n float64) {
	for _, llr := range llrs {
		if llr >= threshold {
			n++
		}
	}
	return n
}
