package vectorindex

import (
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// An index that was filled at once is the one that was filled step by step, also where a
// reference comes twice.
func TestLoadingMakesTheSameIndex(t *testing.T) {
	const dim = 16
	rng := rand.New(rand.NewPCG(5, 5))
	for _, n := range []int{0, 1, 300, blockReferences, 2*blockReferences + 100} {
		list := items(rng, n, 50, dim, 2)
		if n > 300 {
			again := list[7]
			again.Vectors = storetest.Vectors(rng, store.Rotations, dim)
			list = append(list, again)
		}
		loaded, steps := newLoading(dim), NewIndex(dim)
		vectors := make([]float32, store.Rotations*dim) // a store sends all in the same memory
		for _, item := range list {
			steps.Update(nil, item)
			copy(vectors, item.Vectors)
			loaded.put(Item{item.ID, item.Label, vectors})
		}
		x := loaded.done()
		if x.norm != steps.norm || x.residual != steps.residual || x.Len() != steps.Len() {
			t.Errorf("%d: norm %v %v, residual %v %v, %d %d references", n, x.norm, steps.norm, x.residual, steps.residual, x.Len(), steps.Len())
		}
		for range 5 {
			probe := storetest.Vectors(rng, 1, dim)
			if got, want := x.Search(probe, 5), steps.Search(probe, 5); !slices.Equal(got, want) {
				t.Errorf("%d: %v, want %v", n, got, want)
			}
		}
		for i, b := range x.blocks {
			if !slices.Equal(b.bytes, steps.blocks[i].bytes) || !slices.Equal(b.scale, steps.blocks[i].scale) {
				t.Errorf("%d: block %d differs", n, i)
			}
		}
	}
}
