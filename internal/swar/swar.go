// Package swar is SIMD within a register: several small numbers share a word where there
// are no vector instructions. The portable variants of packages features and alignment
// call it: every photo is matched and compared by them. They take an eighth of the time of
// plain loops (BenchmarkNearestRows in features, BenchmarkSumWindow in alignment).
//
// A word has three lanes of 21 bits, so that one multiplication by a small number
// computes three products. The sum of 128 products of two bytes up to 127 fits in a
// lane, and so does that of 64 products of a byte up to 127 and one up to 255.
package swar

const (
	Bits  = 21                          // of a lane
	Mask  = 1<<Bits - 1                 // of the first lane
	Lanes = 3                           // in a word
	Words = (Width + Lanes - 1) / Lanes // words that hold Width numbers
	Width = 16                          // numbers in a block
)

// Sums are the sums of the lanes of Words words. Those beyond Width are unused.
type Sums [Words * Lanes]int32

// Add adds each lane of words to its sum.
func (s *Sums) Add(words *[Words]uint64) {
	for i, w := range words {
		s[3*i] += int32(w & Mask)
		s[3*i+1] += int32(w >> Bits & Mask)
		s[3*i+2] += int32(w >> (2 * Bits))
	}
}
