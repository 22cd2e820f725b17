package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/dataset"
	"exemplar/internal/sorting"
)

const (
	usualLook = 10 * time.Second
	leastLook = 100 * time.Millisecond
)

func newWatch() *cobra.Command {
	var filing filingFlags
	var every time.Duration
	cmd := &cobra.Command{
		Use:     "watch FOLDER --to FOLDER",
		GroupID: "use",
		Short:   "Sort what comes into a folder, as it comes",
		Long: `Sort each file that comes into a folder, as sort --move does, until it is stopped: a scanner's folder, for example.

A file is taken when it has not changed for some time (--every). Hidden files, and those that are not whole yet by their names
(*.part, *.tmp, ~*), are left. So is a file that is no picture, PDF, archive or mail by its name (notes.txt), as sort leaves it: watch
names each once. Everything else is taken. What cannot be used goes to _failed, with the reason in a text beside it, and keeps nobody
waiting.

SIGTERM and Ctrl-C end it when the files in hand are done, with exit code 0; whenever it is killed, the next start goes on. One process at a time
can watch a folder, and one can sort into one.`,
		Example: `  exemplar watch /srv/scans --to /srv/sorted
  exemplar watch --every 1m --follow //nas/scans --to sorted`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := args[0]
			if every < leastLook {
				return fmt.Errorf("--every %v: want at least %v", every, leastLook)
			}
			if info, err := os.Stat(folder); err != nil {
				return err
			} else if !info.IsDir() {
				return fmt.Errorf("%q is no folder: to sort a file, exemplar sort", folder)
			}
			if err := errors.Join(filing.checkTo(), filing.checkInbox(folder)); err != nil {
				return err
			}
			g, err := filing.store.open(exemplar.ReadOnly)
			if err != nil {
				return err
			}
			defer g.Close()
			options, err := filing.options(g, sayDamaged(cmd))
			if err != nil {
				return err
			}
			options.Mode = sorting.Move
			options.Filed = (&filer{cmd: cmd}).filed
			s, err := sorting.Open(options)
			if err != nil {
				return err
			}
			defer s.Close()
			bePatient(cmd.Context())
			if !isQuiet(cmd) {
				say(cmd.OutOrStdout(), "watching %s; Ctrl-C ends it\n", folder)
			}
			if kept, ok := cmd.OutOrStdout().(*output); ok && kept.err != nil { // now, and not when it ends
				return kept.err
			}
			err = s.Watch(cmd.Context(), sorting.Inbox{Folder: folder, Every: every, MayShow: dataset.MayShow, Left: sayLeft(cmd),
				Say: func(err error) { complain(cmd.ErrOrStderr(), err) }})
			if err != nil {
				return err
			}
			if sig, stopped := stoppedBy(cmd.Context()); stopped { // which is how it ends
				sayStopped(cmd.ErrOrStderr(), sig)
			}
			return s.Finish()
		},
	}
	filing.add(cmd)
	cmd.Flags().DurationVar(&every, "every", usualLook, "`TIME` between two looks into the folder, and for which a file must rest")
	return cmd
}

// sayLeft names a file that is left because it shows no document by its name.
func sayLeft(cmd *cobra.Command) func(name string) {
	return func(name string) {
		if !isQuiet(cmd) {
			say(cmd.ErrOrStderr(), "exemplar: %s is left where it is: it is no picture, PDF, archive or mail by its name; exemplar classify on it says what to do\n", name)
		}
	}
}
