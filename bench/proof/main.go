// Command proof judges the proof of a bundle on sets of real captures: every
// capture against every reference, what the likelihood ratio answers at the
// threshold that accepts 1 and 5 % of the same captures as strangers (their own
// class left out, its look-alikes still there), and what the decision answers
// at --fpir 0.01, with the own class left out and with its whole family; with
// -distractors, also how many pictures of things that no set registers are
// accepted as anything.
//
//	go run ./bench/proof -model calibrated.safetensors dvd_scene forms
//	go run ./bench/proof -distractors ../shared/data/bench/distractors dvd_scene
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"path/filepath"

	"exemplar/internal/dataset"
	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/model"
)

func main() {
	data := flag.String("data", "../shared/data/bench", "folder of the sets")
	bundlePath := flag.String("model", "", "bundle with a proof, instead of the one inside")
	fpir := flag.Float64("fpir", 0.01, "wished share of strangers accepted")
	distractors := flag.String("distractors", "", "folder of pictures that show nothing registered")
	flag.Parse()
	bundle, calibration, err := openBundle(*bundlePath)
	if err != nil {
		log.Fatal(err)
	}
	printHeader(*fpir, *distractors != "")
	for _, name := range flag.Args() {
		if err := judgeSet(context.Background(), filepath.Join(*data, name), *distractors, bundle, calibration, *fpir); err != nil {
			log.Fatal(err)
		}
	}
}

// judgeSet prints the rates of one set.
func judgeSet(ctx context.Context, root, distractors string, bundle *model.Bundle, calibration *decide.Calibration, fpir float64) error {
	g, err := newGallery(ctx, root, bundle, calibration, fpir)
	if err != nil {
		return err
	}
	probes, err := g.probes(ctx)
	if err != nil {
		return err
	}
	var unregistered []eval.Lookup
	if distractors != "" {
		folder, err := dataset.ReadFolder(distractors)
		if err != nil {
			return err
		}
		if unregistered, err = g.strangers(ctx, folder); err != nil {
			return err
		}
	}
	report(g.name, probes, unregistered)
	return nil
}

func openBundle(path string) (*model.Bundle, *decide.Calibration, error) {
	bundle := model.Default()
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		if bundle, err = model.Load(data); err != nil {
			return nil, nil, err
		}
	}
	calibration, err := decide.ParseCalibration(bundle.Calibration)
	if err == nil && calibration.Proof == nil {
		err = errors.New("the bundle has no proof: make one with exemplar calibrate --siblings")
	}
	return bundle, calibration, err
}
