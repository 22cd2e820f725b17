package wordindex

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// drawnFeatures are the features of drawn documents, of all kinds in turn.
func drawnFeatures(n int) (all []*features.Features) {
	kinds := synthdoc.Kinds()
	for i := range n {
		page := imaging.FitWithin(synthdoc.Draw(synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Size: 640}), 640)
		all = append(all, features.Extract(page.Gray(), features.Options{Max: 800, Grid: 4}))
	}
	return all
}

// drawnIndex is an index of references with features of drawn documents: each has those of
// one, and as many of all of them, with noise in their signatures.
func drawnIndex(probes []*features.Features, references int) *Index {
	rng := rand.New(rand.NewPCG(3, 3))
	type pair struct{ light, dark []word }
	var of []pair
	var pool pair
	for _, f := range probes {
		light, dark := wordsOf(f)
		of = append(of, pair{light, dark})
		pool.light, pool.dark = append(pool.light, light...), append(pool.dark, dark...)
	}
	mix := func(own, all []word) []word {
		out := make([]word, len(own))
		for i := range out {
			out[i] = own[i]
			if rng.IntN(100) < 90 {
				out[i] = all[rng.IntN(len(all))]
			}
			for range 8 {
				out[i].signature ^= 1 << rng.IntN(64)
			}
			out[i].angle += uint8(rng.IntN(256))
		}
		return out
	}
	x := New()
	for i := range references {
		p := of[i%len(of)]
		x.add(fmt.Sprintf("%026d", i), mix(p.light, pool.light), mix(p.dark, pool.dark))
	}
	return x
}

func BenchmarkQuery(b *testing.B) {
	probes := drawnFeatures(64)
	x := drawnIndex(probes, 20_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Query(probes[i%len(probes)], 24)
	}
}
