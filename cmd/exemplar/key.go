package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/service"
)

func newKey() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "key",
		GroupID: "tool",
		Short:   "Look after the keys of a service",
		Long: `Make, list and revoke the keys that programs and people show to exemplar serve, also while it runs. Role classify has
pictures recognised; register also changes what is registered and decides on the inbox; admin may do everything. From
the first key on every request needs one.`,
	}
	cmd.AddCommand(keyCreate(), keyList(), keyRevoke())
	onlySubCommands(cmd)
	return cmd
}

// visit opens a service beside the processes that may be serving it. An empty model is
// the one inside the program.
func (p *place) visit(cmd *cobra.Command, model string) (*service.Service, error) {
	options, err := p.options()
	if err != nil {
		return nil, err
	}
	if options.Model, err = exemplar.OpenModel(model); err != nil {
		return nil, err
	}
	options.Visit = true
	return service.Open(cmd.Context(), options)
}

// operator is who uses the command line: whoever may read the folder.
var operator = service.Actor{Name: "command line", Role: service.Admin}

func keyCreate() *cobra.Command {
	var at place
	var role string
	var asked service.NewKey
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a key, which is printed this once",
		Example: `  exemplar key create --data service/ --role admin "Anna"
  exemplar key create --data service/ --role classify --collection mailroom scanner-2`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := at.visit(cmd, "")
			if err != nil {
				return err
			}
			defer s.Close()
			asked.Name, asked.Role = args[0], service.Role(role)
			made, err := s.CreateKey(cmd.Context(), operator, asked)
			if isUnknown(err) {
				return noSuchCollection(cmd.Context(), s, asked.Collections)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return sayJSON(cmd.OutOrStdout(), made)
			}
			say(cmd.OutOrStdout(), "%s\n", made.Secret)
			if !isQuiet(cmd) {
				say(cmd.ErrOrStderr(), "This is the only time that the key is shown. It is sent as Authorization: Bearer KEY.\n")
			}
			return nil
		},
	}
	at.add(cmd)
	cmd.Flags().StringVar(&role, "role", "classify", "`ROLE`: classify, register or admin")
	cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions([]string{"classify", "register", "admin"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringArrayVar(&asked.Collections, "collection", nil, "`NAME` of a collection that it may use; several times for several (default all)")
	cmd.RegisterFlagCompletionFunc("collection", cobra.NoFileCompletions)
	cmd.Flags().IntVar(&asked.Days, "days", 0, "end it after `N` days (default never)")
	cmd.Flags().Float64Var(&asked.Rate, "rate", 0, "let it make `N` requests a second (default 100)")
	for _, name := range []string{"days", "rate"} {
		cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// isUnknown says that an error of a service is about the name that it was asked for, which it
// does not have. Its text says how a program finds what there is; the commands say it in words of
// the command line. One with a cause is about something else.
func isUnknown(err error) bool {
	var of *service.Error
	return errors.As(err, &of) && of.Kind == service.Unknown && of.Unwrap() == nil
}

// noSuchCollection is the error about the first name that is none of a collection.
func noSuchCollection(ctx context.Context, s *service.Service, names []string) error {
	all, err := s.Collections(ctx, operator)
	if err != nil {
		return err
	}
	var there []string
	for _, c := range all {
		there = append(there, c.Name)
	}
	at := slices.IndexFunc(names, func(name string) bool { return !slices.Contains(there, name) })
	if at < 0 {
		return errors.New("a collection was removed meanwhile: try again")
	}
	if len(there) == 0 {
		return fmt.Errorf("there is no collection %q, nor any other: the page of exemplar serve makes them", names[at])
	}
	return fmt.Errorf("there is no collection %q: name one of %s", names[at], strings.Join(there, ", "))
}

func keyList() *cobra.Command {
	var at place
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the keys, without their secrets",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := at.visitExisting(cmd, "")
			if err != nil {
				return err
			}
			defer s.Close()
			keys, err := s.Keys(cmd.Context())
			if err != nil {
				return err
			}
			for _, k := range keys {
				if asJSON {
					if err := sayJSON(cmd.OutOrStdout(), k); err != nil {
						return err
					}
					continue
				}
				say(cmd.OutOrStdout(), "%s  %-8s  %s\n", k.Prefix, k.Role, describeKey(k))
			}
			return nil
		},
	}
	at.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per key and line")
	return cmd
}

// describeKey says in words whose a key is and what of it is particular.
func describeKey(k service.Key) string {
	words := []string{plain(k.Name)}
	if k.Revoked {
		words = append(words, "revoked")
	}
	if len(k.Collections) > 0 {
		words = append(words, "for "+strings.Join(k.Collections, ", "))
	}
	if k.Expires != nil {
		words = append(words, "until "+k.Expires.Local().Format(time.DateOnly))
	}
	if k.LastUsed != nil {
		words = append(words, "last used "+k.LastUsed.Local().Format("2006-01-02 15:04"))
	} else {
		words = append(words, "never used")
	}
	return strings.Join(words, "; ")
}

func keyRevoke() *cobra.Command {
	var at place
	cmd := &cobra.Command{
		Use:   "revoke PREFIX",
		Short: "End a key for ever; key list shows the prefixes",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := at.visitExisting(cmd, "")
			if err != nil {
				return err
			}
			defer s.Close()
			err = s.RevokeKey(cmd.Context(), operator, args[0])
			if isUnknown(err) {
				return fmt.Errorf("there is no key %q, or it is revoked already: exemplar key list shows them", args[0])
			}
			return err
		},
	}
	at.add(cmd)
	return cmd
}

// visitExisting is visit of a service that must be there: no folder is made for it.
func (p *place) visitExisting(cmd *cobra.Command, model string) (*service.Service, error) {
	options, err := p.options()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(options.Dir, "service.db")); options.Store == "" && err != nil {
		return nil, fmt.Errorf("there is no service in %q: %w", options.Dir, err)
	}
	return p.visit(cmd, model)
}
