// Command exemplar recognises documents from one registered image each.
//
// It turns flags into one call and prints the result: of the root package for the verbs
// that recognise, and of internal packages (train, calibrate, eval/harness) for the
// others. main.go runs a command line, common.go and globals.go hold flags that verbs
// share, and every other verb has a file of its own name. print.go holds every way to
// print.
//
// Exit codes: 0 everything was done; 1 the command ran, but some of its pictures could
// not be used; 2 it could not run, or its output could not be written; 130 and 143 it
// was stopped by SIGINT (Ctrl-C) or SIGTERM.
package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
)

const (
	exitPartly = 1
	exitFailed = 2
	exitSignal = 128 // plus the number of the signal, as shells do
)

// errPartly says that the command ran, and has reported the pictures that it could not
// use.
var errPartly = errors.New("some pictures could not be used")

func main() {
	ctx, stop := stopOnSignals(context.Background(), os.Stderr)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	kept := &output{w: out}
	root := newRoot(kept, errOut)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if sig, stopped := stoppedBy(ctx); stopped && err != nil {
		sayStopped(errOut, sig)
		return exitSignal + int(sig)
	}
	if kept.err != nil && !errors.Is(err, kept.err) {
		err = errors.Join(kept.fault(), unless(err, errPartly))
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errPartly):
		return exitPartly
	}
	complain(errOut, err)
	return exitFailed
}

// unless returns err, but nil if err is the silent one.
func unless(err, silent error) error {
	if errors.Is(err, silent) {
		return nil
	}
	return err
}

// complain writes an error, or each of several on its own line, and what to do.
func complain(w io.Writer, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok && err.Error() == errors.Join(several.Unwrap()...).Error() {
		for _, one := range several.Unwrap() {
			complain(w, one)
		}
		return
	}
	say(w, "exemplar: %v\n", err)
	if hint := hintFor(err); hint != "" {
		say(w, "  %s\n", hint)
	}
}

func newRoot(out, errOut io.Writer) *cobra.Command {
	cobra.EnableCommandSorting = false // keep the order of verbs
	root := &cobra.Command{
		Use:   "exemplar",
		Short: "Recognise documents from one registered image each",
		Long: `exemplar recognises documents. Register ONE image of each kind: from then on it recognises photos, scans and
screenshots of that kind, without training. Documents that nobody registered get the answer "unknown".

Exit codes: 0 everything was done; 1 some pictures could not be used; 2 the command could not run, or its output could
not be written; 130 and 143 it was stopped by Ctrl-C or SIGTERM.`,
		Example: `  exemplar demo                 # see it work on drawn documents
  exemplar register documents/  # folders are labels: id-card/front/any-name.jpg
  exemplar classify inbox/*.jpg`,
		PersistentPreRunE: prepare,
		SilenceUsage:      true,
		SilenceErrors:     true,
	}
	root.SetOut(out) // first, because the completion commands keep the output that they find
	root.SetErr(errOut)
	root.AddGroup(
		&cobra.Group{ID: "use", Title: "Recognise:"},
		&cobra.Group{ID: "judge", Title: "Judge and train:"},
		&cobra.Group{ID: "tool", Title: "Look after it:"},
	)
	for _, verb := range verbs {
		root.AddCommand(verb())
	}
	addGlobals(root)
	explainYourself(root)
	return root
}
