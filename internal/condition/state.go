package condition

import (
	"cmp"
	"math"
	"slices"
)

// State is how strong each condition is, in [0, 1], in the order of [Kinds].
type State [kinds]float64

const kinds = 11

func (s *State) set(k Kind, strength float64) {
	for i, kind := range Kinds() {
		if kind == k {
			s[i] = max(s[i], strength)
		}
	}
}

// Of is the strength of a kind.
func (s *State) Of(k Kind) float64 {
	for i, kind := range Kinds() {
		if kind == k {
			return s[i]
		}
	}
	return 0
}

// families are kinds that stand for each other in a state, since people call them by
// one name, "damaged".
var families = [][]Kind{{Glare}, {Torn, Stained}, {Covered}, {CutOff}, {Blurred}, {Faded}, {TooSmall}, {Screen}, {Mirrored}, {DarkMode}}

// of is the strength of a family.
func (s *State) of(family []Kind) float64 {
	most := 0.0
	for _, k := range family {
		most = max(most, s.Of(k))
	}
	return most
}

// IsIn says that a state is plainly one of a kind, or of one that stands for it.
func (s *State) IsIn(k Kind) bool {
	for _, family := range families {
		if slices.Contains(family, k) {
			return s.of(family) >= Plain
		}
	}
	return false
}

// within is what another kind of the same family is apart.
const within = 0.35

// Nearest returns which of some registered states are nearest to that of a photo,
// the nearest first: several where it is too close to tell, none where the photo is in
// a state that none of them is in. Only what some of them have tells them apart: a
// copy with glare that is blurred as well is one with glare, and a plain one that is
// blurred is plain.
func Nearest(photo *State, registered []State) []int {
	const (
		fits      = 0.6  // distance of a state that may be the photo's: it has most of what the photo has
		undecided = 0.3  // by how much the nearest one leads
		another   = 0.45 // strength of a condition from which on a photo that has none of the registered ones is in none of their states
	)
	distances := make([]float64, len(registered))
	none := 0.0 // strongest of what happened to a part that happened in no registered state
	for _, family := range families {
		known := 0.0
		for i := range registered {
			known = max(known, registered[i].of(family))
		}
		if known < Plain {
			if family[0] == CutOff || slices.Contains(placed, family[0]) {
				none = max(none, photo.of(family))
			}
			continue
		}
		for i := range registered {
			apart := 0.0
			for _, k := range family {
				apart = max(apart, math.Abs(photo.Of(k)-registered[i].Of(k)))
			}
			distances[i] += (1-within)*math.Abs(photo.of(family)-registered[i].of(family)) + within*apart
		}
	}
	order := make([]int, len(registered))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(distances[a], distances[b]) })
	return slices.DeleteFunc(order, func(i int) bool {
		isPlain := registered[i].Worst() < Plain
		return distances[i] > fits || distances[i] > distances[order[0]]+undecided || isPlain && none >= another
	})
}

// Worst is the strength of the strongest condition.
func (s *State) Worst() float64 { return slices.Max(s[:]) }

// wholeHarm is the harm of conditions that take no print away in any one place. By eye.
func (s *State) wholeHarm() float64 {
	sum := 0.0
	for _, k := range []Kind{Blurred, Faded, TooSmall, Screen, CutOff} {
		sum += s.Of(k)
	}
	return 0.02 * sum
}
