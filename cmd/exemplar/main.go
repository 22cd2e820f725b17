// Command exemplar recognises documents from one registered image each.
//
// Exit codes: 0 everything was done; 1 the command ran, but some of its
// pictures could not be used; 2 it could not run at all.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

const (
	exitPartly = 1
	exitFailed = 2
)

// errPartly says that the command ran and has reported what it could not use.
var errPartly = errors.New("some pictures could not be used")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errPartly):
		return exitPartly
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(errOut, "exemplar: stopped; what was reported as done is done")
		return exitFailed
	}
	fmt.Fprintln(errOut, "exemplar: "+err.Error())
	if hint := hintFor(err); hint != "" {
		fmt.Fprintln(errOut, "  "+hint)
	}
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "exemplar",
		Short: "Recognise documents from one registered image each",
		Long: `exemplar recognises documents: register ONE image of each kind, and photos, scans and
screenshots of it are recognised from then on, without training. What was never registered is
answered "unknown".`,
		Example: `  exemplar demo                        # see it work on drawn documents
  exemplar register documents/         # folders are labels: documents/id-card/front/any-name.jpg
  exemplar classify inbox/*.jpg`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddGroup(
		&cobra.Group{ID: "use", Title: "Recognise:"},
		&cobra.Group{ID: "judge", Title: "Judge and train:"},
		&cobra.Group{ID: "tool", Title: "Look after it:"},
	)
	for _, verb := range verbs {
		root.AddCommand(verb())
	}
	return root
}
