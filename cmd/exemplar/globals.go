package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"exemplar/internal/imaging"
	"exemplar/internal/intake/pdf"
)

// addGlobals adds the flags that every command has.
func addGlobals(root *cobra.Command) {
	f := root.PersistentFlags()
	f.BoolP("quiet", "q", false, "print results and errors only: no progress, no notes")
	f.BoolP("verbose", "v", false, "print everything that is known")
	f.IntP("jobs", "j", 0, "work on `N` pictures at once (default one per core)")
	f.String("memory", "", "read pictures within memory of this `SIZE` (default a quarter of the machine's)")
	f.String("max-file", humanize.IBytes(uint64(imaging.DefaultLimits.Bytes)), "read picture files up to this `SIZE`")
	for _, name := range []string{"jobs", "memory", "max-file"} {
		root.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
}

func isQuiet(cmd *cobra.Command) bool   { return boolFlag(cmd, "quiet") }
func isVerbose(cmd *cobra.Command) bool { return boolFlag(cmd, "verbose") }

func boolFlag(cmd *cobra.Command, name string) bool {
	on, _ := cmd.Flags().GetBool(name)
	return on
}

// noProgress is set by --quiet for the one command that a process runs.
var noProgress atomic.Bool

// mostJobs is the largest --jobs. Each job may hold a picture, and more jobs than cores
// gain nothing.
const mostJobs = 256

// prepare runs before every command.
func prepare(cmd *cobra.Command, _ []string) error {
	if err := readEnvironment(cmd); err != nil {
		return err
	}
	for _, refuse := range []func(*cobra.Command) error{refuseEmptyFlags, refuseMissingFlags, refuseRivalFlags} {
		if err := refuse(cmd); err != nil {
			return err
		}
	}
	if isQuiet(cmd) && isVerbose(cmd) {
		return fmt.Errorf("--quiet and --verbose cannot be given together")
	}
	noProgress.Store(isQuiet(cmd))
	quiet, errOut := isQuiet(cmd), cmd.ErrOrStderr()
	pdf.WhenSlow(func() {
		if !quiet {
			say(errOut, "exemplar: PDFs are read for the first time on this machine: some seconds to set that up\n")
		}
	})
	jobs, _ := cmd.Flags().GetInt("jobs")
	if cmd.Flags().Changed("jobs") {
		if jobs < 1 || jobs > mostJobs {
			return fmt.Errorf("--jobs %d: want a number from 1 to %d", jobs, mostJobs)
		}
		runtime.GOMAXPROCS(jobs)
	}
	return setLimits(cmd)
}

// leastMemory, in bytes, suffices for a small picture with its file.
const leastMemory = 1 << 20

// setLimits sets the limits of pictures for the whole process.
func setLimits(cmd *cobra.Command) error {
	memory, err := sizeFlag(cmd, "memory")
	if err != nil {
		return err
	}
	if memory > 0 && memory < leastMemory {
		return fmt.Errorf("--memory %s is too little for any picture: want at least %s", humanize.IBytes(uint64(memory)), humanize.IBytes(leastMemory))
	}
	if memory > 0 {
		imaging.SetBudget(memory)
	}
	largest, err := sizeFlag(cmd, "max-file")
	if largest > 0 {
		imaging.DefaultLimits.Bytes = largest
	}
	return err
}

// sizeFlag is the value of a flag in bytes, and 0 if it is not given.
func sizeFlag(cmd *cobra.Command, name string) (int64, error) {
	if !cmd.Flags().Changed(name) {
		return 0, nil
	}
	text, _ := cmd.Flags().GetString(name)
	size, err := humanize.ParseBytes(text)
	if err != nil || size == 0 || size > math.MaxInt64 {
		return 0, fmt.Errorf("--%s %q: want a size such as 512MB or 4GB", name, text)
	}
	return int64(size), nil
}

// environmentVariable is the annotation of a flag that an environment variable may set.
const environmentVariable = "exemplar_environment_variable"

// orFromEnvironment lets an environment variable set a flag that the command line does
// not set.
func orFromEnvironment(cmd *cobra.Command, flag, variable string) {
	cmd.Flags().SetAnnotation(flag, environmentVariable, []string{variable})
	f := cmd.Flags().Lookup(flag)
	f.Usage += " (or " + variable + ")"
}

func readEnvironment(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		variable := strings.Join(f.Annotations[environmentVariable], "")
		value := os.Getenv(variable)
		if variable == "" || value == "" || f.Changed || failed != nil {
			return
		}
		if err := f.Value.Set(value); err != nil {
			failed = fmt.Errorf("%s=%q: %w", variable, value, err)
		}
	})
	return failed
}
