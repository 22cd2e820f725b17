package main

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/train/recipe"
)

// Figures that rise by two points with each doubling have that slope, on each target.
func TestSlopeIsByDoubling(t *testing.T) {
	var points []point
	for i, samples := range []int{25600, 51200, 102400, 409600} {
		m := measured{0.3, 0.5}
		doublings := []float64{0, 1, 2, 4}[i]
		m[0] += 0.02 * doublings
		points = append(points, point{samples, map[question]measured{overall: m}})
	}
	got := slope(points, overall)
	if math.Abs(got[0]-0.02) > 1e-9 || math.Abs(got[1]) > 1e-9 {
		t.Errorf("slopes %v, want 0.02 and 0", got)
	}
}

// The run's networks are sorted by their steps as numbers, and others are left out.
func TestPointsOfARun(t *testing.T) {
	points := pointsOf([]run{{name: referenceName}, {name: "step-200"}, {name: "step-1600"}, {name: "step-50"}}, 512)
	if len(points) != 3 || points[0].samples != 25600 || points[1].samples != 102400 || points[2].samples != 819200 {
		t.Errorf("%v", points)
	}
}

// Candidates of the long run count the samples of the reference network as well; other candidates are no points of it.
func TestPointsAfterTheNetworkInside(t *testing.T) {
	candidates := []run{invented("long/step-400", 0, ""), invented("long/step-200", 0, ""), invented("long/step-200~0.5", 0, ""), invented("mixed/step-40", 0, "")}
	points := longRun.points(candidates, 512)
	if len(points) != 2 || points[0].samples != referenceSamples+200*512 || points[1].samples != referenceSamples+400*512 {
		t.Errorf("%v", points)
	}
}

// The page that is committed is made of the figures that are committed.
func TestCurveIsOfTheKeptFigures(t *testing.T) {
	runs, err := readRuns("../../docs/results/samples.csv")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/results/samples.md")
	if err != nil {
		t.Fatal(err)
	}
	papertest.Shared(t, "../../../shared/data/train") // which the recipe names
	cfg, err := recipe.LoadToTeach("../../" + curveRecipe)
	if err != nil {
		t.Fatal(err)
	}
	candidates, err := readRuns("../../docs/results/ladder.csv")
	if err != nil {
		t.Fatal(err)
	}
	reference, _ := find(runs, referenceName, 0)
	falling, _ := find(candidates, fallingName, 0)
	var table bytes.Buffer
	writePoints(&table, pointsOf(runs, cfg.Stages[0].Batch.Samples()), falling, reference)
	if !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/results/samples.md has not this table:\n%s", &table)
	}
}
