//go:build linux

package eval

import (
	"context"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"
)

// 25,000 images in 312 million pairs: under 60 seconds and 1 GB on two cores.
func TestLargeSet(t *testing.T) {
	if os.Getenv("EXEMPLAR_LONG") != "1" {
		t.Skip("takes half a minute: EXEMPLAR_LONG=1")
	}
	const images, dim = 25_000, 256
	rng := rand.New(rand.NewPCG(1, 2))
	s := &Set{Name: "large", Dim: dim, Embeddings: make([]float32, images*dim), Samples: make([]Sample, images)}
	labels := numbered(images / 5)
	centre := make([]float32, dim)
	for i := range images {
		if i%5 == 0 {
			for d := range centre {
				centre[d] = float32(rng.NormFloat64())
			}
		}
		s.Samples[i].Label, s.Samples[i].IsReference = labels[i/5], i%5 == 0
		for d := range dim {
			s.Embeddings[i*dim+d] = centre[d] + 1.2*float32(rng.NormFloat64())
		}
	}
	normalize(s.Embeddings, dim)
	start := time.Now()
	r, err := Evaluate(context.Background(), s, Options{Workers: 2, Drawn: []int{}})
	if err != nil {
		t.Fatal(err)
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	wall, cpu := time.Since(start), time.Duration(usage.Utime.Nano()+usage.Stime.Nano())
	peak := usage.Maxrss << 10 // Linux counts in kilobytes
	t.Logf("%d pairs: %.1f s, %.1f s of processor time, %d MB", r.Verification.NonMatedPairs, wall.Seconds(), cpu.Seconds(), peak>>20)
	if r.Verification.NonMatedPairs+r.Verification.MatedPairs != images*(images-1)/2 {
		t.Errorf("%d + %d pairs", r.Verification.NonMatedPairs, r.Verification.MatedPairs)
	}
	if cpu > 2*time.Minute || peak > 1<<30 {
		t.Errorf("%.0f s of processor time, %d MB", cpu.Seconds(), peak>>20)
	}
}
