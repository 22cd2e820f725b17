package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/kernel"
)

// version is the release; a build from a checkout adds its revision.
const version = "0.1.0"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		GroupID: "tool",
		Short:   "Print the version, and the model inside",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintf(cmd.OutOrStdout(), "exemplar %s%s, %s %s/%s, arithmetic %s, model %.12s\n", version, revision(),
				runtime.Version(), runtime.GOOS, runtime.GOARCH, kernel.Active(), exemplar.DefaultModel().Fingerprint())
			return nil
		},
	}
}

func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return fmt.Sprintf("+%.8s", setting.Value)
		}
	}
	return ""
}
