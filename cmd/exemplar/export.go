package main

import (
	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"exemplar/internal/fileio"
)

func newExport() *cobra.Command {
	var modelPath string
	cmd := &cobra.Command{
		Use:     "export FILE.onnx",
		GroupID: "tool",
		Short:   "Write the network as ONNX, for other runtimes",
		Long: `Write the network as ONNX. Its input is float32 [n, 3, S, S]: RGB divided by 255, squashed to a square by area
resampling. Its output is float32 [n, 256], L2-normalised. The batch size n is free.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := (target{"FILE.onnx", args[0], onnxKind}).check("", []input{{name: modelPath}}); err != nil {
				return err
			}
			bundle, err := readBundle(modelPath)
			if err != nil {
				return err
			}
			data, err := bundle.ExportONNX()
			if err != nil {
				return err
			}
			if err := writeFile(cmd, args[0], fileio.Public, data); err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "%s: %s, %s\n", args[0], bundle.Arch.String(), humanize.Bytes(uint64(len(data))))
			return nil
		},
	}
	addModel(cmd, &modelPath)
	return cmd
}
