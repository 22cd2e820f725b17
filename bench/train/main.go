// Command train measures the trainer and its peers, each pair in one run:
//
//	go run ./bench/train -python python step      # forward, backward and AdamW beside PyTorch
//	go run ./bench/train -python python pipeline  # decoding, capture and training beside PyTorch and OpenCV
//	go run ./bench/train scaling                  # the pipeline on two cores beside one
//	go run ./bench/train classes                  # a PartialFC step at 1.28 million classes beside one at 100,000
//	go run ./bench/train -python python all       # all of them, and the table docs/results/train.md
//
// It prints one JSON object per line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	python := flag.String("python", "python3", "interpreter with torch and opencv, for the peers")
	seconds := flag.Float64("seconds", 8, "time of each measurement of a step")
	rounds := flag.Int("rounds", 3, "measurements of each side in turn, of which the best counts")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: train [flags] step|pipeline|scaling|classes|all")
		flag.PrintDefaults()
	}
	flag.Parse()
	var err error
	switch flag.Arg(0) {
	case "step":
		err = benchStep(*python, *seconds, *rounds)
	case "pipeline":
		err = benchPipeline(*python, *rounds)
	case "scaling":
		err = benchScaling(*rounds)
	case "classes":
		err = benchClasses(*seconds)
	case "all":
		err = benchAll(*python, *seconds, *rounds)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench train:", err)
		os.Exit(1)
	}
}

// figure is one thing measured on both sides.
type figure struct {
	What  string  `json:"what"`
	Unit  string  `json:"unit"`
	Ours  float64 `json:"ours"`
	Peer  float64 `json:"peer"`
	Whose string  `json:"peer_is"`
	Ratio float64 `json:"ratio"`
	Want  string  `json:"want"`
}

// measured holds the figures of this run.
var measured []figure

func report(f figure) error {
	measured = append(measured, f)
	return json.NewEncoder(os.Stdout).Encode(f)
}

// benchAll measures every figure and writes the table.
func benchAll(python string, seconds float64, rounds int) error {
	for _, bench := range []func() error{
		func() error { return benchClasses(seconds) }, // first, because it reports the peak memory of the process
		func() error { return benchStep(python, seconds, rounds) },
		func() error { return benchPipeline(python, rounds) },
		func() error { return benchScaling(rounds) },
	} {
		if err := bench(); err != nil {
			return err
		}
	}
	return writeTable("docs/results/train.md", measured, rounds, seconds)
}
