package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
)

func galleryRename() *cobra.Command {
	var merge bool
	cmd := galleryVerb{
		use: "rename LABEL NEW-LABEL", short: "Rename a label and those below it, or merge it into another",
		args: cobra.ExactArgs(2), writes: true, labels: 2, suggestFor: []string{"mv", "move", "merge"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			if args[0] == args[1] {
				return fmt.Errorf("the new label is the old one, %q: nothing is renamed", args[0])
			}
			there, err := inTheWay(cmd.Context(), g, args[0], args[1])
			if err != nil {
				return err
			}
			if !merge {
				if err := there.refusal(args[1]); err != nil {
					return err
				}
			}
			n, err := g.Rename(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "renamed %s%s\n", count(n, "reference"), there.became(args[1]))
			return nil
		},
	}.command()
	cmd.Flags().BoolVar(&merge, "merge", false, "also where the new label, or one below it, has references already: those of the same label become one kind, which cannot be undone")
	return cmd
}

// occupied are the references of a new label, and of those below it, that are not renamed.
type occupied struct {
	merged []exemplar.Reference // whose label is one that the renamed ones get
	beside int                  // the others
}

// inTheWay finds what a renaming comes upon.
func inTheWay(ctx context.Context, g *exemplar.Gallery, from, to string) (there occupied, err error) {
	if from == "" || to == "" { // which lists everything, and is refused by Rename
		return there, nil
	}
	moved, err := g.List(ctx, from)
	if err != nil || len(moved) == 0 {
		return there, err
	}
	movedIDs, becomes := map[string]bool{}, map[string]bool{}
	for _, m := range moved {
		movedIDs[m.ID] = true
		becomes[to+strings.TrimPrefix(m.Label, from)] = true
	}
	list, err := g.List(ctx, to)
	for _, r := range list {
		switch {
		case movedIDs[r.ID]:
		case becomes[r.Label]:
			there.merged = append(there.merged, r)
		default:
			there.beside++
		}
	}
	return there, err
}

// refusal says why a renaming is to be asked for with --merge, nil where nothing is in its way.
func (o occupied) refusal(to string) error {
	switch {
	case len(o.merged) > 0:
		return fmt.Errorf("%s already has %s, and once they are merged nothing tells which was which: "+
			"give --merge if both are one kind, or take another label", o.labels(), count(len(o.merged), "reference"))
	case o.beside > 0:
		return fmt.Errorf("%q, with what is below it, has %s already: nothing is merged with them, but once the others lie there too, renaming %q again moves all: "+
			"give --merge if they belong together, or take another label", to, count(o.beside, "reference"), to)
	}
	return nil
}

// became says what a renaming made of what was there.
func (o occupied) became(to string) string {
	switch {
	case len(o.merged) > 0:
		return fmt.Sprintf(", merged with %s of %s", count(len(o.merged), "reference"), o.labels())
	case o.beside > 0:
		return fmt.Sprintf("; nothing was merged: what %s had already, %s, has other labels", to, count(o.beside, "reference"))
	}
	return ""
}

// labels names the labels that are merged.
func (o occupied) labels() string {
	var names []string
	for _, r := range o.merged { // in the order of labels
		names = append(names, r.Label)
	}
	names = slices.Compact(names)
	if more := len(names) - mostNamed; more > 1 {
		names = append(names[:mostNamed], fmt.Sprintf("%d more labels", more))
	}
	return strings.Join(names, ", ")
}

// mostNamed is how many labels a sentence names.
const mostNamed = 3

func galleryRemove() *cobra.Command {
	var isLabel, yes bool
	cmd := galleryVerb{
		use: "remove ID|LABEL...", short: "Remove references, or with --label all references of a label",
		args: cobra.MinimumNArgs(1), writes: true, labels: -1, suggestFor: []string{"rm", "delete", "del"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			going, err := toRemove(cmd, g, args, isLabel)
			if err != nil {
				return err
			}
			if isLabel && !yes {
				if err := confirm(cmd, going); err != nil {
					return err
				}
			}
			ids := make([]string, len(going))
			for i, r := range going {
				ids[i] = r.ID
			}
			err = g.Remove(cmd.Context(), ids...)
			if err != nil && !errors.Is(err, exemplar.ErrLingers) {
				return err
			}
			say(cmd.OutOrStdout(), "removed %s\n", count(len(ids), "reference"))
			return partly(cmd, err)
		},
	}.command()
	cmd.Flags().BoolVarP(&isLabel, "label", "l", false, "remove all references of these labels and of the labels below them")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// toRemove lists the references that the arguments name, each once.
func toRemove(cmd *cobra.Command, g *exemplar.Gallery, args []string, isLabel bool) ([]exemplar.Reference, error) {
	var going []exemplar.Reference
	seen := map[string]bool{}
	for _, arg := range args {
		var found []exemplar.Reference
		if isLabel {
			if arg == "" { // it would remove everything
				return nil, fmt.Errorf("a label is empty: name one: %w", exemplar.ErrLabel)
			}
			all, err := g.List(cmd.Context(), arg)
			if err != nil {
				return nil, err
			}
			if len(all) == 0 {
				return nil, fmt.Errorf("%q: %w: see gallery list", arg, errNoSuchLabel)
			}
			found = all
		} else {
			r, err := theReference(cmd.Context(), g, arg)
			if err != nil {
				return nil, err
			}
			found = []exemplar.Reference{r}
		}
		for _, r := range found {
			if !seen[r.ID] {
				seen[r.ID] = true
				going = append(going, r)
			}
		}
	}
	return going, nil
}

// errNoSuchLabel says that nothing is registered under a label.
var errNoSuchLabel = errors.New("there is no such label")

// errNotConfirmed says that nothing was done because nobody confirmed it.
var errNotConfirmed = errors.New("nothing was removed")

// confirm lists the references to remove and asks on the terminal.
func confirm(cmd *cobra.Command, going []exemplar.Reference) error {
	out := cmd.ErrOrStderr()
	printReferences(out, going, isVerbose(cmd))
	if !isTerminal(os.Stdin) {
		return fmt.Errorf("%w: give --yes to remove the %s listed above", errNotConfirmed, count(len(going), "reference"))
	}
	say(out, "Remove %s? [y/N] ", count(len(going), "reference"))
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && answer == "" {
		return errNotConfirmed
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return errNotConfirmed
}

func galleryNote() *cobra.Command {
	return galleryVerb{
		use: "note ID|LABEL TEXT", short: "Replace the note of a reference",
		args: cobra.ExactArgs(2), writes: true, labels: 1,
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			r, err := theReference(cmd.Context(), g, args[0])
			if err != nil {
				return err
			}
			if err := g.SetNote(cmd.Context(), r.ID, args[1]); err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "changed the note of %s (%s)\n", r.ID, r.Label)
			return nil
		},
	}.command()
}

func galleryContents() *cobra.Command {
	return galleryVerb{
		use: "contents ID|LABEL vary|fixed|auto", short: "Say whether copies with other contents are a match of a reference",
		args: cobra.ExactArgs(2), writes: true, labels: 1,
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			contents, err := exemplar.ParseContents(args[1])
			if err != nil || args[1] == "" {
				return fmt.Errorf("contents %q are not known: write vary, fixed, or auto (the program decides)", args[1])
			}
			r, err := theReference(cmd.Context(), g, args[0])
			if err != nil {
				return err
			}
			if err := g.SetContents(cmd.Context(), r.ID, contents); err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "contents of %s (%s): %s\n", r.ID, r.Label, args[1])
			return nil
		},
	}.command()
}

func galleryExport() *cobra.Command {
	return galleryVerb{
		use: "export FILE.zip", short: "Write everything to one portable file",
		args: cobra.ExactArgs(1), suggestFor: []string{"backup", "save"},
		target: func(args []string) target { return target{"FILE.zip", args[0], zipKind} },
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			return partly(cmd, g.Export(cmd.Context(), args[0]))
		},
	}.command()
}

// partly prints err and returns errPartly if err only says that something was left out
// or is not wiped yet.
func partly(cmd *cobra.Command, err error) error {
	if !errors.Is(err, exemplar.ErrPartly) && !errors.Is(err, exemplar.ErrLingers) {
		return err
	}
	complain(cmd.ErrOrStderr(), err)
	return errPartly
}

func galleryImport() *cobra.Command {
	there := true // the gallery was, before the import
	cmd := galleryVerb{
		use: "import FILE.zip", short: "Add the references of an exported file that are not registered yet",
		args: cobra.ExactArgs(1), writes: true, makes: true, suggestFor: []string{"restore", "load"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			imported, err := g.Import(cmd.Context(), args[0])
			if err != nil && !errors.Is(err, exemplar.ErrPartly) {
				return errors.Join(err, unmake(cmd.Context(), g, there))
			}
			say(cmd.OutOrStdout(), "added %s, %d already registered\n", count(imported.Added, "reference"), imported.Skipped)
			return partly(cmd, err)
		},
	}.command()
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error { // check the file before a gallery is made
		there = (&galleryFlags{gallery: cmd.Flag("gallery").Value.String()}).isThere()
		return exemplar.CheckExport(args[0])
	}
	return cmd
}

// unmake removes a gallery that this call made and put nothing into, unless another
// process has put something into it.
func unmake(ctx context.Context, g *exemplar.Gallery, wasThere bool) error {
	if wasThere {
		return nil
	}
	stats, err := g.Stats(context.WithoutCancel(ctx))
	if err != nil || stats.References > 0 {
		return err
	}
	err = g.Close()
	for _, suffix := range gallerySuffixes {
		if removeErr := os.Remove(stats.Path + suffix); !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}
	return err
}
