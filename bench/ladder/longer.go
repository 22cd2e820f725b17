package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// goesOn is a run that continues a network with more samples. Its networks are candidates, and points of the curve.
type goesOn struct {
	recipe  string
	name    string // what the names of its candidates begin with, before the step
	from    string // the run that it continues
	samples int    // those of that
	title   string
	says    string // of the run
	found   string // of what it bought
}

var longRun = goesOn{
	recipe: "recipes/long.toml", name: "long/step-", from: referenceName, samples: referenceSamples, title: "After the reference network",
	says:  "goes on from the reference network at a constant rate, with drawn documents and filled forms in a fifth of each step.",
	found: "The run is a third of a doubling long: too short for a slope that may be carried on, and the next million remains what the table above says.",
}

// insideSamples are those of the network inside: of the reference network, and of the runs of recipes/alike.toml,
// alike-falling.toml and alike-onward.toml.
const insideSamples = referenceSamples + (600+300+900)*512

var largerRun = goesOn{
	recipe: "recipes/larger.toml", name: "larger/step-", from: insideName, samples: insideSamples, title: "After the network inside",
	says: "goes on from the network inside for one and a third doublings, at 160 px and a rate that falls to 0, on the same pictures.",
	found: "These two and a half million samples buy nothing on the odd classes, by which one chooses, and nothing in the mean of the even ones.\n" +
		"Single sets move: DVDs, pages and the even half of banknotes gain, receipts and invoices lose.\n" +
		"At 160 px the network inside loses receipts and forms without any training (`runs/inside@160` in [ladder.md](ladder.md)); the run makes up for that on even classes alone, and at 128 px its networks are no better.\n" +
		"So samples of these 18,344 pictures are used up: the slope of the table above is not to be carried on beyond the network inside, and the next million buys nothing by this recipe.\n" +
		"What is missing is other pictures, of kinds that the pool lacks (receipts, tickets, invoices of many issuers, other copies of one form), or a network that sees more of each.",
}

// points returns the candidates of the run, by the samples of both.
func (g *goesOn) points(candidates []run, perStep int) []point {
	var points []point
	for _, r := range candidates {
		text, found := strings.CutPrefix(r.name, g.name)
		if step, err := strconv.Atoi(text); found && err == nil && r.complete() {
			points = append(points, point{g.samples + step*perStep, r.figures})
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.samples, b.samples) })
	return points
}

// write writes what the samples bought.
func (g *goesOn) write(w io.Writer, points []point, from run) {
	if len(points) < 2 {
		return
	}
	fmt.Fprintf(w, "\n## %s\n\n`%s` %s\n", g.title, g.recipe, g.says)
	fmt.Fprintf(w, "Samples are those of the network that it continues and of this run together; the figures are kept in [ladder.csv](ladder.csv).\n\n")
	writeHead(w)
	writePoint(w, strconv.Itoa(g.samples)+", "+g.from, from.figures)
	for _, p := range points {
		writePoint(w, strconv.Itoa(p.samples), p.figures)
	}
	fmt.Fprintf(w, "\n%s\n", g.found)
}
