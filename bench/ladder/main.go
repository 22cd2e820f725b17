// Command ladder trains the published ladder of recipes on public data, rung by rung, with two seeds per rung, and writes
// what each rung adds:
//
//	go run ./bench/ladder climb    # train what is not trained yet; stop it at any time, call it again to go on
//	go run ./bench/ladder report   # measure the networks, write docs/results/ladder.md, .csv and .svg
//	go run ./bench/ladder card     # measure the network inside the program, write docs/model-card.md
//	go run ./bench/ladder measure BUNDLE...  # the same sets for candidates, odd and even classes
//	go run ./bench/ladder write BUNDLE~0.4 FILE  # a candidate as a file: here 0.4 of the way from the reference network to a bundle
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
	"io"
	"os"
	"os/signal"
	"slices"
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
	o, command, rest, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fail(err)
	case command == "":
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch command {
	case "climb":
		err = climb(ctx, o)
	case "card":
		err = card(ctx, o)
	case "measure":
		err = measureFiles(ctx, o, rest)
	case "write":
		err = o.write(rest)
	case "curve":
		err = curve(ctx, o, rest)
	case "report":
		err = report(ctx, o)
	}
	if err != nil {
		stop()
		fail(err)
	}
}

// commands are those there are; true: arguments may follow.
var commands = map[string]bool{"climb": false, "report": false, "card": false, "measure": true, "write": true, "curve": true}

// parse reads flags, command and its arguments. It writes the help where that is asked for, before or after the command
// (with flag.ErrHelp), and where there is no such command (which it returns as ""). Flags after a command that takes no
// arguments are refused: a training of hours that ignores them is worse.
func parse(args []string, out io.Writer) (o options, command string, rest []string, err error) {
	flags := flag.NewFlagSet("ladder", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.recipes, "recipes", "recipes/ladder", "folder of the rungs' recipes")
	flags.StringVar(&o.runs, "runs", "runs/ladder", "folder of the runs, and of teacher.safetensors")
	flags.StringVar(&o.data, "data", "", "folder of the training shards, instead of the one that the recipes name")
	flags.StringVar(&o.sets, "sets", "../shared/data/bench", "folder of the labelled sets")
	flags.StringVar(&o.out, "out", "docs/results", "folder of the report")
	seeds := flags.String("seeds", "1,2", "seeds of each rung")
	rungs := flags.String("rungs", "", "rungs to climb, by the names of their recipes (default: all)")
	flags.Usage = func() {
		fmt.Fprintln(out, "usage: ladder [flags] climb|report|card|measure [BUNDLE...]|write BUNDLE FILE|curve FOLDER")
		flags.PrintDefaults()
	}
	if err = flags.Parse(args); err != nil {
		return o, "", nil, err
	}
	if o.seeds, err = parseSeeds(*seeds); err != nil {
		return o, "", nil, err
	}
	if *rungs != "" {
		o.rungs = strings.Split(*rungs, ",")
	}
	takesArguments, known := commands[flags.Arg(0)]
	if !known {
		flags.Usage()
		return o, "", nil, nil
	}
	command, rest = flags.Arg(0), flags.Args()[1:]
	switch {
	case slices.ContainsFunc(rest, func(x string) bool { return x == "-h" || x == "-help" || x == "--help" }):
		flags.Usage()
		err = flag.ErrHelp
	case len(rest) > 0 && !takesArguments:
		err = fmt.Errorf("%s takes no arguments; flags stand before it: %q", command, rest)
	}
	return o, command, rest, err
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
