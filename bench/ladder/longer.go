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

// recipes/long.toml continues the reference network with more samples. Its networks are candidates, and points of the curve.
const (
	longRecipe = "recipes/long.toml"
	longName   = "long/step-"
)

// longPoints returns the candidates of the run that continues the reference network, by the samples of both.
func longPoints(candidates []run, perStep int) []point {
	var points []point
	for _, r := range candidates {
		text, found := strings.CutPrefix(r.name, longName)
		if step, err := strconv.Atoi(text); found && err == nil && r.complete() {
			points = append(points, point{referenceSamples + step*perStep, r.figures})
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.samples, b.samples) })
	return points
}

// writeLonger writes what the samples after the reference network bought.
func writeLonger(w io.Writer, points []point, reference run) {
	if len(points) < 2 {
		return
	}
	fmt.Fprintf(w, "\n## After the reference network\n\n")
	fmt.Fprintf(w, "`%s` goes on from the reference network at a constant rate, with drawn documents and filled forms in a fifth of each step.\n", longRecipe)
	fmt.Fprintf(w, "Samples are those of the reference network and of this run together; the figures are kept in [ladder.csv](ladder.csv).\n\n")
	writeLongPoints(w, points, reference)
	doublings := math.Log2(float64(points[len(points)-1].samples) / referenceSamples)
	fmt.Fprintf(w, "\nThe run is %.2f doublings long: too short for a slope that may be carried on, and the next million remains what the table above says.\n", doublings)
}

// writeLongPoints writes the table: the reference network, and the run that continues it.
func writeLongPoints(w io.Writer, points []point, reference run) {
	writeHead(w)
	writePoint(w, strconv.Itoa(referenceSamples)+", "+referenceName, reference.figures)
	for _, p := range points {
		writePoint(w, strconv.Itoa(p.samples), p.figures)
	}
}
