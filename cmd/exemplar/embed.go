package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/fileio"
	"exemplar/internal/tensorfile"
)

func newEmbed() *cobra.Command {
	var modelPath, out, only string
	cmd := &cobra.Command{
		Use:     "embed --npy OUT.npy PATH...",
		GroupID: "tool",
		Short:   "Write the embeddings of pictures as a NumPy file",
		Long: `Write the embeddings of pictures to OUT.npy: L2-normalised rows of float32, [n, 256]. OUT.txt gets the path of each
row. A picture that cannot be used has no row, and is reported.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := expandInputs(args, only)
			if err != nil {
				return err
			}
			for _, t := range []target{{"--npy", out, npyKind}, {"the list of paths", listBeside(out), textKind}} {
				if err := t.check("", found.list); err != nil {
					return err
				}
			}
			m, err := exemplar.OpenModel(modelPath)
			if err != nil {
				return err
			}
			return orElse(writeEmbeddings(cmd, m, found.list, out), found.report(cmd, false))
		},
	}
	addModel(cmd, &modelPath)
	cmd.Flags().StringVar(&out, "npy", "", "write the embeddings to this `FILE`")
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this `PATTERN`")
	cmd.MarkFlagRequired("npy")
	return cmd
}

// listBeside is the name of the file with the paths of the rows.
func listBeside(npy string) string { return strings.TrimSuffix(npy, filepath.Ext(npy)) + ".txt" }

func writeEmbeddings(cmd *cobra.Command, m *exemplar.Model, inputs []input, out string) error {
	type result struct {
		vector []float32
		err    error
	}
	var rows []float32
	var paths []string
	progress := newProgressBar("embedding", len(inputs))
	refused := 0
	err := inOrder(cmd.Context(), inputs, func(in input) (result, error) {
		vector, err := m.Embed(in.picture())
		return result{vector, err}, nil
	}, func(in input, r result) error {
		progress.step(1)
		if r.err != nil {
			refused++
			progress.clear()
			say(cmd.ErrOrStderr(), "%s: refused: %s\n", in.name, in.reason(r.err))
			return nil
		}
		rows, paths = append(rows, r.vector...), append(paths, in.name)
		return nil
	})
	progress.clear()
	if err != nil {
		return err
	}
	npy, err := tensorfile.EncodeNpy(tensorfile.NewFloat32(rows, len(paths), m.Dim()))
	if err != nil {
		return err
	}
	if err := writePicture(cmd, out, npy); err != nil {
		return err
	}
	list := listBeside(out)
	text := strings.Join(paths, "\n")
	if len(paths) > 0 {
		text += "\n"
	}
	if err := fileio.WriteBytes(list, fileio.Private, []byte(text)); err != nil {
		return err
	}
	say(cmd.OutOrStdout(), "wrote %s to %s, and the paths to %s\n", count(len(paths), "embedding"), out, list)
	if refused > 0 {
		return errPartly
	}
	return nil
}
