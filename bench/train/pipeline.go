package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"exemplar/internal/train"
)

// benchPipeline trains by the reference recipe, with every image decoded anew, on one core and on two. The CPU time of
// a sample is taken from the difference between a longer and a shorter run, so that setting up does not count.
func benchPipeline() error {
	speed := map[int]float64{}
	for _, cores := range []int{1, 2} {
		runtime.GOMAXPROCS(cores)
		const few, many = 3, 9
		_, short, err := runPipeline(few)
		if err != nil {
			return err
		}
		best, long, err := runPipeline(many)
		if err != nil {
			return err
		}
		speed[cores] = best
		err = report(map[string]any{"what": "pipeline: decode, capture, train", "cores": cores, "images_per_second": best,
			"cpu_ms_per_image": (long - short) / ((many - few) * samplesPerStep), "scaling": speed[cores] / speed[1]})
		if err != nil {
			return err
		}
	}
	return nil
}

const samplesPerStep = 512 // of the reference recipe

// runPipeline trains for so many steps, and returns the images per second of the fastest step and the CPU milliseconds
// of the whole.
func runPipeline(steps int) (best, cpu float64, err error) {
	dir, err := os.MkdirTemp("", "pipeline")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	recipes, err := filepath.Abs("recipes")
	if err != nil {
		return 0, 0, err
	}
	recipe := filepath.Join(dir, "pipeline.toml")
	text := fmt.Sprintf("extends = %q\nout = %q\nsteps = %d\n[data]\ncache_mib = 0\n[evaluate]\nset = \"\"\n",
		filepath.Join(recipes, "reference.toml"), filepath.Join(dir, "run"), steps)
	if err := os.WriteFile(recipe, []byte(text), 0o644); err != nil {
		return 0, 0, err
	}
	cfg, err := train.LoadConfig(recipe)
	if err != nil {
		return 0, 0, err
	}
	start := cpuTime()
	if _, err := train.Run(context.Background(), cfg, train.Options{}); err != nil {
		return 0, 0, err
	}
	cpu = 1e3 * (cpuTime() - start).Seconds()
	entries, err := train.ReadLog(filepath.Join(dir, "run", "log.jsonl"), math.MaxInt)
	for _, e := range entries {
		best = max(best, e.Images)
	}
	return best, cpu, err
}
