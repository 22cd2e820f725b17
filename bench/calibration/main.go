// Command calibration compares the share of strangers that was asked for with the
// share that was accepted, by the calibration in the bundle, on pictures that it was
// not fitted on:
//
//	go run ./bench/calibration [-data ../shared/data/bench] [-drawn 1500] [-seed 2]
//
// It writes docs/results/calibration.csv and calibration.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"exemplar/internal/eval"
	"exemplar/internal/recognise"
)

// The requests to the calibration.
var (
	sizes = []int{10, 100, 500} // labels that are registered
	fpirs = []float64{0.001, 0.01, 0.05, 0.1}
)

// sets are the real captures. Sets of whole photos are left out: their strangers score
// lower, and the promise is easily kept.
var sets = []string{"dvd_located", "forms", "banknotes_located", "bookpages_located", "receipts", "vinyl_located", "rupiah"}

// row is the result for one promise and one kind of strangers.
type row struct {
	data      string
	strangers string
	eval.CalibrationCheck
}

func main() {
	data := flag.String("data", "../shared/data/bench", "folder of the sets of real captures")
	drawn := flag.Int("drawn", 1500, "number of drawn documents")
	seed := flag.Uint64("seed", 2, "of the drawn documents; the bundle's calibration has 1")
	results := flag.String("results", "docs/results", "folder to write to")
	flag.Parse()
	rows, err := measure(context.Background(), *data, *drawn, *seed)
	if err == nil {
		err = write(*results, rows, recognise.DefaultModel().Calibration.Source)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "calibration:", err)
		os.Exit(1)
	}
}

// bench gathers rows.
type bench struct {
	model *recognise.Model
	rows  []row
}

func measure(ctx context.Context, data string, drawn int, seed uint64) ([]row, error) {
	b := &bench{model: recognise.DefaultModel()}
	set, err := drawnSet(b.model, drawn, seed)
	if err != nil {
		return nil, err
	}
	if err := b.check(ctx, set, fmt.Sprintf("%d drawn documents", drawn)); err != nil {
		return nil, err
	}
	all := &eval.Set{Name: "bench", Dim: b.model.Dim()}
	var folders []*eval.Set
	for _, name := range sets {
		set, err := folderSet(b.model, filepath.Join(data, name))
		if err != nil {
			return nil, err
		}
		join(all, set)
		folders = append(folders, set)
	}
	if err := b.check(ctx, all, "all real captures"); err != nil {
		return nil, err
	}
	for _, set := range folders {
		if err := b.check(ctx, set, set.Name); err != nil {
			return nil, err
		}
		if err := b.checkLeftOut(ctx, set); err != nil {
			return nil, err
		}
	}
	return b.rows, nil
}

// check registers some classes, drawn at random, and looks up all other classes.
func (b *bench) check(ctx context.Context, set *eval.Set, name string) error {
	return b.promises(ctx, set, name, "other classes", sizes, eval.Options{Seed: 1})
}

// checkLeftOut registers all classes but one, and looks up that one, often enough to
// reach every class. Its look-alikes stay registered: calibrations are not fitted on
// such strangers, but users meet them.
func (b *bench) checkLeftOut(ctx context.Context, set *eval.Set) error {
	n := registered(set)
	return b.promises(ctx, set, set.Name, "own class left out", []int{n - 1}, eval.Options{Seed: 1, Repetitions: 10 * n})
}

func (b *bench) promises(ctx context.Context, set *eval.Set, data, strangers string, sizes []int, o eval.Options) error {
	found, err := eval.CheckCalibration(ctx, set, sizes, fpirs, func(n int, fpir float64) (float64, error) {
		return b.model.Calibration.Threshold(fpir, n), nil
	}, o)
	for _, p := range found {
		b.rows = append(b.rows, row{data, strangers, p})
	}
	return err
}

// join adds a set's classes to those of others.
func join(all, set *eval.Set) {
	for i, x := range set.Samples {
		x.Path, x.Label = set.Name+"/"+x.Path, set.Name+"/"+x.Label
		all.Samples = append(all.Samples, x)
		all.Embeddings = append(all.Embeddings, set.Embeddings[i*set.Dim:(i+1)*set.Dim]...)
		all.Turned = append(all.Turned, set.Turned[i])
	}
}
