package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
	"exemplar/internal/vectorindex"
	"exemplar/internal/wordindex"
)

// What a process has in memory of references is simulated, without a store: embeddings that
// are random, and the visual words of simulatedKinds drawn documents in turn.
const simulatedKinds = 64

// simulated are the figures of a simulation. Times are processor time in milliseconds.
type simulated struct {
	References      int
	Features        float64 // of a reference, in the mean
	EmbeddingsMB    int64
	WordsMB         int64
	Search          float64 // the 24 likeliest labels of an embedding: median of 20
	Query           float64 // the 24 references that share most features with a picture: median of 20
	EmbeddingsBuild float64
	WordsBuild      float64
}

// simulate measures the indexes with so many references.
func simulate(references int, withWords bool) error {
	f := simulated{References: references}
	rng := rand.New(rand.NewPCG(7, 7))
	used := cputime.Used()
	index := vectorindex.NewIndex(dim)
	const pool = 997
	vectors := make([][]float32, pool)
	for i := range vectors {
		vectors[i] = entry(rng, i, 100).Vectors
	}
	for i := range references {
		v := vectors[i%pool]
		at := rng.IntN(len(v) / 2) // another one each time, of about length 1
		turned := append(append(make([]float32, 0, len(v)), v[at/dim*dim:]...), v[:at/dim*dim]...)
		turned[at], turned[at+1] = turned[at+1], turned[at]
		index.Update(nil, vectorindex.Item{ID: fmt.Sprintf("%026d", i), Label: store.Label(fmt.Sprintf("kind-%d/%d", i/10, i%10)), Vectors: turned})
	}
	f.EmbeddingsBuild, f.EmbeddingsMB = milliseconds(cputime.Used()-used), heapMB()
	f.Search = median(20, func(i int) { index.Search(vectors[i][:dim], 24) })
	runtime.KeepAlive(index)
	index = nil
	if !withWords {
		return json.NewEncoder(os.Stdout).Encode(f)
	}
	before := heapMB()
	words := wordindex.New()
	var probes []*features.Features
	var stored [][]byte
	for i := range simulatedKinds {
		kinds := synthdoc.Kinds()
		page := imaging.FitWithin(synthdoc.Draw(synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Size: 640}), 640)
		found := features.Extract(page.Gray(), features.Options{Max: 800, Grid: 4})
		f.Features += float64(len(found.Points)) / simulatedKinds
		probes, stored = append(probes, found), append(stored, wordindex.Words(found))
	}
	used = cputime.Used()
	for i := range references {
		if err := words.Add(fmt.Sprintf("%026d", i), stored[i%simulatedKinds]); err != nil {
			return err
		}
	}
	f.WordsBuild, f.WordsMB = milliseconds(cputime.Used()-used), heapMB()-before
	f.Query = median(20, func(i int) { words.Query(probes[i], 24) })
	runtime.KeepAlive(words)
	return json.NewEncoder(os.Stdout).Encode(f)
}

// heapMB is what of the heap is in use after a collection.
func heapMB() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc >> 20)
}

// median is the processor time of a call, in milliseconds.
func median(n int, call func(i int)) float64 {
	times, _ := timesBy(func() time.Duration { return cputime.Used() }, n, func(i int) error { call(i); return nil })
	return times[len(times)/2]
}
