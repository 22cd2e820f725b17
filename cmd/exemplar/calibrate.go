package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar/internal/calibrate"
	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
	"exemplar/internal/tensorfile"
)

type calibrateFlags struct {
	model, out            string
	siblings, backgrounds string
	captures, drawn       int
	seed                  uint64
}

func newCalibrate() *cobra.Command {
	var flags calibrateFlags
	cmd := &cobra.Command{
		Use:     "calibrate --out BUNDLE [DATASET...]",
		GroupID: "judge",
		Short:   "Fit the thresholds of a bundle to strangers",
		Long: `Fit the thresholds of a model bundle, and write them into a copy of it. The command compares pictures with the
references of other classes, and fits a curve to the share of such impostors that reach a score (its tail by extreme-value
theory). classify then finds its threshold on the curve: for a wished share of accepted strangers (--fpir) and the number
of registered labels.

A DATASET is a folder tree whose folders are the labels; a picture in its root is a class of its own. --drawn N adds N
drawn documents, captured by the simulator. Leave out pictures that the model was trained on: it tells those apart better
than others.

With --siblings the command also fits the geometry: how likely a document and a look-alike of it are to agree with a
reference as well as a photo does. It lays families of look-alikes (KIND/FAMILY/MEMBER in that folder, and N/5 drawn ones)
into photos, fits on one half of them and checks on the other. Without --siblings the bundle keeps the fit that it has.

What tells other copies of a kind, whose contents differ much, from what is something else was fitted once for the model
inside, and is part of the program: the command does not fit it. With a network of your own these copies may be missed, or
strangers accepted, more often than --fpir says; classify --exact does not use it.`,
		Example: `  exemplar calibrate --drawn 1500 strangers/ --out calibrated.safetensors
  exemplar calibrate --drawn 1500 --siblings siblings/ --backgrounds desks/ strangers/ --out calibrated.safetensors`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := (target{"--out", flags.out, tensorKind}).check("", nil); err != nil {
				return err
			}
			bundle, err := readBundle(flags.model)
			if err != nil {
				return err
			}
			return runCalibrate(cmd, bundle, args, flags)
		},
	}
	cmd.Flags().StringVar(&flags.model, "model", "", "`BUNDLE` or ONNX file to calibrate (default the built-in bundle)")
	cmd.Flags().StringVarP(&flags.out, "out", "o", "", "write the bundle to this `FILE`")
	cmd.Flags().IntVar(&flags.drawn, "drawn", 0, "add `N` drawn documents")
	cmd.Flags().StringVar(&flags.siblings, "siblings", "", "fit the geometry on the look-alikes in this `FOLDER`, KIND/FAMILY/MEMBER")
	cmd.Flags().IntVar(&flags.captures, "captures", 4, "take `N` photos of each look-alike")
	cmd.Flags().StringVar(&flags.backgrounds, "backgrounds", "", "lay look-alikes on the pictures in this `FOLDER`, too")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the drawn documents and their captures")
	cmd.MarkFlagRequired("out")
	return cmd
}

// readBundle reads a bundle or an ONNX network of a known architecture; for
// the empty path it is the bundle inside.
func readBundle(path string) (*embed.Bundle, error) {
	if path == "" {
		return embed.Default(), nil
	}
	data, err := tensorfile.ReadFile(path)
	if err != nil {
		return nil, err
	}
	load := embed.Load
	if filepath.Ext(path) == ".onnx" {
		load = func(data []byte) (*embed.Bundle, error) { return embed.ImportONNX(data, nil) }
	}
	bundle, err := load(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return bundle, nil
}

func runCalibrate(cmd *cobra.Command, bundle *embed.Bundle, roots []string, flags calibrateFlags) error {
	pool := calibrate.NewPool(bundle)
	var source []string
	for _, root := range roots {
		folder, err := dataset.ReadFolder(root)
		if err != nil {
			return err
		}
		err = pool.AddFolder(cmd.Context(), folder, func(s dataset.Sample) (*imaging.Image, error) {
			return readSample(cmd, root, s)
		})
		if err != nil {
			return err
		}
		source = append(source, fmt.Sprintf("%d pictures of %s", len(folder.Samples), filepath.Base(filepath.Clean(root))))
	}
	if flags.drawn > 0 {
		if err := pool.AddDrawn(cmd.Context(), flags.drawn, flags.seed); err != nil {
			return err
		}
		source = append(source, fmt.Sprintf("%d drawn documents of seed %d", flags.drawn, flags.seed))
	}
	curve, err := pool.Fit(cmd.Context(), strings.Join(source, ", ")+"; each captured by the simulator")
	if err != nil {
		return err
	}
	if err := addLLRModel(cmd, bundle, curve, flags); err != nil {
		return err
	}
	calibrated := *bundle
	if calibrated.Calibration, err = json.Marshal(curve); err != nil {
		return err
	}
	if err := calibrated.Save(flags.out); err != nil {
		return err
	}
	printCurve(cmd, curve)
	return nil
}

// addLLRModel fits the likelihood ratio of geometry, or keeps the fit that the bundle has.
func addLLRModel(cmd *cobra.Command, bundle *embed.Bundle, curve *scoremodel.Calibration, flags calibrateFlags) error {
	if flags.siblings == "" {
		if old, err := scoremodel.ParseCalibration(bundle.Calibration); err == nil {
			curve.LLRModel = old.LLRModel
		}
		return nil
	}
	alike, err := families.PictureFamilies(flags.siblings, flags.captures)
	if err != nil {
		return err
	}
	source := fmt.Sprintf("%d families of %s", len(alike), filepath.Base(filepath.Clean(flags.siblings)))
	if drawn := families.DrawnFamilies(flags.drawn/families.DrawnCaptures, flags.seed); len(drawn) > 0 {
		alike = append(alike, drawn...)
		source += fmt.Sprintf(", %d drawn families of seed %d", len(drawn), flags.seed)
	}
	bar := newProgressBar("comparing", len(alike))
	trials, err := calibrate.RunTrials(cmd.Context(), bundle, alike, families.Options{
		Backgrounds: flags.backgrounds, Seed: flags.seed, Progress: func() { bar.step(1) },
	})
	bar.clear()
	if err != nil {
		return err
	}
	if curve.LLRModel, err = scoremodel.FitLLRModel(trials.List, source+"; captured by the simulator"); err != nil {
		return err
	}
	return printLLRModel(cmd, curve.LLRModel, trials)
}

// printLLRModel prints the weights, and how well the fit keeps a wished rate.
func printLLRModel(cmd *cobra.Command, p *scoremodel.LLRModel, trials *calibrate.Trials) error {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "geometry fitted on %d comparisons: LLR = %.2f", len(trials.List), p.Bias/math.Ln10)
	for _, t := range p.Terms {
		fmt.Fprintf(out, " + %.3g %s", t.Weight/math.Ln10, t.Feature)
	}
	fmt.Fprintf(out, "; margin %.2f\n", p.Margin)
	checks, err := trials.CrossCheck([]float64{0.01, 0.02, 0.05, 0.1, 0.2})
	if err != nil {
		return err
	}
	fmt.Fprint(out, "accepted strangers that have a look-alike registered; each half of the families is judged by the fit on the other:\n  wished  actual   right\n")
	for _, c := range checks {
		fmt.Fprintf(out, "  %5.1f%%  %5.1f%%  %5.1f%%\n", 100*c.Wished, 100*c.Observed, 100*c.Right)
	}
	if n := len(trials.NearDuplicates); n > 0 {
		fmt.Fprintf(out, "%d comparisons with look-alikes that hardly differ were left out\n", n)
	}
	return nil
}

// readSample reads a picture of a data set. It reports a picture that cannot be used, and
// leaves it out.
func readSample(cmd *cobra.Command, root string, s dataset.Sample) (*imaging.Image, error) {
	data, release, err := imaging.ReadFile(filepath.Join(root, filepath.FromSlash(s.Path)), imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	defer release()
	picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: refused: %v\n", s.Path, err)
		return nil, nil
	}
	return picture, nil
}

func printCurve(cmd *cobra.Command, c *scoremodel.Calibration) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "embedding fitted on %d impostor comparisons; extrapolated below an FMR of %.2g; margin %.3f\n", c.Pairs, c.SupportedFMR(), c.Margin)
	sizes := []int{1, 10, 100, 1000, 10000}
	fmt.Fprint(out, "threshold (cosine) by share of accepted strangers and number of labels:\n  fpir")
	for _, n := range sizes {
		fmt.Fprintf(out, "%8d", n)
	}
	for _, fpir := range []float64{0.001, 0.01, 0.05, 0.1} {
		fmt.Fprintf(out, "\n %5g", fpir)
		for _, n := range sizes {
			fmt.Fprintf(out, "%8.3f", c.Threshold(fpir, n))
		}
	}
	fmt.Fprintln(out)
}
