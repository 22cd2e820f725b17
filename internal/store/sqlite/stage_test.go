package sqlite

import (
	"context"
	"runtime"
	"testing"

	"exemplar/internal/store/storetest"
)

// A stage does not keep its references in memory.
func TestStageTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100 MB")
	}
	s := storetest.NewStage(t, newGallery(t))
	big := storetest.Entry("a", 1)
	big.Picture = append(big.Picture, make([]byte, 1<<20)...)
	before := storetest.ResidentBytes(t)
	for i := range 100 {
		big.Hash[0] = byte(i)
		if _, err := s.Put(context.Background(), big); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if grown := storetest.ResidentBytes(t) - before; grown > 60<<20 {
		t.Errorf("%d MB for 100 MB of pictures", grown>>20)
	}
}
