package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/embed"
	"exemplar/internal/fileio"
)

// result holds the figures of a rung. They are nil until it has a network.
type result struct {
	even, loose figures // of even classes, at both strictnesses
	all         figures
}

// report measures all existing networks and writes the page and its plot.
func report(ctx context.Context, o options) error {
	results, err := o.measureAll(ctx)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	lines := compareAll(results)
	samples, err := o.samples()
	if err != nil {
		return err
	}
	writePage(&page, samples, results, lines)
	if err := fileio.WriteBytes(filepath.Join(o.out, "ladder.md"), fileio.Public, page.Bytes()); err != nil {
		return err
	}
	return fileio.WriteBytes(filepath.Join(o.out, "ladder.svg"), fileio.Public, plot(lines))
}

// insideName is the name of the built-in network in the table.
const insideName = "network inside"

// measureAll measures the built-in network and the networks of all rungs and seeds. It returns results by the names of
// rungs.
func (o options) measureAll(ctx context.Context) (map[string]result, error) {
	inside := embed.Default().Freeze()
	even, err := loadSets(ctx, o, inside.Arch.Input, evenClasses)
	if err != nil {
		return nil, err
	}
	all, err := loadSets(ctx, o, inside.Arch.Input, allClasses)
	if err != nil {
		return nil, err
	}
	results := map[string]result{}
	add := func(name string, n *embed.Network) error {
		e, l, err := measure(ctx, even, n)
		if err != nil {
			return err
		}
		a, _, err := measure(ctx, all, n)
		r := results[name]
		results[name] = result{append(r.even, e), append(r.loose, l), append(r.all, a)}
		return err
	}
	if err := add(insideName, inside); err != nil {
		return nil, err
	}
	for _, name := range names() {
		for _, seed := range o.seeds {
			path := o.bundleOf(name, seed)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			fmt.Fprintf(os.Stderr, "measuring %s, seed %d\n", name, seed)
			n, err := load(path)
			if err == nil && n.Arch.Input != inside.Arch.Input {
				err = fmt.Errorf("it takes %d px, the network inside %d", n.Arch.Input, inside.Arch.Input)
			}
			if err == nil {
				err = add(name, n)
			}
			if err != nil {
				return nil, fmt.Errorf("%q: %w", path, err)
			}
		}
	}
	return results, nil
}

// line compares a rung with the one below it.
type line struct {
	rung
	known bool // both have been trained
	difference
	loose difference
}

func compareAll(results map[string]result) []line {
	var even, loose []figures
	for _, name := range names() {
		if r := results[name]; r.even != nil {
			even, loose = append(even, r.even), append(loose, r.loose)
		}
	}
	betweenEven, betweenLoose := seedVariance(even), seedVariance(loose)
	var out []line
	for _, r := range rungs {
		l := line{rung: r}
		a, b := results[r.name], results[r.than]
		if r.than != "" && a.even != nil && b.even != nil {
			l.known = true
			l.difference, l.loose = compare(a.even, b.even, betweenEven), compare(a.loose, b.loose, betweenLoose)
		}
		out = append(out, l)
	}
	return out
}

// verdict says what a difference means.
func (d difference) verdict() string {
	switch {
	case d.low > 0:
		return "up"
	case d.high < 0:
		return "down"
	}
	return "within the interval"
}

func (d difference) String() string {
	return fmt.Sprintf("%+.1f [%+.1f, %+.1f]", 100*d.mean, 100*d.low, 100*d.high)
}

// samples is the number of samples of a rung. It is the same for all rungs.
func (o options) samples() (int, error) {
	count := 0
	for i, name := range names() {
		cfg, err := o.recipe(name, 1)
		if err != nil {
			return 0, err
		}
		n := 0
		for _, s := range cfg.Stages {
			n += s.Steps * s.Batch.Samples()
		}
		if i > 0 && n != count {
			return 0, fmt.Errorf("%s sees %d samples, the rungs before it %d", name, n, count)
		}
		count = n
	}
	return count, nil
}

func writePage(w io.Writer, samples int, results map[string]result, lines []line) {
	fmt.Fprintf(w, "# The ladder\n\nMade by `go run ./bench/ladder report` from the runs of `go run ./bench/ladder climb`.\n")
	fmt.Fprintf(w, "Every rung sees %d samples.\n", samples)
	fmt.Fprintf(w, "Figures are in percent.\nThey are the TPR at FPR 1e-4 over all pairs of a set, of *forms* over captures and the blank forms.\nFor the last three sets they are right answers at 1 %% of strangers, own kind left out, by the embedding alone.\n")
	fmt.Fprintf(w, "They are means over seeds, of the even classes in sorted order; *mean* is over the eight sets, *all* the same over all classes.\n\n")
	writeFigures(w, results)
	fmt.Fprintf(w, "\n## What each rung adds\n\nThe interval of 95 %% is over sets and seeds: Student's, of the differences by set, widened by what other seeds do to a mean.\n\n")
	fmt.Fprintf(w, "*At 1e-2*: the same at 100 times that FMR, for the last three sets at 10 %% of strangers: figures there depend less on a few pairs.\n\n")
	fmt.Fprintf(w, "| rung | than | what differs | difference of the means | the story says | here | at 1e-2 | here |\n|---|---|---|---|---|---|---|---|\n")
	for _, l := range lines {
		if l.than == "" {
			continue
		}
		claim := ""
		if l.claims {
			claim = "up"
		}
		if !l.known {
			fmt.Fprintf(w, "| %s | %s | %s | not trained yet | %s | | | |\n", l.name, l.than, l.adds, claim)
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %v | %s | %s | %v | %s |\n",
			l.name, l.than, l.adds, l.difference, claim, l.verdict(), l.loose, l.loose.verdict())
	}
	fmt.Fprintf(w, "\n![What each rung adds](ladder.svg)\n")
	writeSamples(w, samples, results)
	if notes, err := os.ReadFile(filepath.Join("bench", "ladder", "notes.md")); err == nil {
		fmt.Fprintf(w, "\n%s", notes)
	}
}

// insideSamples is the number of samples of the built-in network: 1,600 steps of 512.
const insideSamples = 1600 * 512

// writeSamples says what more samples bring. The built-in network is the contrast rung, trained for longer and on turned
// pictures as well.
func writeSamples(w io.Writer, samples int, results map[string]result) {
	few, many := results["contrast"], results[insideName]
	if few.even == nil {
		return
	}
	gain := 100 * (many.even.mean() - few.even.mean())
	doublings := math.Log2(float64(insideSamples) / float64(samples))
	million := gain / doublings * math.Log2((insideSamples+1e6)/insideSamples)
	fmt.Fprintf(w, "\n## What samples buy\n\nFrom *contrast* with %d samples to the network inside with %d (the same loss, turned forms of a picture as negatives besides) the mean goes from %.1f to %.1f: %.1f points for each doubling.\n",
		samples, insideSamples, 100*few.even.mean(), 100*many.even.mean(), gain/doublings)
	fmt.Fprintf(w, "If that went on, the next million samples would buy %.1f points.\n", million)
}

func writeFigures(w io.Writer, results map[string]result) {
	heads := []string{"rung", "seeds"}
	for _, t := range targets {
		heads = append(heads, t.title)
	}
	heads = append(heads, "mean", "all")
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, name := range append(names(), insideName) {
		r := results[name]
		if r.even == nil {
			fmt.Fprintf(w, "| %s | 0%s |\n", name, strings.Repeat(" |", len(heads)-2))
			continue
		}
		fmt.Fprintf(w, "| %s | %d |", name, len(r.even))
		for _, v := range r.even.byTarget() {
			fmt.Fprintf(w, " %.1f |", 100*v)
		}
		fmt.Fprintf(w, " %.1f | %.1f |\n", 100*r.even.mean(), 100*r.all.mean())
	}
}
