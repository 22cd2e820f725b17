package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/embed"
	"exemplar/internal/fileio"
)

// result holds the figures of a rung. They are nil until it has a network.
type result struct {
	even, loose figures // of even classes, at both strictnesses
	all         figures
	printed     int // of so many seeds no more is known than what an earlier page printed: they are not in loose and all
}

// report measures the networks that are there and not measured yet, keeps their figures, and writes the page and its plot.
func report(ctx context.Context, o options) error {
	runs, err := o.measureAll(ctx)
	if err != nil {
		return err
	}
	if err := writeRuns(o.keptPath(), runs); err != nil {
		return err
	}
	samples, err := o.samples()
	if err != nil {
		return err
	}
	results := collect(runs, o.seeds)
	lines := compareAll(results)
	var page bytes.Buffer
	writePage(&page, samples, results, lines, runs)
	if err := fileio.WriteBytes(filepath.Join(o.out, "ladder.md"), fileio.Public, page.Bytes()); err != nil {
		return err
	}
	return fileio.WriteBytes(filepath.Join(o.out, "ladder.svg"), fileio.Public, plot(lines))
}

// What the tables call the network that was trained in PyTorch, from which the candidates come, and the one that is inside
// the program.
const referenceName, insideName = "reference network", "network inside"

// measureAll returns the figures of the reference network, of all rungs and seeds, and of the candidates: those that are
// kept, and in their place those of the networks that have been trained since.
func (o options) measureAll(ctx context.Context) ([]run, error) {
	runs, err := readRuns(o.keptPath())
	if err != nil {
		return nil, err
	}
	if runs, err = o.current(runs); err != nil {
		return nil, err
	}
	pictures := sets{}
	if runs, err = o.measureFixed(ctx, runs, pictures); err != nil {
		return nil, err
	}
	for _, name := range names() {
		for _, seed := range o.seeds {
			if runs, err = o.measureRung(ctx, runs, pictures, name, seed); err != nil {
				return nil, fmt.Errorf("%s, seed %d: %w", name, seed, err)
			}
		}
	}
	return runs, nil
}

// current leaves out the figures of rungs whose recipe has changed since.
func (o options) current(runs []run) ([]run, error) {
	var out []run
	for _, r := range runs {
		if r.seed > 0 {
			mark, err := o.recipeMark(r.name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			if mark != r.recipe {
				fmt.Fprintf(os.Stderr, "%s, seed %d: what is kept is of another recipe; climb trains it anew\n", r.name, r.seed)
				continue
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// measureFixed measures the reference network and the one inside the program, unless their figures are kept.
func (o options) measureFixed(ctx context.Context, runs []run, pictures sets) ([]run, error) {
	if _, kept := find(runs, referenceName, 0); !kept {
		reference, err := o.reference()
		if err != nil {
			return nil, err
		}
		if runs, err = o.measureAs(ctx, runs, pictures, referenceName, reference); err != nil {
			return nil, err
		}
	}
	return o.measureAs(ctx, runs, pictures, insideName, embed.Default())
}

// measureAs measures a network of that name, unless its figures are kept.
func (o options) measureAs(ctx context.Context, runs []run, pictures sets, name string, b *embed.Bundle) ([]run, error) {
	mark := b.Fingerprint[:12]
	if r, ok := find(runs, name, 0); ok && r.bundle == mark {
		return runs, nil
	}
	figures, err := o.measure(ctx, pictures, b.Freeze())
	return replace(runs, run{name: name, bundle: mark, figures: figures}), err
}

// reference returns the network that was trained in PyTorch.
func (o options) reference() (*embed.Bundle, error) {
	var files [2][]byte
	for i, name := range []string{"reference.safetensors", "reference.json"} {
		var err error
		if files[i], err = os.ReadFile(filepath.Join(o.sets, "..", "reference", name)); err != nil {
			return nil, err
		}
	}
	return embed.ImportTorch(files[0], files[1])
}

// measureRung measures a rung's network, if there is one whose figures are not kept.
func (o options) measureRung(ctx context.Context, runs []run, pictures sets, name string, seed uint64) ([]run, error) {
	bundle, err := o.bundle(candidate{file: o.bundleOf(name, seed)})
	if errors.Is(err, fs.ErrNotExist) {
		return runs, nil
	}
	if err != nil {
		return nil, err
	}
	r := run{name: name, seed: seed, bundle: bundle.Fingerprint[:12]}
	if r.recipe, err = o.recipeMark(name); err != nil {
		return nil, err
	}
	if kept, ok := find(runs, name, seed); ok && kept.bundle == r.bundle {
		return runs, nil
	}
	if side := embed.Default().Arch.Input; bundle.Arch.Input != side {
		return nil, fmt.Errorf("it takes %d px, the network inside %d", bundle.Arch.Input, side)
	}
	fmt.Fprintf(os.Stderr, "measuring %s, seed %d\n", name, seed)
	r.figures, err = o.measure(ctx, pictures, bundle.Freeze())
	return replace(runs, r), err
}

func (o options) measure(ctx context.Context, pictures sets, n *embed.Network) (map[question]measured, error) {
	return measure(ctx, pictures, o.sets, []*embed.Network{n})
}

// collect puts the figures of all seeds of a rung together, by the rungs' names; the reference network has one.
func collect(runs []run, seeds []uint64) map[string]result {
	results := map[string]result{}
	for _, r := range runs {
		if r.name != referenceName && !slices.Contains(seeds, r.seed) {
			continue
		}
		x := results[r.name]
		x.even = append(x.even, r.figures[reporting])
		if !r.complete() {
			x.printed++
		} else {
			x.loose, x.all = append(x.loose, r.figures[reportAt2]), append(x.all, r.figures[overall])
		}
		results[r.name] = x
	}
	return results
}

// line compares a rung with the one below it.
type line struct {
	rung
	known bool // both have been trained
	difference
	loose *difference // nil: not known of both
}

func compareAll(results map[string]result) []line {
	var even, loose []figures
	var known pooled
	for _, name := range names() {
		switch r := results[name]; {
		case r.even == nil:
		case r.printed > 1: // each of the seeds has their mean
			known = printedSeeds
		default:
			even, loose = append(even, r.even), append(loose, r.loose)
		}
	}
	betweenEven, betweenLoose := seedVariance(even, known), seedVariance(loose, pooled{})
	if betweenLoose == 0 {
		betweenLoose = betweenEven // which other seeds move more
	}
	var out []line
	for _, r := range rungs {
		l := line{rung: r}
		a, b := results[r.name], results[r.than]
		if r.than != "" && a.even != nil && b.even != nil {
			l.known = true
			l.difference = compare(a.even, b.even, betweenEven)
			if a.loose != nil && b.loose != nil {
				d := compare(a.loose, b.loose, betweenLoose)
				l.loose = &d
			}
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

func writePage(w io.Writer, samples int, results map[string]result, lines []line, runs []run) {
	fmt.Fprintf(w, "# The ladder\n\nMade by `go run ./bench/ladder report` from the runs of `go run ./bench/ladder climb`; the figures of each run are kept in [ladder.csv](ladder.csv).\n")
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
		fmt.Fprintf(w, "| %s | %s | %s | %v | %s | %s |", l.name, l.than, l.adds, l.difference, claim, l.verdict())
		if l.loose != nil {
			fmt.Fprintf(w, " %v | %s |\n", *l.loose, l.loose.verdict())
		} else {
			fmt.Fprintf(w, " | |\n")
		}
	}
	fmt.Fprintf(w, "\n![What each rung adds](ladder.svg)\n")
	writeSamples(w, samples, results)
	fmt.Fprintf(w, "\n## Candidates for the program\n\nAll that `go run ./bench/ladder measure` has seen, beside the reference network. One is chosen on odd classes and reported on even ones.\n")
	writeCandidates(w, runs)
	writeWanted(w, runs)
	if notes, err := os.ReadFile(filepath.Join("bench", "ladder", "notes.md")); err == nil {
		fmt.Fprintf(w, "\n%s", notes)
	}
}

// writeWanted says what a network is to reach, and how far the network inside and the candidates are.
func writeWanted(w io.Writer, runs []run) {
	fmt.Fprintf(w, "\n## What is wanted\n\n*Best candidate*: the highest figure over all classes of any one candidate above; it is another one in each row.\n\n")
	fmt.Fprintf(w, "| set | wanted | network inside, even | all | best candidate, all | |\n|---|---|---|---|---|---|\n")
	inside, _ := find(runs, insideName, 0)
	for i, t := range targets {
		var best run
		for _, r := range runs {
			if r.seed == 0 && r.name != insideName && r.complete() && (best.name == "" || r.figures[overall][i] > best.figures[overall][i]) {
				best = r
			}
		}
		reached := "not reached"
		if min(inside.figures[reporting][i], inside.figures[overall][i]) >= t.wanted {
			reached = "reached"
		}
		fmt.Fprintf(w, "| %s | %.0f | %.1f | %.1f |", t.title, 100*t.wanted, 100*inside.figures[reporting][i], 100*inside.figures[overall][i])
		if best.name == "" {
			fmt.Fprintf(w, " | %s |\n", reached)
			continue
		}
		fmt.Fprintf(w, " %.1f, %s | %s |\n", 100*best.figures[overall][i], best.name, reached)
	}
}

// referenceSamples is the number of samples of the reference network: 1,600 steps of 512.
const referenceSamples = 1600 * 512

// writeSamples says what more samples bring. The reference network is the contrast rung, trained for longer and on turned
// pictures as well.
func writeSamples(w io.Writer, samples int, results map[string]result) {
	few, many := results["contrast"], results[referenceName]
	if few.even == nil {
		return
	}
	gain := 100 * (many.even.mean() - few.even.mean())
	doublings := math.Log2(float64(referenceSamples) / float64(samples))
	million := gain / doublings * math.Log2((referenceSamples+1e6)/referenceSamples)
	fmt.Fprintf(w, "\n## What samples buy\n\nFrom *contrast* with %d samples to the reference network with %d (the same loss, turned forms of a picture as negatives besides) the mean goes from %.1f to %.1f: %.1f points for each doubling.\n",
		samples, referenceSamples, 100*few.even.mean(), 100*many.even.mean(), gain/doublings)
	fmt.Fprintf(w, "If that went on, the next million samples would buy %.1f points; the curve of one run bends, and says less: [samples.md](samples.md).\n", million)
}

func writeFigures(w io.Writer, results map[string]result) {
	heads := []string{"rung", "seeds"}
	for _, t := range targets {
		heads = append(heads, t.title)
	}
	heads = append(heads, "mean", "all")
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	printed := false
	for _, name := range append(names(), referenceName) {
		r := results[name]
		if r.even == nil {
			fmt.Fprintf(w, "| %s | 0%s |\n", name, strings.Repeat(" |", len(heads)-2))
			continue
		}
		mark := ""
		if r.printed > 0 {
			mark = " *"
			printed = true
		}
		fmt.Fprintf(w, "| %s%s | %d |", name, mark, len(r.even))
		for _, v := range r.even.byTarget() {
			fmt.Fprintf(w, " %.1f |", 100*v)
		}
		fmt.Fprintf(w, " %.1f |", 100*r.even.mean())
		if r.all == nil {
			fmt.Fprintf(w, " |\n")
		} else {
			fmt.Fprintf(w, " %.1f |\n", 100*r.all.mean())
		}
	}
	if printed {
		fmt.Fprintf(w, "\n\\* Of the first seed, or of both, no more is known than what an earlier issue of this page printed: the networks are gone.\n*all*, and *at 1e-2* below, are then of the other seed alone.\n")
	}
}
