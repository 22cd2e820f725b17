package kernel

import (
	"math/rand/v2"
	"testing"
)

// FuzzVariants gives every variant the same numbers in any shape and place, against the definition in float64.
func FuzzVariants(f *testing.F) {
	for op := range len(fuzzed) {
		f.Add(uint8(op), uint64(op), uint8(7), uint8(13), uint8(40))
		f.Add(uint8(op), uint64(op+100), uint8(30), uint8(64), uint8(17))
	}
	f.Fuzz(func(t *testing.T, op uint8, seed uint64, a, b, c uint8) {
		for _, name := range Variants() {
			use(t, name)
			fuzzed[int(op)%len(fuzzed)](t, rand.New(rand.NewPCG(seed, 0)), int(a), int(b), int(c))
		}
	})
}

// fuzzed are checks of one operation, given three sizes of up to 255.
var fuzzed = []func(t *testing.T, r *rand.Rand, a, b, c int){
	func(t *testing.T, r *rand.Rand, m, k, n int) { testMatMul(t, r, m, k, n) },
	func(t *testing.T, r *rand.Rand, m, k, n int) { testMatMulTransA(t, r, m, 1+k, 1+n) },
	func(t *testing.T, r *rand.Rand, h, w, c int) {
		f := filters[r.IntN(len(filters))]
		testDepthwise(t, r, 1, 1+h%16, 1+w, 1+c%80, f.r, f.stride, false)
	},
	func(t *testing.T, r *rand.Rand, h, w, c int) {
		f := filters[r.IntN(len(filters))]
		testDepthwiseWeights(t, r, 1, 1+h%16, 1+w, 1+c%80, f.r, f.stride)
	},
	func(t *testing.T, r *rand.Rand, h, w, k int) { testStem(t, r, 1, 1+h%8, 1+w, 1+k%40) },
}
