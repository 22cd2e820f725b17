package condition

import (
	"cmp"
	"math"
	"slices"
)

// State is what the states of pictures are compared by.
type State struct {
	strengths     [kinds]float64 // in [0, 1], in the order of [Kinds]
	glare, damage amount
}

// amount is how much of a document something happened to, as shares of its area: in
// regions that are seen, and by the sum of all that may be, weak as it is.
type amount struct{ seen, hinted float64 }

// floorOf is added to shares before their logarithm is taken: less cannot be told from
// nothing.
const floorOf = 0.001

// all is how much it comes to.
func (a amount) all() float64 {
	const hint = 0.026
	return a.seen + hint*a.hinted
}

// figures are those of the logistic model of chance.
func (a amount) figures() [3]float64 {
	const usual = 0.01
	return [3]float64{1, math.Log((a.hinted + floorOf) / usual), math.Log((a.seen + floorOf) / usual)}
}

// chance is how likely it is that the picture is in such a state, by a logistic model.
func (a amount) chance(m *[3]float64) float64 {
	v := 0.0
	for k, f := range a.figures() {
		v += m[k] * f
	}
	return 1 / (1 + math.Exp(-v))
}

// Figures are those by which it is judged whether a picture has glare, and damage: tools/condition
// fits the models on them.
func (s *State) Figures() (glare, damage [3]float64) { return s.glare.figures(), s.damage.figures() }

const kinds = 11

func (s *State) set(k Kind, strength float64) {
	at := slices.Index(Kinds(), k)
	s.strengths[at] = max(s.strengths[at], strength)
}

// Of is the strength of a kind.
func (s *State) Of(k Kind) float64 { return s.strengths[slices.Index(Kinds(), k)] }

// damages are kinds that stand for each other in a state, since people call them by one
// name, "damaged".
var damages = []Kind{Torn, Stained}

// damaged is the strength of the strongest of them.
func (s *State) damaged() float64 { return max(s.Of(Torn), s.Of(Stained)) }

// IsIn says that a state is plainly one of a kind, or of one that stands for it.
func (s *State) IsIn(k Kind) bool {
	if slices.Contains(damages, k) {
		return s.damaged() >= Plain
	}
	return s.Of(k) >= Plain
}

// The models of amount.chance: fitted on 338 captures of 26 drawn documents of odd numbers,
// plain, with glare, torn and stained, with the same and with other contents. The command
// `go run ./tools/condition -choice 28` makes and fits such.
var (
	glareModel  = [3]float64{-0.02, 1.37, 0.47}
	damageModel = [3]float64{0.47, 0.46, 1.86}
)

// even is about how much is seen in a picture that is in no such state. By eye.
const even = 1e-4

// Nearest returns which of some registered states a photo is in: one, or several where it
// is too close to tell, the likeliest first, or none where the photo is in a state that
// none of them is in. States are compared with each other: that of several in which most
// happened is the one with glare, be it little. Only what some of them have tells them
// apart: a copy with glare that is blurred as well is one with glare, and a plain one that
// is blurred is plain.
func Nearest(photo *State, registered []State) []int {
	const (
		sure    = 0.7  // probability from which on it is one of them
		another = 0.45 // strength of a condition from which on a photo that has none of the registered ones is in none of their states
		rival   = 3    // times likelier is the likeliest than one that stays open
	)
	p := likelihoods(photo, registered)
	order := make([]int, len(registered))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	switch best := order[0]; {
	case registered[best].Worst() < Plain && photo.strangest(registered) >= another:
		return nil
	case p[best] >= sure:
		return order[:1]
	}
	return slices.DeleteFunc(order, func(i int) bool { return p[i] < p[order[0]]/rival })
}

// likelihoods are the probabilities of the registered states, if it is one of them.
func likelihoods(photo *State, registered []State) []float64 {
	const least = 1e-3
	p := make([]float64, len(registered))
	for i := range p {
		p[i] = 1
	}
	// has takes what each of the registered states has of something, in [0, 1], and the
	// probability that the photo has it.
	has := func(chance float64, of func(s *State) float64) {
		for i := range registered {
			share := of(&registered[i])
			p[i] *= share*chance + (1-share)*(1-chance) + least
		}
	}
	for _, a := range []struct {
		of    func(s *State) amount
		model *[3]float64
	}{{func(s *State) amount { return s.glare }, &glareModel}, {func(s *State) amount { return s.damage }, &damageModel}} {
		most := 0.0
		for i := range registered {
			most = max(most, a.of(&registered[i]).all())
		}
		has(a.of(photo).chance(a.model), func(s *State) float64 { return a.of(s).all() / (most + even) })
	}
	for _, k := range Kinds() {
		if most := strongest(registered, k); k != Glare && !slices.Contains(damages, k) && most >= Plain {
			has(photo.Of(k), func(s *State) float64 { return s.Of(k) / most })
		}
	}
	if least, most := spreadOf(registered); most-least >= Plain { // torn and stained ones are registered apart
		has(photo.tornShare(), (*State).tornShare)
	}
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func strongest(all []State, k Kind) float64 {
	most := 0.0
	for i := range all {
		most = max(most, all[i].Of(k))
	}
	return most
}

// tornShare is how much of the damage is that paper is missing; a half where there is none.
func (s *State) tornShare() float64 {
	if s.damaged() < Plain {
		return 0.5
	}
	return s.Of(Torn) / (s.Of(Torn) + s.Of(Stained))
}

// spreadOf returns the lowest and the highest tornShare of those that are damaged.
func spreadOf(all []State) (least, most float64) {
	least, most = 1, 0
	for i := range all {
		if all[i].damaged() >= Plain {
			least, most = min(least, all[i].tornShare()), max(most, all[i].tornShare())
		}
	}
	return least, most
}

// strangest is the strength of what happened to a part of the photo, or cuts it off, and
// to none of the registered ones.
func (s *State) strangest(registered []State) float64 {
	most := 0.0
	for _, k := range []Kind{Glare, Covered, CutOff, Torn, Stained} {
		if !slices.ContainsFunc(registered, func(r State) bool { return r.IsIn(k) || r.hints(k) }) {
			most = max(most, s.Of(k))
		}
	}
	return most
}

// hints says that a registered state may be one of a kind: there is more of it than in a
// picture that is in no such state.
func (s *State) hints(k Kind) bool {
	switch {
	case k == Glare:
		return s.glare.all() >= even
	case slices.Contains(damages, k):
		return s.damage.all() >= even
	}
	return false
}

// Worst is the strength of the strongest condition.
func (s *State) Worst() float64 { return slices.Max(s.strengths[:]) }

// wholes are kinds that concern the whole of a document.
var wholes = []Kind{Blurred, Faded, TooSmall, Screen}

// Whole is the strength of the strongest of them.
func (s *State) Whole() float64 {
	most := 0.0
	for _, k := range wholes {
		most = max(most, s.Of(k))
	}
	return most
}
