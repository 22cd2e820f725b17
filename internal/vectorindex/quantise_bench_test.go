package vectorindex

import (
	"math/rand/v2"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// What a start does for each block of references.
func BenchmarkQuantise(b *testing.B) {
	const dim = 256
	rng := rand.New(rand.NewPCG(1, 1))
	rows := 64 * store.Rotations
	blk := &block{exact: storetest.Vectors(rng, rows, dim), bytes: make([]int8, rows*dim), scale: make([]float32, rows)}
	b.SetBytes(int64(4 * rows * dim))
	b.ReportAllocs()
	for b.Loop() {
		blk.quantise(dim, 0, rows)
	}
}
