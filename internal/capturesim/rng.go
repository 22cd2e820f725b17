package capturesim

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/splitmix"
)

// rng is the stream of random numbers of one capture. The same seed gives the
// same capture on every machine.
type rng struct{ *rand.Rand }

func newRNG(seed uint64) rng {
	return rng{rand.New(rand.NewPCG(splitmix.Hash(seed), splitmix.Hash(seed^0xa0761d6478bd642f)))}
}

func (r rng) between(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// around returns a value in [-most, most].
func (r rng) around(most float64) float64 { return r.between(-most, most) }

func (r rng) chance(p float64) bool { return r.Float64() < p }

// upTo returns an integer in [lo, hi].
func (r rng) upTo(lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// angle returns a direction in radians.
func (r rng) angle() float64 { return r.between(0, 2*math.Pi) }

func (r rng) sign() float64 {
	if r.chance(0.5) {
		return -1
	}
	return 1
}
