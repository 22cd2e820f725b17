package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// recipes/long.toml continues the network inside with more samples. Its networks are candidates, and points of the curve.
const (
	longRecipe = "recipes/long.toml"
	longName   = "long/step-"

	longFallingName = "long-falling" // recipes/long-falling.toml, which ends the run
)

// longPoints returns the candidates of the run that continues the network inside, by the samples of both.
func longPoints(candidates []run, perStep int) []point {
	var points []point
	for _, r := range candidates {
		text, found := strings.CutPrefix(r.name, longName)
		if step, err := strconv.Atoi(text); found && err == nil && r.complete() {
			points = append(points, point{insideSamples + step*perStep, r.figures})
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.samples, b.samples) })
	return points
}

// writeLonger writes what the samples after the network inside bought.
func writeLonger(w io.Writer, points []point, inside, falling run) {
	if len(points) < 2 {
		return
	}
	fmt.Fprintf(w, "\n## After the network inside\n\n")
	fmt.Fprintf(w, "`%s` goes on from the network inside at a constant rate, with drawn documents and filled forms in a fifth of each step.\n", longRecipe)
	fmt.Fprintf(w, "Samples are those of the network inside and of this run together; the figures are kept in [ladder.csv](ladder.csv).\n\n")
	writeLongPoints(w, points, inside, falling)
	all := append([]point{{insideSamples, inside.figures}}, points...)
	last := all[len(all)-1].samples
	million := math.Log2(float64(last+1_000_000) / float64(last))
	fmt.Fprintf(w, "\nPoints by doubling, of a line through the network inside and the rows of the run; the next million after %d samples are %.2f doublings.\n\n", last, million)
	fmt.Fprintf(w, "| classes, rate | by doubling | the next million |\n|---|---|---|\n")
	for _, q := range []question{choosing, reporting, reportAt2, overall} {
		d := overTargets(slope(all, q))
		fmt.Fprintf(w, "| %v, %v | %v | %v |\n", q.classes, q.rate, d, d.times(million))
	}
}

// writeLongPoints writes the table: the network inside, the run that continues it, its end at a falling rate.
func writeLongPoints(w io.Writer, points []point, inside, falling run) {
	writeHead(w)
	writePoint(w, strconv.Itoa(insideSamples)+", "+insideName, inside.figures)
	for _, p := range points {
		writePoint(w, strconv.Itoa(p.samples), p.figures)
	}
	if falling.complete() {
		writePoint(w, "the rate falling to 0", falling.figures)
	}
}
