package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"exemplar/internal/embed"
	"exemplar/internal/fileio"
	"exemplar/internal/train/recipe"
)

const (
	curveRecipe = "recipes/curve.toml"
	curveName   = "samples"

	// fallingName is the candidate of recipes/curve-falling.toml, which continues the run.
	fallingName    = "curve-falling"
	fallingFrom    = 400 * 512
	fallingSamples = fallingFrom + 285*512 // the run was stopped there, at 1 % of the rate
)

// point is a network of the run: after how many samples, and what it reaches.
type point struct {
	samples int
	figures map[question]measured
}

// curve measures the bundles of the run of recipes/curve.toml that are not measured yet, and writes what samples buy.
func curve(ctx context.Context, o options, folders []string) error {
	if len(folders) > 1 {
		return errors.New("curve takes the folder of one run")
	}
	kept := filepath.Join(o.out, curveName+".csv")
	runs, err := readRuns(kept)
	if err != nil {
		return err
	}
	pictures := sets{}
	if runs, err = o.measureFixed(ctx, runs, pictures); err != nil {
		return err
	}
	for _, folder := range folders {
		if runs, err = o.measureSteps(ctx, runs, pictures, folder); err != nil {
			return err
		}
	}
	if err := writeRuns(kept, runs); err != nil {
		return err
	}
	cfg, err := recipe.Load(curveRecipe)
	if err != nil {
		return err
	}
	points := pointsOf(runs, cfg.Stages[0].Batch.Samples())
	if len(points) < 3 {
		return fmt.Errorf("%d networks of %s are measured: a curve takes three", len(points), curveRecipe)
	}
	candidates, err := readRuns(o.keptPath())
	if err != nil {
		return err
	}
	reference, _ := find(runs, referenceName, 0)
	falling, _ := find(candidates, fallingName, 0)
	var page bytes.Buffer
	writeCurve(&page, points, falling, reference)
	for _, g := range []goesOn{longRun, largerRun} {
		cfg, err := recipe.Load(g.recipe)
		if err != nil {
			return err
		}
		from, _ := find(candidates, g.from, 0)
		g.write(&page, g.points(candidates, cfg.Stages[0].Batch.Samples()), from)
	}
	if err := fileio.WriteBytes(filepath.Join(o.out, curveName+".md"), fileio.Public, page.Bytes()); err != nil {
		return err
	}
	return fileio.WriteBytes(filepath.Join(o.out, curveName+".svg"), fileio.Public, plotCurve(points))
}

// measureSteps measures the bundles step-*.safetensors of a run's folder.
func (o options) measureSteps(ctx context.Context, runs []run, pictures sets, folder string) ([]run, error) {
	files, err := filepath.Glob(filepath.Join(folder, "step-*.safetensors"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		bundle, err := embed.Open(file)
		if err != nil {
			return nil, err
		}
		r := run{name: strings.TrimSuffix(filepath.Base(file), ".safetensors"), bundle: bundle.Fingerprint[:12]}
		if kept, ok := find(runs, r.name, 0); ok && kept.bundle == r.bundle {
			continue
		}
		if r.figures, err = o.measure(ctx, pictures, bundle.Freeze()); err != nil {
			return nil, fmt.Errorf("%q: %w", file, err)
		}
		runs = replace(runs, r)
	}
	return runs, nil
}

// pointsOf returns the run's networks by their samples, of which a step has so many.
func pointsOf(runs []run, perStep int) []point {
	var points []point
	for _, r := range runs {
		if text, found := strings.CutPrefix(r.name, "step-"); found {
			if step, err := strconv.Atoi(text); err == nil {
				points = append(points, point{step * perStep, r.figures})
			}
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.samples, b.samples) })
	return points
}

// slope is what a doubling of the samples adds to each target: least squares over the logarithm of the samples.
func slope(points []point, q question) measured {
	var doublings []float64
	for _, p := range points {
		doublings = append(doublings, math.Log2(float64(p.samples)))
	}
	slopes := make(measured, len(points[0].figures[q]))
	for t := range slopes {
		var y []float64
		for _, p := range points {
			y = append(y, p.figures[q][t])
		}
		_, slopes[t] = stat.LinearRegression(doublings, y, nil, false)
	}
	return slopes
}

// overTargets is the mean with its interval of 95 % by Student over the targets.
func overTargets(x measured) difference {
	m := mean(x)
	n := float64(len(x))
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * math.Sqrt(sumSquares(x, m)/(n-1)/n)
	return difference{m, m - half, m + half}
}

// times is the interval of so many doublings.
func (d difference) times(f float64) difference { return difference{f * d.mean, f * d.low, f * d.high} }

func writeCurve(w io.Writer, points []point, falling, reference run) {
	fmt.Fprintf(w, "# What samples buy\n\nMade by `go run ./bench/ladder curve runs/curve` from the run of `exemplar train recipes/curve.toml`: one run, one seed, at a constant learning rate.\n")
	fmt.Fprintf(w, "Each row is the running mean of its weights after so many samples; the figures are those of [ladder.md](ladder.md), and kept in [samples.csv](samples.csv).\n\n")
	writePoints(w, points, falling, reference)
	fmt.Fprintf(w, "\n![The mean over the eight sets by samples](samples.svg)\n\n## The next million\n\n")
	late := latePoints(points, reference)
	million := math.Log2((referenceSamples + 1e6) / referenceSamples)
	goal := wantedMean()
	fmt.Fprintf(w, "Points by doubling of the samples, by set: of a line through all rows of the run, and through those of %d samples and more, the reference network among them.\nIntervals are Student's over the eight sets.\n", lateSamples)
	fmt.Fprintf(w, "The curve bends, so that only the second may be carried on: a million samples after the %d of the reference network are %.2f doublings more.\n", referenceSamples, million)
	fmt.Fprintf(w, "The falling learning rate at the end of its training is in that slope too, which is therefore rather too steep.\n")
	fmt.Fprintf(w, "*To the goal*: doublings after which the mean would be that of what is wanted, %.1f.\n\n", 100*goal)
	fmt.Fprintf(w, "| classes, rate | in the run | the later rows | the next million | to the goal |\n|---|---|---|---|---|\n")
	for _, q := range []question{reporting, reportAt2, overall} {
		recent := overTargets(slope(late, q))
		missing := goal - mean(reference.figures[q])
		doublings := ""
		if q.rate == strict && recent.mean > 0 {
			doublings = fmt.Sprintf("%.0f", missing/recent.mean)
		}
		fmt.Fprintf(w, "| %v, %v | %v | %v | %v | %s |\n", q.classes, q.rate, overTargets(slope(points, q)), recent, recent.times(million), doublings)
	}
}

// lateSamples is where the curve has bent, by eye.
const lateSamples = 100_000

// latePoints are the run's networks after the bend, and the reference network.
func latePoints(points []point, reference run) []point {
	late := []point{{referenceSamples, reference.figures}}
	for _, p := range points {
		if p.samples >= lateSamples {
			late = append(late, p)
		}
	}
	return late
}

// wantedMean is the mean of what is wanted on the targets.
func wantedMean() float64 {
	var wanted measured
	for _, t := range targets {
		wanted = append(wanted, t.wanted)
	}
	return mean(wanted)
}

// writePoints writes the table: the run, its end at a falling rate where that was measured, the reference network.
func writePoints(w io.Writer, points []point, falling, reference run) {
	writeHead(w)
	for _, p := range points {
		writePoint(w, strconv.Itoa(p.samples), p.figures)
	}
	if falling.complete() {
		writePoint(w, fmt.Sprintf("%d, the rate falling to 0 from %d on", fallingSamples, fallingFrom), falling.figures)
	}
	writePoint(w, fmt.Sprintf("%s, %d", referenceName, referenceSamples), reference.figures)
	fmt.Fprintf(w, "\n*mean* and *at 1e-2* are of even classes, *odd* and *all* the mean at 1e-4 over odd and over all classes.\n")
	if falling.complete() {
		fmt.Fprintf(w, "The row with a falling rate is of recipes/curve-falling.toml, one run that was stopped at 1 %% of the rate.\n")
	}
	fmt.Fprintf(w, "The reference network has the same recipe, but a learning rate that falls, and another program made it.\n")
}

func writeHead(w io.Writer) {
	heads := []string{"samples"}
	for _, t := range targets {
		heads = append(heads, t.title)
	}
	heads = append(heads, "mean", "at 1e-2", "odd", "all")
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
}

func writePoint(w io.Writer, name string, figures map[question]measured) {
	fmt.Fprintf(w, "| %s |", name)
	for _, v := range figures[reporting] {
		fmt.Fprintf(w, " %.1f |", 100*v)
	}
	for _, q := range []question{reporting, reportAt2, choosing, overall} {
		fmt.Fprintf(w, " %.1f |", 100*mean(figures[q]))
	}
	fmt.Fprintln(w)
}

// plotCurve draws the means by samples, as SVG.
func plotCurve(points []point) []byte {
	const width, height, edge = 560, 320, 50
	lo, hi := math.Log2(float64(points[0].samples)), math.Log2(float64(points[len(points)-1].samples))
	x := func(samples int) float64 {
		return edge + (width-2*edge)*(math.Log2(float64(samples))-lo)/(hi-lo)
	}
	y := func(v float64) float64 { return height - edge - (height-2*edge)*v }
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="10" y="20">mean over eight sets, percent, by samples</text>`, width, height)
	for v := 0; v <= 100; v += 20 {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#555">%d</text>`,
			edge, y(float64(v)/100), width-edge, edge-6, y(float64(v)/100)+4, v)
	}
	for _, p := range points {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#555">%d</text>`, x(p.samples), height-edge+18, p.samples)
	}
	for i, q := range []question{reporting, reportAt2, overall} {
		color := []string{"#0a7d32", "#1f5fbf", "#b3261e"}[i]
		var path strings.Builder
		for k, p := range points {
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(k, 1)], x(p.samples), y(mean(p.figures[q])))
		}
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`, path.String(), color)
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s</text>`, edge+10+150*i, height-10, color, html.EscapeString(q.classes.String()+" classes, "+q.rate.String()))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}
