package main

import (
	"github.com/spf13/cobra"

	"exemplar/internal/fileio"
)

func newExport() *cobra.Command {
	var modelPath string
	cmd := &cobra.Command{
		Use:     "export FILE.onnx",
		GroupID: "tool",
		Short:   "Write the network as ONNX, for other runtimes",
		Long: `Write the network as ONNX: input float32 [n, 3, S, S], RGB divided by 255, squashed to the square by area resampling;
output float32 [n, 256], L2-normalised. The batch size n is free.`,
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
			say(cmd.OutOrStdout(), "%s: %s, %d KB\n", args[0], bundle.Arch.String(), len(data)>>10)
			return nil
		},
	}
	addModel(cmd, &modelPath)
	return cmd
}
