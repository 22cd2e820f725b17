package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/kernel"
)

// version is the release. A build from a checkout adds its revision.
const version = "0.1.0"

func newVersion() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		GroupID: "tool",
		Short:   "Print the version, and the model inside",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return sayJSON(cmd.OutOrStdout(), map[string]string{"version": version, "commit": commit(), "go": runtime.Version(),
					"system": runtime.GOOS + "/" + runtime.GOARCH, "arithmetic": kernel.Active(), "model": exemplar.DefaultModel().DecisionFingerprint(), "network": exemplar.DefaultModel().Fingerprint()})
			}
			say(cmd.OutOrStdout(), "%s\n", versionText())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON object")
	return cmd
}

// versionText is the text of version and --version. The model is what answers name, which is with its
// calibration; galleries are bound to the network in it.
func versionText() string {
	m := exemplar.DefaultModel()
	return fmt.Sprintf("exemplar %s, arithmetic %s, model %.12s, network %.12s", versionLine(), kernel.Active(), m.DecisionFingerprint(), m.Fingerprint())
}

// versionLine names the program, the compiler and the system.
func versionLine() string {
	return fmt.Sprintf("%s%s, %s %s/%s", version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// revision is the commit in the form that follows the version, or nothing.
func revision() string {
	if c := commit(); c != "" {
		return "+" + c
	}
	return ""
}

// commit is the commit that this program was built from. It is empty if the build does
// not know it, as with go run.
func commit() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	found, changed := "", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			found = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = "-changed"
		}
	}
	if len(found) > 12 {
		found = found[:12]
	}
	if found == "" {
		return ""
	}
	return found + changed
}
