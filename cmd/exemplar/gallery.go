package main

import (
	"github.com/spf13/cobra"

	"exemplar"
)

func newGallery() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "gallery",
		GroupID: "use",
		Short:   "Look after what is registered",
		Long: `List, change and check what is registered. A command that takes an ID also takes a LABEL that has one reference of its
own. gallery list shows both.`,
	}
	cmd.AddCommand(galleryList(), galleryShow(), galleryRivals(), galleryRename(), galleryRemove(), galleryNote(), galleryContents(),
		galleryExport(), galleryImport(), galleryReembed(), galleryCheck(), galleryRepair(), galleryCompact())
	onlySubCommands(cmd)
	return cmd
}

// galleryVerb is a sub-command that opens the gallery, runs and closes it.
type galleryVerb struct {
	use, short string
	args       cobra.PositionalArgs
	writes     bool // it changes the gallery
	repairs    bool // likewise, and the gallery may be damaged
	makes      bool // it may make a gallery
	labels     int  // how many of its first arguments are labels, -1: all
	suggestFor []string
	target     func(args []string) target // what it writes, if it does
	run        func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error
}

func (v galleryVerb) command() *cobra.Command {
	var store galleryFlags
	cmd := &cobra.Command{
		Use: v.use, Short: v.short, Args: v.args, SuggestFor: v.suggestFor,
		RunE: func(cmd *cobra.Command, args []string) error {
			if v.target != nil {
				if err := store.checkTarget(v.target(args), nil); err != nil {
					return err
				}
			}
			g, err := v.open(&store)
			if err != nil {
				return err
			}
			defer g.Close()
			return v.run(cmd, g, args)
		},
	}
	store.add(cmd)
	switch {
	case v.labels > 0:
		cmd.ValidArgsFunction = registeredLabels(&store, v.labels)
	case v.labels < 0:
		cmd.ValidArgsFunction = registeredLabels(&store, 0)
	}
	return cmd
}

func (v galleryVerb) open(store *galleryFlags) (*exemplar.Gallery, error) {
	switch {
	case v.makes:
		return store.openOrMake()
	case v.repairs:
		return store.open(exemplar.ReadWriteDamaged)
	case v.writes:
		return store.open(exemplar.ReadWriteExisting)
	}
	return store.open(exemplar.ReadOnly)
}
