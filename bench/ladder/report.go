package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/model"
)

// result is a rung's figures; both are nil until a network of it is there.
type result struct {
	even, all figures
}

// report measures all networks that there are and writes the page and its plot.
func report(ctx context.Context, o options) error {
	results, err := o.measureAll(ctx)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	lines := compareAll(results)
	writePage(&page, results, lines)
	if err := fileio.WriteBytes(filepath.Join(o.out, "ladder.md"), fileio.Public, page.Bytes()); err != nil {
		return err
	}
	return fileio.WriteBytes(filepath.Join(o.out, "ladder.svg"), fileio.Public, plot(lines))
}

// insideName is the row of the network inside the program.
const insideName = "network inside"

// measureAll measures the network inside and those of all rungs and seeds, by the rungs' names.
func (o options) measureAll(ctx context.Context) (map[string]result, error) {
	inside := model.Default().Freeze()
	var even, all []*set
	for _, t := range targets {
		for which, sets := range map[half]*[]*set{evenClasses: &even, allClasses: &all} {
			s, err := loadSet(ctx, o.sets, t, inside.Arch.Input, which)
			if err != nil {
				return nil, err
			}
			*sets = append(*sets, s)
		}
	}
	results := map[string]result{}
	add := func(name string, n *model.Network) error {
		e, err := measure(ctx, even, n)
		if err != nil {
			return err
		}
		a, err := measure(ctx, all, n)
		r := results[name]
		results[name] = result{append(r.even, e), append(r.all, a)}
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

// line is a rung beside the one that it is compared with.
type line struct {
	rung
	known bool // both have been trained
	difference
}

func compareAll(results map[string]result) []line {
	var every []figures
	for _, name := range names() {
		if f := results[name].even; f != nil {
			every = append(every, f)
		}
	}
	between := seedVariance(every)
	var out []line
	for _, r := range rungs {
		l := line{rung: r}
		a, b := results[r.name].even, results[r.than].even
		if r.than != "" && a != nil && b != nil {
			l.known, l.difference = true, compare(a, b, between)
		}
		out = append(out, l)
	}
	return out
}

// verdict says what a comparison tells.
func (l line) verdict() string {
	switch {
	case l.than == "":
		return ""
	case !l.known:
		return "not trained yet"
	case l.low > 0:
		return "up"
	case l.high < 0:
		return "down"
	}
	return "within the interval"
}

func writePage(w io.Writer, results map[string]result, lines []line) {
	fmt.Fprintf(w, "# The ladder\n\nMade by `go run ./bench/ladder report` from the runs of `go run ./bench/ladder climb`.\n")
	fmt.Fprintf(w, "Figures are percent: TPR at FPR 1e-4 over all pairs of a set, of *forms* over captures and the blank forms; for the last three sets right answers at 1 %% of strangers, own kind out, by the embedding alone.\n")
	fmt.Fprintf(w, "They are means over seeds, of the classes at even places of the sorted order; *mean* is over the eight sets, *all* the same over all classes.\n\n")
	writeFigures(w, results)
	fmt.Fprintf(w, "\n## What each rung adds\n\nThe interval of 95 %% is over sets and seeds: Student's, of the differences by set, widened by what other seeds do to a mean.\n\n")
	fmt.Fprintf(w, "| rung | than | what differs | difference of the means | the story says | here |\n|---|---|---|---|---|---|\n")
	for _, l := range lines {
		if l.than == "" {
			continue
		}
		diff, claim := "", ""
		if l.known {
			diff = fmt.Sprintf("%+.1f [%+.1f, %+.1f]", 100*l.mean, 100*l.low, 100*l.high)
		}
		if l.claims {
			claim = "up"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", l.name, l.than, l.adds, diff, claim, l.verdict())
	}
	fmt.Fprintf(w, "\n![What each rung adds](ladder.svg)\n")
	if notes, err := os.ReadFile(filepath.Join("bench", "ladder", "notes.md")); err == nil {
		fmt.Fprintf(w, "\n%s", notes)
	}
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
