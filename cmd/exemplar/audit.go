package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "audit",
		GroupID: "tool",
		Short:   "Check the record of a service",
		Long: `Check the record that exemplar serve keeps of every answer and every change. Each row holds the hash of the row
before it, so that a row that is changed, taken out or put in shows.`,
	}
	cmd.AddCommand(auditVerify(), auditReplay())
	onlySubCommands(cmd)
	return cmd
}

func auditVerify() *cobra.Command {
	var at place
	var head string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Say whether the record is as it was written",
		Long: `Compute every hash of the record again, and compare the decisions that are kept, and who changed what, with it: those
that differ are named. The hash of the last row is printed: noted elsewhere and given as --head later,
it shows that nothing up to that row was changed or cut off since.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := at.visitExisting(cmd, "")
			if err != nil {
				return err
			}
			defer s.Close()
			found, err := s.VerifyAudit(cmd.Context(), head)
			if err != nil {
				return err
			}
			switch {
			case asJSON:
				err = sayJSON(cmd.OutOrStdout(), found)
			case found.Sound:
				say(cmd.OutOrStdout(), "sound: %s, and %s as they say; the last row has the hash\n%s\n", count(int(found.Rows), "row"), count(int(found.Decisions), "decision"), found.Head)
			}
			if err == nil && !found.Sound {
				err = fmt.Errorf("the record is not sound: %s", found.Problem)
			}
			return err
		},
	}
	at.add(cmd)
	cmd.Flags().StringVar(&head, "head", "", "`HASH` of a row that was noted earlier")
	cmd.RegisterFlagCompletionFunc("head", cobra.NoFileCompletions)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func auditReplay() *cobra.Command {
	var at place
	var model string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay ID",
		Short: "Take a decision again, by the record alone",
		Long: `Take a decision again: of the picture, which must be kept, as it was asked for, with what the gallery held then. The
answer must be the recorded one, to the last digit. "Gallery by-time" is less sure: not every change since is recorded by its
version.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := at.visitExisting(cmd, model)
			if err != nil {
				return err
			}
			defer s.Close()
			found, err := s.Replay(cmd.Context(), "", args[0])
			if isUnknown(err) {
				return fmt.Errorf("the audit has no decision %q: its ID is the last part of the address of its page, and the API answers with it (decision_id)", args[0])
			}
			if err != nil {
				return err
			}
			switch {
			case asJSON:
				err = sayJSON(cmd.OutOrStdout(), found)
			case found.Same:
				say(cmd.OutOrStdout(), "the same: %s %s (gallery %s)\n", found.After.Decision, plain(found.After.Label), found.Gallery)
			}
			if err == nil && !found.Same {
				err = fmt.Errorf("another answer: %s %s, recorded was %s %s: %s", found.After.Decision, found.After.Label, found.Before.Decision, found.Before.Label, found.Why)
			}
			return err
		},
	}
	at.add(cmd)
	at.addPictures(cmd)
	addModel(cmd, &model)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}
