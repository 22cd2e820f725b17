package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"exemplar/internal/embed"
	"exemplar/internal/train"
	"exemplar/internal/train/recipe"
)

type teachFlags struct {
	model, out string
	forms      int
}

func newTeach() *cobra.Command {
	var flags teachFlags
	cmd := &cobra.Command{
		Use:     "teach RECIPE.toml [-- COMMAND...]",
		GroupID: "judge",
		Short:   "Make the features of a teacher for the images of a recipe",
		Long: `Make the feature file for distillation, which a recipe with distill.weight needs. It holds the output of another
network, the teacher, for each image of the recipe, in the order in which training counts them. Training refuses the file
if the images are not the same.

The teacher is a bundle (--model) or a command after --. A command gets the pictures on its standard input and writes
features to its standard output. tools/train/teach.py is such a command, for any image network in ONNX. docs/training.md
says how to write another.

The file appears when all features are there. Ctrl-C leaves no file, or the older one.`,
		Example: `  exemplar teach recipes/generation-3.toml -- python tools/train/teach.py --model sscd.onnx
  exemplar teach mine.toml --model large.safetensors --out runs/teacher.safetensors`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			recipes, command := args, []string(nil)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				recipes, command = args[:dash], args[dash:]
			}
			if len(recipes) != 1 {
				return fmt.Errorf("%s before the teacher's command, which begins after --: want one", count(len(recipes), "argument"))
			}
			return teach(cmd, recipes[0], command, flags)
		},
	}
	cmd.Flags().StringVar(&flags.model, "model", "", "take this `BUNDLE` as the teacher")
	cmd.Flags().StringVarP(&flags.out, "out", "o", "", "write this `FILE` (default the recipe's distill.teacher)")
	cmd.Flags().IntVar(&flags.forms, "forms", 0, "make features of the first `N` forms of each image; 1 is the picture as it is (default all of the recipe)")
	return cmd
}

func teach(cmd *cobra.Command, path string, command []string, flags teachFlags) error {
	cfg, err := recipe.LoadToTeach(path)
	if err != nil {
		return err
	}
	out := flags.out
	if out == "" {
		if out, err = cfg.TeacherPath(); err != nil {
			return fmt.Errorf("%w: give --out FILE", err)
		}
	}
	if err := (target{"--out", out, tensorKind}).check("", []input{{name: path}, {name: flags.model}}); err != nil {
		return err
	}
	teacher, err := openTeacher(cmd.Context(), flags.model, command, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	var bar *progressBar // nil until the number of images is known
	options := train.TeachOptions{Forms: flags.forms, Progress: func(done, total int) {
		if bar == nil {
			bar = newProgressBar("teaching", total)
		}
		bar.step(done - bar.done)
	}}
	features, skipped, err := train.Teach(cmd.Context(), cfg, teacher, options)
	if bar != nil {
		bar.clear()
	}
	if closeErr := teacher.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := features.Save(out); err != nil {
		return err
	}
	say(cmd.OutOrStdout(), "%s: %s of %s, %d values each, by %s\n", out,
		count(features.Forms, "form"), count(features.Images(), "image"), features.Dim, features.Name)
	if skipped > 0 {
		say(cmd.OutOrStdout(), "no features for %s that could not be decoded: training skips them\n", count(skipped, "image"))
	}
	return nil
}

// openTeacher opens the bundle or starts the command. Exactly one must be given.
func openTeacher(ctx context.Context, path string, command []string, messages io.Writer) (*train.Embedder, error) {
	switch {
	case path != "" && len(command) > 0:
		return nil, fmt.Errorf("both --model and a command are given: want one teacher")
	case len(command) > 0:
		return train.EmbedByCommand(ctx, command, messages)
	case path == "":
		return nil, fmt.Errorf("no teacher: give a bundle (--model FILE) or, after --, a command, such as python tools/train/teach.py --model FILE.onnx")
	}
	bundle, err := embed.Open(path)
	if err != nil {
		return nil, err
	}
	return train.EmbedByBundle(bundle), nil
}
