package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"exemplar/internal/service/backup"
)

func newBackup() *cobra.Command {
	var at place
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "backup FOLDER",
		GroupID: "tool",
		Short:   "Copy a service, also while it runs",
		Long: `Copy everything that exemplar serve keeps in its folder to a new folder: galleries, decisions, pictures, keys and the
audit, as they are at one moment. The server may run meanwhile. The copy is read through before it gets its name, and
its manifest.json has the SHA-256 of each file.

Exit code 1 says that the copy is made, and that something is wrong with the service itself, which is named.`,
		Example: `  exemplar backup --data service/ backups/$(date +%F)`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if at.store != "" {
				return errors.New("a service in a database is copied by the tools of PostgreSQL, at one moment and while it runs: pg_dump; docs/postgres.md shows it")
			}
			s, err := at.visitExisting(cmd, "")
			if err != nil {
				return err
			}
			defer s.Close()
			m, err := backup.Make(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			return sayBackup(cmd, asJSON, "copied", m)
		},
	}
	at.addInFolder(cmd)
	cmd.MarkFlagDirname("data")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the manifest as one JSON object")
	return cmd
}

func newRestore() *cobra.Command {
	var at place
	var asJSON bool
	var opts backup.RestoreOptions
	cmd := &cobra.Command{
		Use:     "restore FOLDER",
		GroupID: "tool",
		Short:   "Make a service's folder from a backup",
		Long: `Put back what exemplar backup has copied. All of it is checked first: the hash of each file, every byte of the
galleries, the audit and the decisions beside it. What the folder --data holds stays, unless you give --replace: then the
copy takes its place in one step. No server may run on it. A key that was revoked since the backup is valid again.

Exit code 1 says that all is put back, and that something was wrong already when it was copied, which is named.`,
		Example: `  exemplar restore backups/2026-11-29 --data service/`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if at.store != "" {
				return errors.New("a service in a database is restored by the tools of PostgreSQL: pg_restore; docs/postgres.md shows it")
			}
			options, err := at.options()
			if err != nil {
				return err
			}
			m, err := backup.Restore(cmd.Context(), args[0], options.Dir, opts)
			if err != nil {
				return err
			}
			if m.Contents.Pictures > 0 && !isQuiet(cmd) {
				say(cmd.ErrOrStderr(), "the kept pictures are in a folder of the service now: start it with --pictures dir:%s\n", filepath.Join(options.Dir, "pictures"))
			}
			return sayBackup(cmd, asJSON, "restored", m)
		},
	}
	at.addInFolder(cmd)
	cmd.Flags().BoolVar(&opts.Replace, "replace", false, "replace what the folder holds")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the manifest as one JSON object")
	return cmd
}

// sayBackup says what a backup holds; [errPartly] says that something is wrong with it.
func sayBackup(cmd *cobra.Command, asJSON bool, done string, m backup.Manifest) error {
	if asJSON {
		if err := sayJSON(cmd.OutOrStdout(), m); err != nil {
			return err
		}
	} else {
		c := m.Contents
		say(cmd.OutOrStdout(), "%s %s with %s, %s and %s of the audit (%s), as of %s\n", done, count(c.Collections, "collection"), count(c.References, "reference"),
			count(int(c.Decisions), "decision"), count(int(c.AuditRows), "row"), humanize.Bytes(uint64(m.Bytes())), m.Made.Local().Format("2006-01-02 15:04:05 MST"))
		if m.Elsewhere != "" {
			say(cmd.OutOrStdout(), "not in it: %s\n", m.Elsewhere)
		}
	}
	for _, problem := range m.Problems {
		say(cmd.ErrOrStderr(), "exemplar: the service itself: %s\n", problem)
	}
	if len(m.Problems) > 0 {
		return fmt.Errorf("%w", errPartly)
	}
	return nil
}
