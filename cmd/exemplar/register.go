package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
)

// registerBatch is the number of pictures that become visible, and are reported, at a
// time (by eye). It is enough to keep every core busy. It is so few that little is lost
// if the command is killed.
const registerBatch = 32

type registerFlags struct {
	label, labelsFrom, note, only, explain, contents string
	replace, json                                    bool
	pages                                            pageFlags
	opening                                          exemplar.PageOptions
}

func newRegister() *cobra.Command {
	var store galleryFlags
	var flags registerFlags
	cmd := &cobra.Command{
		Use:        "register PATH...",
		GroupID:    "use",
		SuggestFor: []string{"add", "enrol", "enroll", "insert", "index"},
		Short:      "Register references: one picture of each document is enough",
		Long: `Register pictures as references. The folders below a PATH make the label: register documents/ gives the picture
documents/id-card/front/a.jpg the label id-card/front. With --labels-from name the name of the file belongs to the label,
too: register flat/ gives the picture flat/card.jpg the label card. --label gives all pictures the same label.

register skips a picture that its label has already. It refuses a picture that shows nothing (blank, tiny, unreadable) or
has no label, and says why.

What is filled in, typed, signed or photographed into a document may differ: other copies of it are a match. Where only the
same copy is to be one (trading cards of one frame, serial numbers that matter), say --contents fixed.

If a picture resembles a reference of another label, register says where the two differ, and whether that is enough to
tell photos of them apart. --explain FILE.png draws the two most similar ones, contents that differ in one colour and form
that differs in another; without a similar one it draws what exemplar takes for contents in the first picture.

Pictures become visible some at a time. After an interruption the registered ones stay, and the same command goes on from
there. With --replace all become visible at once, at the end; after an interruption the gallery is as it was.`,
		Example: `  exemplar register documents/
  exemplar register --label id-card/front/2nd-edition card.jpg
  exemplar register --labels-from name covers/
  exemplar register --only '*_ref.*' dataset/
  exemplar register --explain differ.png --label note/second second.jpg`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := expandInputs(args, flags.only)
			if err != nil {
				return err
			}
			contents, err := exemplar.ParseContents(flags.contents)
			if err != nil {
				return fmt.Errorf("--contents: %w", err)
			}
			flags.contents = string(contents)
			if err := flags.checkLabels(found.list); err != nil {
				return err
			}
			if flags.opening, err = flags.pages.options(cmd); err != nil {
				return err
			}
			if err := store.checkTarget(target{"--explain", flags.explain, drawingKind}, found.list); err != nil {
				return err
			}
			there := store.isThere()
			g, err := store.openOrMake()
			if err != nil {
				return err
			}
			defer g.Close()
			report := newRegisterReport(cmd, flags.json)
			err = register(cmd.Context(), g, found.list, flags, report)
			if report.registered+report.skipped == 0 {
				err = orElse(err, unmake(cmd.Context(), g, there))
			}
			return orElse(err, found.report(cmd, flags.json))
		},
	}
	store.add(cmd)
	f := cmd.Flags()
	f.StringVarP(&flags.label, "label", "l", "", "`LABEL` of all pictures, instead of their folders")
	f.StringVar(&flags.labelsFrom, "labels-from", "folder", "`SOURCE` of the labels: folder, or name (folder and file name)")
	flags.pages.add(cmd, "register page `N` of each file (default the first; of a TIFF the first that is not blank)")
	f.StringVar(&flags.note, "note", "", "keep this `TEXT` with each reference")
	f.StringVar(&flags.contents, "contents", "", "`WHAT` of other contents: vary, they are a match; fixed, only the same copy is; or auto, the program decides (default auto)")
	f.StringVar(&flags.only, "only", "", "take only files whose name matches this `PATTERN`, such as '*_ref.jpg'")
	f.StringVar(&flags.explain, "explain", "", "draw where the two most similar labels differ, or what is taken for contents, to this `FILE` (PNG)")
	f.BoolVar(&flags.json, "json", false, "print one JSON object per picture and line")
	f.BoolVar(&flags.replace, "replace", false, "remove the other references of each label that is registered")
	cmd.MarkFlagsMutuallyExclusive("label", "labels-from")
	cmd.RegisterFlagCompletionFunc("labels-from", cobra.FixedCompletions([]string{"folder", "name"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("contents", cobra.FixedCompletions([]string{"vary", "fixed", "auto"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("label", registeredLabels(&store, 0))
	return cmd
}

// errNoLabel says why a picture that has no label is not registered.
var errNoLabel = errors.New("it has no label, because it lies in no sub-folder: move it into one, or give --label or --labels-from name")

// checkLabels returns an error, before any work, if no picture has a label.
func (f registerFlags) checkLabels(list []input) error {
	if f.labelsFrom != "folder" && f.labelsFrom != "name" {
		return fmt.Errorf("--labels-from %q: want folder or name", f.labelsFrom)
	}
	if slices.ContainsFunc(list, func(in input) bool { return in.err == nil && f.labelOf(in) != "" }) {
		return nil
	}
	in := list[slices.IndexFunc(list, func(in input) bool { return in.err == nil })]
	where := in.name
	if in.root != "" {
		where = "a picture that lies in " + in.root + " itself"
	}
	return fmt.Errorf("%s has no label, because the sub-folders make the labels: give --labels-from name to make labels from the names of the files, "+
		"or --label NAME for all", where)
}

func (f registerFlags) labelOf(in input) string {
	if f.label != "" {
		return f.label
	}
	label := in.folderLabel()
	if f.labelsFrom != "name" {
		return label
	}
	name := filepath.Base(in.name)
	return strings.TrimPrefix(label+"/"+strings.TrimSuffix(name, filepath.Ext(name)), "/")
}

func register(ctx context.Context, g *exemplar.Gallery, list []input, flags registerFlags, report *registerReport) error {
	defer atForcedEnd(ctx, func() { report.interrupted(len(list)) })()
	progress := newProgressBar("registering", len(list))
	defer progress.clear()
	into, err := newRegistrar(ctx, g, flags.replace, report.count)
	if err != nil {
		return err
	}
	defer into.close()
	for batch := range batches(list, registerBatch) {
		results, err := registerSome(ctx, into, batch, flags, report)
		if err := report.addAll(results, err); err != nil {
			progress.clear()
			report.gaveUp(err, len(list))
			return err
		}
		progress.step(len(batch))
	}
	results, err := into.commit(ctx)
	progress.clear()
	if err := report.addAll(results, err); err != nil {
		report.gaveUp(err, len(list))
		return err
	}
	if flags.explain != "" {
		if err := report.explain(ctx, g, flags.explain); err != nil {
			return err
		}
	}
	report.print()
	if report.refused > 0 {
		return errPartly
	}
	return nil
}

// registerSome registers a batch. It refuses pictures that cannot be read or have no
// label.
func registerSome(ctx context.Context, into *registrar, batch []input, flags registerFlags, report *registerReport) ([]exemplar.Registration, error) {
	var refused []exemplar.Registration
	items := make([]exemplar.Item, 0, len(batch))
	for _, in := range batch {
		item := exemplar.Item{Label: flags.labelOf(in), Source: in.name, Note: flags.note, Contents: exemplar.Contents(flags.contents), Picture: in.picture().AtPage(flags.opening.Only, flags.opening.Passwords...)}
		err := in.err
		if err == nil && item.Label == "" {
			err = errNoLabel
		}
		if err != nil {
			refused = append(refused, exemplar.Registration{Outcome: exemplar.RefusedImage, Label: item.Label, Source: item.Source, Reason: in.reason(err)})
			continue
		}
		items = append(items, item)
	}
	report.count(refused)
	results, err := into.put(ctx, items)
	return append(refused, results...), err
}
