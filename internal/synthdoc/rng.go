package synthdoc

import (
	"math/rand/v2"

	"exemplar/internal/splitmix"
)

// rng is a stream of random numbers for one part of a document, which a key names. It
// does not depend on what else is drawn, nor on the order.
type rng struct{ *rand.Rand }

// stream returns the stream for a seed and a key.
func stream(seed uint64, key string) rng {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return rng{rand.New(rand.NewPCG(splitmix.Hash(seed), splitmix.Hash(h^seed)))}
}

func (r rng) between(lo, hi float32) float32 { return lo + (hi-lo)*r.Float32() }

func (r rng) chance(p float32) bool { return r.Float32() < p }

// upTo returns an integer in [lo, hi].
func (r rng) upTo(lo, hi int) int { return lo + r.IntN(hi-lo+1) }

func pick[T any](r rng, from ...T) T { return from[r.IntN(len(from))] }
