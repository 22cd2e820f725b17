// Package random gives every random choice of a training run a stream of its own, named by (seed, purpose, position).
// Packages train and train/loss draw from it. No generator lives from step to step, so a checkpoint need not hold one.
package random

import (
	"math/rand/v2"

	"exemplar/internal/splitmix"
)

// Purpose is what a random choice is for.
type Purpose uint64

const (
	ForOrder Purpose = iota + 2 // other numbers would change the meaning of seeds
	ForForms
	ForViews
	ForCentres
	ForClassSample
	ForProjection
)

// Stream is the generator of one choice.
func Stream(seed uint64, p Purpose, position uint64) *rand.Rand {
	return rand.New(rand.NewPCG(Mix(seed, uint64(p)), Mix(position, uint64(p)<<32)))
}

// Mix hashes two words into one. Hash adds its step once more, hence a-1.
func Mix(a, b uint64) uint64 { return splitmix.Hash((a-1)*0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019) }
