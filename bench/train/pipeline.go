package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"exemplar/internal/cputime"
	"exemplar/internal/train"
	"exemplar/internal/train/recipe"
)

// A run of the pipeline trains by the reference recipe and decodes every image anew. The CPU time is the difference between
// a longer run and a shorter one, so that the start does not count. The speed is by the clock, of the fastest window of
// steps. The first steps do not count, and neither do the last ones, which prepare no further batches.
const (
	longRun, shortRun = 22, 4
	firstSteps        = 3
	lastSteps         = 3
	windowSteps       = 10
	samplesPerStep    = 512 // of the reference recipe
)

// pace is the speed of a pipeline.
type pace struct {
	images float64 // per second, by the clock; 0 for a short run
	cpu    float64 // milliseconds of the whole run
}

// side is the best of several rounds.
type side struct{ images, cpu float64 }

func newSide() *side { return &side{cpu: math.Inf(1)} }

// measure adds a round.
func (s *side) measure(run func(steps int) (pace, error)) error {
	short, err := run(shortRun)
	if err != nil {
		return err
	}
	long, err := run(longRun)
	if err != nil {
		return err
	}
	s.images = max(s.images, long.images)
	s.cpu = min(s.cpu, (long.cpu-short.cpu)/((longRun-shortRun)*samplesPerStep))
	return nil
}

// benchPipeline trains in turn with this program and with PyTorch and an OpenCV loader, on two cores. The peer has one
// worker or two, whichever is faster.
func benchPipeline(python string, rounds int) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	ours, peer := newSide(), newSide()
	var name string
	for round := range max(2, rounds) {
		if err := ours.measure(runPipeline); err != nil {
			return err
		}
		workers := 1 + round%2
		err := peer.measure(func(steps int) (p pace, err error) {
			name, p, err = runPipelinePeer(python, steps, workers)
			return p, err
		})
		if err != nil {
			return err
		}
	}
	const what = "whole pipeline: decode, two forms in two views, train"
	err := report(figure{What: what, Unit: "CPU-ms an image", Ours: ours.cpu, Peer: peer.cpu, Whose: name, Ratio: peer.cpu / ours.cpu})
	if err != nil {
		return err
	}
	return report(figure{What: what + ", two cores", Unit: "images/s", Ours: ours.images, Peer: peer.images, Whose: name, Ratio: ours.images / peer.images, Want: ">= 2"})
}

// benchScaling runs the pipeline on one core and on two, in turn.
func benchScaling(rounds int) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var speed [2]float64 // by cores, less one
	for range rounds {
		for i := range speed {
			runtime.GOMAXPROCS(i + 1)
			p, err := runPipeline(longRun)
			if err != nil {
				return err
			}
			speed[i] = max(speed[i], p.images)
		}
	}
	return report(figure{What: "whole pipeline, two cores", Unit: "images/s", Ours: speed[1], Peer: speed[0], Whose: "the same on one core",
		Ratio: speed[1] / speed[0], Want: ">= 1.8"})
}

// runPipeline trains for a number of steps.
func runPipeline(steps int) (pace, error) {
	dir, err := os.MkdirTemp("", "pipeline")
	if err != nil {
		return pace{}, err
	}
	defer os.RemoveAll(dir)
	recipes, err := filepath.Abs("recipes")
	if err != nil {
		return pace{}, err
	}
	path := filepath.Join(dir, "pipeline.toml")
	text := fmt.Sprintf("extends = %q\nout = %q\nsteps = %d\n[data]\ncache_mib = 0\n[evaluate]\nset = \"\"\n",
		filepath.Join(recipes, "reference.toml"), filepath.Join(dir, "run"), steps)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return pace{}, err
	}
	cfg, err := recipe.Load(path)
	if err != nil {
		return pace{}, err
	}
	start := cputime.Used()
	if _, err := train.Run(context.Background(), cfg, train.Options{}); err != nil {
		return pace{}, err
	}
	p := pace{cpu: 1e3 * (cputime.Used() - start).Seconds()}
	entries, err := train.ReadLog(filepath.Join(dir, "run", "log.jsonl"), math.MaxInt)
	for i := firstSteps - 1; i+windowSteps < len(entries)-lastSteps; i++ {
		p.images = max(p.images, windowSteps*samplesPerStep/(entries[i+windowSteps].Seconds-entries[i].Seconds))
	}
	return p, err
}

// runPipelinePeer runs tools/train/loader_peer.py from the root of the repository.
func runPipelinePeer(python string, steps, workers int) (name string, p pace, err error) {
	cmd := exec.Command(python, "tools/train/loader_peer.py", "--steps", strconv.Itoa(steps), "--threads", "2", "--workers", strconv.Itoa(workers))
	// Threads that spin while they wait would take the time of the workers.
	cmd.Env = append(os.Environ(), "OMP_WAIT_POLICY=PASSIVE")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", pace{}, fmt.Errorf("run the peer with %s (it needs torch and opencv): %w", python, err)
	}
	var result struct {
		Peer   string  `json:"peer"`
		Images float64 `json:"images_per_second"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return "", pace{}, fmt.Errorf("peer: %w", err)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // with the workers', for which the process has waited
	return result.Peer, pace{images: result.Images, cpu: 1e3 * used.Seconds()}, nil
}
