package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"exemplar/internal/alignment"
	"exemplar/internal/dataset"
	"exemplar/internal/features"
)

// costs prints the CPU time of each step on one core: the median over rounds. It counts
// this thread alone, so that a busy machine matters little.
func costs(data string) error {
	runtime.LockOSThread()
	s := &set{Folder: &dataset.Folder{Root: filepath.Join(data, "forms")}}
	photo, err := s.open(dataset.Sample{Path: "T01/v1/p12.jpg"})
	if err != nil {
		return err
	}
	page, err := s.open(dataset.Sample{Path: "T01/v1/T01v1_ref.jpg"})
	if err != nil {
		return err
	}
	small := alignment.Shrink(photo, 640)
	ref, probe := alignment.NewReference(page), alignment.NewProbe(photo)
	found := alignment.Verify(probe, ref)
	fmt.Printf("%d inliers, %d blocks judged\n", found.Inliers, found.Comparable)
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"features, 640 px, 600", func() { features.Extract(small, features.Options{Max: 600, Grid: 4}) }},
		{"features, 640 px, default", func() { features.Extract(small, alignment.CoarseProbe) }},
		{"features, 1024 px, 4000", func() { features.Extract(photo, features.Options{Max: 4000, Grid: 8}) }},
		{"match and fit", func() { alignment.Locate(probe, ref) }},
		{"match, fit and compare", func() { alignment.VerifyCoarsely(probe, ref) }},
		{"new reference", func() { alignment.NewReference(page) }},
	} {
		fmt.Printf("%-28s %7.3f CPU-ms\n", step.name, median(step.do))
	}
	return nil
}

func median(do func()) float64 {
	const rounds = 41
	times := make([]float64, rounds)
	for i := range times {
		start := threadTime()
		do()
		times[i] = float64(threadTime()-start) / 1e6
	}
	slices.Sort(times)
	return times[rounds/2]
}

func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
