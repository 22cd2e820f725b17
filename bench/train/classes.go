package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/nn"
	"exemplar/internal/train/loss"
)

const (
	classBatch = 512
	classDim   = 256
)

// benchClasses times a step of the classification head: over all of 100,000 classes, and over a tenth and three tenths of
// 1.28 million classes.
func benchClasses(seconds float64) error {
	debug.SetMemoryLimit(6 << 30)
	const few, many = 100_000, 1_281_167
	base, err := timeClasses(few, []float64{1}, seconds)
	if err != nil {
		return err
	}
	rates := []float64{float64(few) / many, 0.1, 0.3}
	times, err := timeClasses(many, rates, seconds)
	if err != nil {
		return err
	}
	wants := []string{"", "<= 1.5", ""}
	for i, rate := range rates {
		err := report(figure{What: fmt.Sprintf("PartialFC step, batch %d, %d of %d classes", classBatch, int(rate*many), many), Unit: "CPU-ms",
			Ours: times[i], Peer: base[0], Whose: fmt.Sprintf("all of %d classes", few), Ratio: times[i] / base[0], Want: wants[i]})
		if err != nil {
			return err
		}
	}
	memory := float64(peakMemory())
	if err := report(figure{What: "memory of the process with these classes", Unit: "MiB", Ours: memory, Want: "<= 6144"}); err != nil {
		return err
	}
	return nil
}

// timeClasses returns the CPU milliseconds of a step at each sampling rate, each the best of several.
func timeClasses(classes int, rates []float64, seconds float64) ([]float64, error) {
	unit := make([]float32, classBatch*classDim)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range classBatch {
		row := unit[i*classDim:][:classDim]
		var sum float64
		for j := range row {
			row[j] = float32(rng.NormFloat64())
			sum += float64(row[j] * row[j])
		}
		for j := range row {
			row[j] /= float32(math.Sqrt(sum))
		}
	}
	targets, du := make([]int32, classBatch), make([]float32, len(unit))
	var times []float64
	head, err := loss.NewClasses(loss.ClassesOptions{Count: classes, Dim: classDim, Rate: 1, Shards: 8,
		Margin: loss.Margin{Scale: 64, M3: 0.35}, Optimizer: nn.Optimizer{Kind: "adamw", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}})
	if err != nil {
		return nil, err
	}
	for class := range classes { // touch all memory, as the first steps of a run do
		head.Imprint(class, unit[class%classBatch*classDim:][:classDim])
	}
	for _, rate := range rates {
		head.SetRate(rate)
		best := math.Inf(1)
		for step, begin := uint64(0), time.Now(); step < 3 || time.Since(begin).Seconds() < seconds; step++ {
			for i := range targets {
				targets[i] = int32(rng.IntN(classes))
			}
			start := cputime.Used()
			head.Step(du, unit, targets, 1, 1e-3, step)
			best = min(best, 1e3*(cputime.Used()-start).Seconds())
		}
		times = append(times, best)
	}
	return times, nil
}

// peakMemory is the largest resident size of the process so far, in MiB. It is 0 if the system does not tell.
func peakMemory() int {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		var kib int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib >> 10
		}
	}
	return 0
}
