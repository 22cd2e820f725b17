package train

import "math/rand/v2"

// Every random choice of a run is drawn from a stream named by (seed, purpose, position). No generator lives from step
// to step, so a checkpoint need not hold one: the position is the state.
type purpose uint64

const (
	forInit purpose = iota + 1
	forOrder
	forForms
	forViews
	forCentres
	forClassSample
	forProjection
)

func stream(seed uint64, p purpose, position uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(seed, uint64(p)), mix(position, uint64(p)<<32)))
}

// mix hashes two words into one (the finaliser of SplitMix64, Steele et al. 2014).
func mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
