package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"exemplar/internal/weights"
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
			bundle, err := readBundle(modelPath)
			if err != nil {
				return err
			}
			data, err := bundle.ExportONNX()
			if err != nil {
				return err
			}
			if err := weights.WriteFile(args[0], data); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %d KB\n", args[0], bundle.Arch, len(data)>>10)
			return nil
		},
	}
	cmd.Flags().StringVar(&modelPath, "model", "", "a model bundle, instead of the one inside")
	return cmd
}
