// Command ladder trains the published ladder of recipes on public data, rung by rung, with two seeds per rung, and writes
// what each rung adds:
//
//	go run ./bench/ladder climb    # train what is not trained yet; stop it at any time, call it again to go on
//	go run ./bench/ladder report   # measure the networks, write docs/results/ladder.md, .csv and .svg
//	go run ./bench/ladder card     # measure the network inside, write docs/model-card.md
//	go run ./bench/ladder measure BUNDLE...  # the same sets for candidates and the network inside, odd and even classes
//	go run ./bench/ladder write BUNDLE~0.4 FILE  # a candidate as a file: here 0.4 of the way from the network inside to a bundle
//	go run ./bench/ladder curve FOLDER  # measure the bundles of the run of recipes/curve.toml, say what samples buy
//
// report and measure keep the figures of each network in docs/results/ladder.csv: what is in there is neither trained nor
// measured again, so a run's folder can go. To train a rung anew, delete its lines.
//
// The rungs that distil need the teacher's features, which are made once; the others go without:
//
//	exemplar teach recipes/ladder/distilled.toml --forms 1 -- python tools/train/teach.py --model sscd.onnx
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// options name the folders, and the rungs and seeds to train.
type options struct {
	recipes string // folder of the rungs' recipes
	runs    string // folder of the runs
	data    string // folder of the training shards, instead of the recipes'
	sets    string // folder of the labelled sets
	out     string // folder of the report
	seeds   []uint64
	rungs   []string // those to climb; none: all
}

func main() {
	var o options
	flag.StringVar(&o.recipes, "recipes", "recipes/ladder", "folder of the rungs' recipes")
	flag.StringVar(&o.runs, "runs", "runs/ladder", "folder of the runs, and of teacher.safetensors")
	flag.StringVar(&o.data, "data", "", "folder of the training shards, instead of the one that the recipes name")
	flag.StringVar(&o.sets, "sets", "../shared/data/bench", "folder of the labelled sets")
	flag.StringVar(&o.out, "out", "docs/results", "folder of the report")
	seeds := flag.String("seeds", "1,2", "seeds of each rung")
	rungs := flag.String("rungs", "", "rungs to climb, by the names of their recipes (default: all)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: ladder [flags] climb|report|card|measure [BUNDLE...]|write BUNDLE FILE|curve FOLDER")
		flag.PrintDefaults()
	}
	flag.Parse()
	var err error
	if o.seeds, err = parseSeeds(*seeds); err != nil {
		fail(err)
	}
	if *rungs != "" {
		o.rungs = strings.Split(*rungs, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch flag.Arg(0) {
	case "climb":
		err = climb(ctx, o)
	case "card":
		err = card(ctx, o)
	case "measure":
		err = measureFiles(ctx, o, flag.Args()[1:])
	case "write":
		err = write(flag.Args()[1:])
	case "curve":
		err = curve(ctx, o, flag.Args()[1:])
	case "report":
		err = report(ctx, o)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		stop()
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench ladder:", err)
	os.Exit(1)
}

func parseSeeds(text string) ([]uint64, error) {
	var seeds []uint64
	for part := range strings.SplitSeq(text, ",") {
		seed, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("seed %q is not a whole number", part)
		}
		seeds = append(seeds, seed)
	}
	if len(seeds) == 0 {
		return nil, errors.New("no seeds")
	}
	return seeds, nil
}
