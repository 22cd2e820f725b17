package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/train"
	"exemplar/internal/train/recipe"
)

func newTrain() *cobra.Command {
	var preview, out string
	var resume bool
	cmd := &cobra.Command{
		Use:     "train RECIPE.toml",
		GroupID: "judge",
		Short:   "Train a network on your own images, on ordinary CPUs",
		Long: `Train a network by a recipe. Every image is a class of its own, and the simulator makes photos of it. The losses are
two-view contrast, margin softmax over sampled class centres (PartialFC) and distillation, alone or together. The folder of
the run gets checkpoints, logs (JSONL and TensorBoard), a report and the bundle. Ctrl-C saves and stops; --resume goes on
exactly where the run stopped.

The bundle has no calibration yet: see exemplar calibrate. The folder recipes/ has recipes to begin with, and
docs/training.md explains them.`,
		Example: `  exemplar train recipes/recommended.toml --preview preview.png
  exemplar train recipes/recommended.toml --resume`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := recipe.Load(args[0])
			if err != nil {
				return err
			}
			if out != "" {
				cfg.Out = out
			}
			if err := (target{"--preview", preview, drawingKind}).check("", nil); err != nil {
				return err
			}
			if preview != "" {
				return writePreview(cmd, cfg, preview)
			}
			return runTrain(cmd, cfg, resume)
		},
	}
	cmd.Flags().StringVar(&preview, "preview", "", "only draw what the network will see, to this `FILE` (PNG)")
	cmd.Flags().StringVarP(&out, "out", "o", "", "`FOLDER` of the run (default the recipe's)")
	cmd.Flags().BoolVar(&resume, "resume", false, "go on from the newest checkpoint")
	return cmd
}

func writePreview(cmd *cobra.Command, cfg *recipe.Config, path string) error {
	const pictures, captures = 12, 7
	sheet, err := train.Preview(cfg, pictures, captures)
	if err != nil {
		return err
	}
	return writeDrawing(cmd, path, imaging.EncodePNG(sheet))
}

func runTrain(cmd *cobra.Command, cfg *recipe.Config, resume bool) error {
	bePatient(cmd.Context()) // training saves a checkpoint when it is stopped
	result, err := train.Run(cmd.Context(), cfg, train.Options{
		Resume: resume, Progress: cmd.ErrOrStderr(), Terminal: cmd.ErrOrStderr() == os.Stderr && isTerminal(os.Stderr),
	})
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	say(out, "bundle: %s\n", result.Bundle)
	if result.Best != "" {
		say(out, "best of the evaluations: %s\n", result.Best)
	}
	say(out, "report: %s\n", result.Report)
	if result.Corrupt > 0 {
		say(out, "%s could not be decoded\n", count(result.Corrupt, "image"))
	}
	return nil
}

func newPack() *cobra.Command {
	var prefix string
	var options dataset.PackOptions
	cmd := &cobra.Command{
		Use:     "pack OUT-FOLDER PATH...",
		GroupID: "judge",
		Short:   "Pack images into tar shards for training",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			pool, err := dataset.OpenPool(args[1:]...)
			if err != nil {
				return err
			}
			defer pool.Close()
			report, err := dataset.Pack(cmd.Context(), pool, args[0], prefix, options)
			if err != nil {
				return err
			}
			for _, name := range report.Corrupt {
				say(cmd.ErrOrStderr(), "%s: left out, because it cannot be decoded\n", name)
			}
			say(cmd.OutOrStdout(), "packed %s into %s in %s\n", count(report.Images, "image"), count(report.Shards, "shard"), filepath.Clean(args[0]))
			if len(report.Corrupt) > 0 {
				return errPartly
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&prefix, "prefix", "images", "`BEGINNING` of the shards' names")
	cmd.Flags().IntVar(&options.ShortSide, "short-side", 0, "scale images down to `N` pixels on the short side (default keep the files as they are)")
	return cmd
}
