package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// choiceKinds are documents of which there are other copies, and which keep their length.
var choiceKinds = []string{"bank-card", "banknote", "bill", "certificate", "driving-licence", "form", "id-card", "id-card-back", "invoice", "letter", "membership", "receipt", "statement", "ticket"}

// choiceStates are the states that sub-labels are registered in. Their captures count for as
// much as those of any other label: what is damaged is torn or stained.
var choiceStates = []struct {
	state          capturesim.Wear
	glare, damaged bool
	times          int
}{{capturesim.Unworn, false, false, 2}, {capturesim.Glaring, true, false, 2}, {capturesim.Torn, false, true, 1}, {capturesim.Stained, false, true, 1}}

// shown is what was seen of a capture: the figures that are judged by.
type shown struct {
	state         int
	glare, damage []float64
}

// fitChoice fits the models by which condition.Nearest chooses among states: captures of
// drawn documents, of the same contents and of others, laid on a plain scan. It prints
// what internal/condition/state.go has.
func (s *settings) fitChoice(ctx context.Context) error {
	model, err := recognise.OpenModel("")
	if err != nil {
		return err
	}
	seen, err := parallel.Map(ctx, 0, numbers(s.choice), func(_ context.Context, n int) ([]shown, error) {
		seed := s.seed*100_000 + uint64(2*n+1)
		d := synthdoc.Document{Kind: choiceKinds[n%len(choiceKinds)], Template: seed, Content: seed, Size: 800}
		own := synthdoc.Draw(d)
		d.Content += 500_000
		copies := []*imaging.Image{own, synthdoc.Draw(d)}
		reference := recognise.NewReference(model.Embedder, capturesim.Taken(own, capturesim.Unworn, true, seed*17))
		var all []shown
		for at, state := range choiceStates {
			for k := range 4 {
				picture := capturesim.Taken(copies[k%2], state.state, k < 2, seed*13+uint64(1000*at+10*k))
				photo := recognise.NewPhoto(model.Embedder, picture)
				if found := photo.Verify(reference.Reference); found.Located {
					_, seen := photo.Conditions(reference.Reference, &found)
					glare, damage := seen.State.Figures()
					all = append(all, shown{at, glare[:], damage[:]})
				}
			}
		}
		return all, nil
	})
	if err != nil {
		return err
	}
	var glare, damage [][]float64
	var glares, damaged []bool
	for _, is := range slices.Concat(seen...) {
		state := choiceStates[is.state]
		for range state.times {
			glare, glares = append(glare, is.glare), append(glares, state.glare)
			damage, damaged = append(damage, is.damage), append(damaged, state.damaged)
		}
	}
	fmt.Printf("of %d documents\nglareModel  = [3]float64{%.3f}\ndamageModel = [3]float64{%.3f}\n", s.choice, logistic(glare, glares), logistic(damage, damaged))
	return nil
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// logistic fits a logistic regression by Newton's method, with a little ridge.
func logistic(x [][]float64, positive []bool) []float64 {
	const rounds, ridge = 40, 0.3
	n := len(x[0])
	w := make([]float64, n)
	for range rounds {
		a := make([][]float64, n) // the second derivatives, and the slope beside them
		for k := range a {
			a[k] = make([]float64, n+1)
			a[k][k], a[k][n] = ridge, -ridge*w[k]
		}
		for i, row := range x {
			v := 0.0
			for k := range row {
				v += w[k] * row[k]
			}
			p, y := 1/(1+math.Exp(-v)), 0.0
			if positive[i] {
				y = 1
			}
			for k := range row {
				for l := range row {
					a[k][l] += p * (1 - p) * row[k] * row[l]
				}
				a[k][n] += (y - p) * row[k]
			}
		}
		for k, step := range solved(a) {
			w[k] += step
		}
	}
	return w
}

// solved solves equations, which are positive definite, by Gauss.
func solved(a [][]float64) []float64 {
	n := len(a)
	for p := range n {
		for q := range n {
			if q == p {
				continue
			}
			f := a[q][p] / a[p][p]
			for j := p; j <= n; j++ {
				a[q][j] -= f * a[p][j]
			}
		}
	}
	out := make([]float64, n)
	for p := range n {
		out[p] = a[p][n] / a[p][p]
	}
	return out
}
