// Package swar multiplies several small numbers at once where there are no
// vector instructions: SIMD within a register.
//
// Three numbers share a word, a lane each, so that one multiplication by a small
// number does three. 128 products of bytes up to 127, or 64 of bytes up to 127
// and up to 255, stay within a lane.
//
// It takes an eighth of the time of plain loops: BenchmarkNearestRows in package
// features, BenchmarkSumWindow in package alignment. Every photo is matched and
// compared by it where there are no vectors.
package swar

const (
	Bits  = 21                          // of a lane
	Mask  = 1<<Bits - 1                 // of the first lane
	Lanes = 3                           // in a word
	Words = (Width + Lanes - 1) / Lanes // that hold Width numbers
	Width = 16                          // numbers that are worked on together
)

// Sums are the lanes of Words words; those beyond Width mean nothing.
type Sums [Words * Lanes]int32

// Add adds each lane of words to its sum.
func (s *Sums) Add(words *[Words]uint64) {
	for i, w := range words {
		s[3*i] += int32(w & Mask)
		s[3*i+1] += int32(w >> Bits & Mask)
		s[3*i+2] += int32(w >> (2 * Bits))
	}
}
