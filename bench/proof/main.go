// Command proof judges the proof of a bundle on sets of real captures: every
// capture against every reference, what the likelihood ratio answers at the
// threshold that accepts 1 and 5 % of the same captures as strangers (their own
// class left out, its look-alikes still there), and what the decision answers
// at --fpir 0.01.
//
//	go run ./bench/proof -model calibrated.safetensors dvd_scene forms
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
	"exemplar/internal/proof"
)

func main() {
	data := flag.String("data", "../shared/data/bench", "folder of the sets")
	bundlePath := flag.String("model", "", "bundle with a proof, instead of the one inside")
	fpir := flag.Float64("fpir", 0.01, "wished share of strangers accepted")
	flag.Parse()
	bundle, calibration, err := open(*bundlePath)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%-16s %-5s %5s  %6s %6s %6s   as used at %g: %6s %6s %6s %9s\n", "set", "half", "n", "rank-1", "1%", "5%", *fpir, "right", "wrong", "open", "strangers")
	for _, name := range flag.Args() {
		s, err := loadSet(filepath.Join(*data, name))
		if err != nil {
			log.Fatal(err)
		}
		found, err := verify(s, bundle)
		if err != nil {
			log.Fatal(err)
		}
		policy, err := decide.NewPolicy(calibration, *fpir, len(s.labels))
		if err != nil {
			log.Fatal(err)
		}
		report(s, found, policy)
	}
}

func open(path string) (*model.Bundle, *decide.Calibration, error) {
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

// referenceSide is the longer side at which a gallery keeps its references.
const referenceSide = 768

// verify looks for every reference in every capture. The candidates of a
// capture hold one entry for each reference that is not to be ignored.
func verify(s *set, bundle *model.Bundle) ([][]decide.Candidate, error) {
	network := bundle.Freeze()
	references := make([]*proof.Reference, len(s.references))
	err := each(len(references), func(i int) error {
		picture, err := s.open(s.references[i])
		if err != nil {
			return err
		}
		picture = imaging.FitWithin(picture, referenceSide)
		vector := make([]float32, bundle.Arch.Embedding)
		network.Embed(vector, imaging.ResizeArea(picture, bundle.Arch.Input, bundle.Arch.Input).Pix, 1)
		references[i] = proof.NewReference(picture, vector)
		return nil
	})
	if err != nil {
		return nil, err
	}
	found := make([][]decide.Candidate, len(s.captures))
	return found, each(len(found), func(i int) error {
		capture := s.captures[i]
		picture, err := s.open(capture)
		if err != nil {
			return err
		}
		photo := proof.NewPhoto(imaging.FitWithin(picture, proof.PhotoSide), network, bundle.Arch)
		for j, r := range s.references {
			if r.label != capture.label && s.ignore[[2]string{capture.name, r.label}] {
				continue
			}
			f := photo.Verify(references[j])
			f.Weighed.Whole = len(f.Blocks)
			found[i] = append(found[i], decide.Candidate{Label: decide.Label(r.label), Reference: r.name, Geometry: f.Weighed})
		}
		return nil
	})
}

func each(n int, do func(i int) error) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	return group.Wait()
}
