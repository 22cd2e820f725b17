package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/train"
)

const (
	stepBatch = 64
	stepInput = 128
)

// benchStep times a training step of this program and of PyTorch, in turn, on one core each, and reports the best of each.
func benchStep(python string, seconds float64, rounds int) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	ours, peer := math.Inf(1), math.Inf(1)
	var name string
	for range rounds {
		ms, err := timeStep(seconds)
		if err != nil {
			return err
		}
		ours = min(ours, ms)
		if name, ms, err = timePeer(python, seconds); err != nil {
			return err
		}
		peer = min(peer, ms)
	}
	return report(figure{What: fmt.Sprintf("training step, batch %d, %d px, one core", stepBatch, stepInput), Unit: "CPU-ms an image",
		Ours: ours, Peer: peer, Whose: name + ", channels-last, fused AdamW", Ratio: peer / ours, Want: ">= 2, then 2.5"})
}

// timeStep returns the CPU milliseconds per image of the best step.
func timeStep(seconds float64) (float64, error) {
	step, err := train.NewStep(stepBatch, stepInput)
	if err != nil {
		return 0, err
	}
	best := math.Inf(1)
	for begin := time.Now(); time.Since(begin).Seconds() < seconds; {
		start := cputime.Used()
		step()
		best = min(best, 1e3*(cputime.Used()-start).Seconds()/stepBatch)
	}
	return best, nil
}

// timePeer runs tools/train/step_peer.py from the root of the repository.
func timePeer(python string, seconds float64) (name string, ms float64, err error) {
	cmd := exec.Command(python, "tools/train/step_peer.py", "--batch", strconv.Itoa(stepBatch),
		"--input", strconv.Itoa(stepInput), "--seconds", fmt.Sprint(seconds))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", 0, fmt.Errorf("run the peer with %s (it needs torch): %w", python, err)
	}
	var result struct {
		Peer string  `json:"peer"`
		MS   float64 `json:"ms_per_image"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return "", 0, fmt.Errorf("peer: %w", err)
	}
	return result.Peer, result.MS, nil
}
