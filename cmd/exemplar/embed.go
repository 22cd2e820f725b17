package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/weights"
)

func newEmbed() *cobra.Command {
	var modelPath, out, only string
	cmd := &cobra.Command{
		Use:     "embed --npy OUT.npy PATH...",
		GroupID: "tool",
		Short:   "Write the embeddings of pictures as a NumPy file",
		Long: `Write the L2-normalised embeddings of pictures as float32 rows [n, 256] to OUT.npy, and the path of each row to
OUT.txt. A picture that cannot be used has no row, and is reported.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			inputs, err := expandInputs(args, only)
			if err != nil {
				return err
			}
			m, err := exemplar.OpenModel(modelPath)
			if err != nil {
				return err
			}
			return embed(cmd, m, inputs, out)
		},
	}
	cmd.Flags().StringVar(&modelPath, "model", "", "a model bundle, instead of the one inside")
	cmd.Flags().StringVar(&out, "npy", "", "the file to write")
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this pattern")
	cmd.MarkFlagRequired("npy")
	return cmd
}

func embed(cmd *cobra.Command, m *exemplar.Model, inputs []input, out string) error {
	type result struct {
		vector []float32
		err    error
	}
	var rows []float32
	var paths []string
	progress := newProgress("embedding", len(inputs))
	refused := 0
	err := inOrder(cmd.Context(), inputs, func(in input) (result, error) {
		data, err := in.read()
		if err != nil {
			return result{err: err}, nil
		}
		vector, err := m.Embed(data)
		return result{vector, err}, nil
	}, func(in input, r result) error {
		progress.step(1)
		if r.err != nil {
			refused++
			progress.clear()
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: refused: %v\n", in.name, r.err)
			return nil
		}
		rows, paths = append(rows, r.vector...), append(paths, in.name)
		return nil
	})
	progress.clear()
	if err != nil {
		return err
	}
	npy, err := weights.EncodeNpy(weights.NewFloat32(rows, len(paths), m.Dim()))
	if err != nil {
		return err
	}
	if err := weights.WriteFile(out, npy); err != nil {
		return err
	}
	list := strings.TrimSuffix(out, filepath.Ext(out)) + ".txt"
	text := strings.Join(paths, "\n")
	if len(paths) > 0 {
		text += "\n"
	}
	if err := weights.WriteFile(list, []byte(text)); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s in %s, their paths in %s\n", count(len(paths), "embedding"), out, list)
	if refused > 0 {
		return errPartly
	}
	return nil
}
