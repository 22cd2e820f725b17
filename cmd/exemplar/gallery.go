package main

import (
	"encoding/json"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"exemplar"
)

func newGallery() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "gallery",
		GroupID: "use",
		Short:   "Look after what is registered",
	}
	cmd.AddCommand(galleryList(), galleryShow(), galleryRivals(), galleryRename(), galleryRemove(), galleryNote(),
		galleryExport(), galleryImport(), galleryReembed(), galleryCheck())
	return cmd
}

// galleryVerb makes a sub-command that opens the gallery, runs and closes it.
func galleryVerb(use, short string, args cobra.PositionalArgs, mode exemplar.Mode,
	run func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error) *cobra.Command {
	var store galleryFlags
	cmd := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			g, err := store.open(mode)
			if err != nil {
				return err
			}
			defer g.Close()
			return run(cmd, g, args)
		},
	}
	store.add(cmd)
	return cmd
}

func galleryList() *cobra.Command {
	var asJSON bool
	cmd := galleryVerb("list [LABEL]", "List the references, of a label and those below it or of all", cobra.MaximumNArgs(1), exemplar.ReadOnly,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			label := ""
			if len(args) == 1 {
				label = args[0]
			}
			references, err := g.List(cmd.Context(), label)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(references)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
			for _, r := range references {
				fmt.Fprintf(table, "%s\t%s\t%d x %d\t%s\t%s\t%s\n", r.Label, r.ID, r.Width, r.Height,
					r.Registered.Local().Format("2006-01-02 15:04"), r.Source, r.Note)
			}
			return table.Flush()
		})
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func galleryShow() *cobra.Command {
	var picture string
	cmd := galleryVerb("show ID", "Show a reference, and write its picture with --picture", cobra.ExactArgs(1), exemplar.ReadOnly,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			reference, err := g.Get(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if picture != "" {
				jpeg, err := g.Picture(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if err := os.WriteFile(picture, jpeg, 0o644); err != nil {
					return err
				}
			}
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(reference)
		})
	cmd.Flags().StringVar(&picture, "picture", "", "write the kept picture (JPEG) to this file")
	return cmd
}

func galleryRivals() *cobra.Command {
	var asJSON bool
	var explain string
	cmd := galleryVerb("rivals ID", "Say which other labels a reference resembles, and in what it differs", cobra.ExactArgs(1), exemplar.ReadOnly,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			rivals, err := g.Rivals(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if explain != "" && len(rivals) > 0 {
				drawn, err := g.ExplainRival(cmd.Context(), args[0], rivals[0].Reference)
				if err != nil {
					return err
				}
				if err := os.WriteFile(explain, drawn, 0o644); err != nil {
					return err
				}
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(rivals)
			}
			for _, r := range rivals {
				fmt.Fprintln(cmd.OutOrStdout(), r.Reason)
			}
			return nil
		})
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().StringVar(&explain, "explain", "", "draw in what it differs from the most alike label to this file (PNG)")
	return cmd
}

func galleryRename() *cobra.Command {
	return galleryVerb("rename LABEL NEW-LABEL", "Rename a label and those below it; where the new one exists they merge", cobra.ExactArgs(2), exemplar.ReadWriteExisting,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			n, err := g.Rename(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "renamed %s\n", count(n, "reference"))
			return nil
		})
}

func galleryRemove() *cobra.Command {
	var isLabel bool
	cmd := galleryVerb("remove ID...", "Remove references by id, or with --label all of a label and those below it", cobra.MinimumNArgs(1), exemplar.ReadWriteExisting,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			removed := len(args)
			if !isLabel {
				if err := g.Remove(cmd.Context(), args...); err != nil {
					return err
				}
			} else {
				removed = 0
				for _, label := range args {
					n, err := g.RemoveLabel(cmd.Context(), label)
					if err != nil {
						return err
					}
					removed += n
				}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "removed %s\n", count(removed, "reference"))
			return nil
		})
	cmd.Flags().BoolVarP(&isLabel, "label", "l", false, "the arguments are labels")
	return cmd
}

func galleryNote() *cobra.Command {
	return galleryVerb("note ID TEXT", "Replace the note of a reference", cobra.ExactArgs(2), exemplar.ReadWriteExisting,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			return g.SetNote(cmd.Context(), args[0], args[1])
		})
}

func galleryExport() *cobra.Command {
	return galleryVerb("export FILE.zip", "Write everything to one portable file", cobra.ExactArgs(1), exemplar.ReadOnly,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			return g.Export(cmd.Context(), args[0])
		})
}

func galleryImport() *cobra.Command {
	return galleryVerb("import FILE.zip", "Add the references of an exported file that are not there yet", cobra.ExactArgs(1), exemplar.ReadWrite,
		func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			imported, err := g.Import(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "added %s, %d were there already\n", count(imported.Added, "reference"), imported.Skipped)
			return nil
		})
}

func galleryReembed() *cobra.Command {
	return galleryVerb("reembed", "Embed all references anew, with the model of this program or of --model", cobra.NoArgs, exemplar.ReadWriteExisting,
		func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			var progress *progress
			embedded := 0
			err := g.Reembed(cmd.Context(), func(done, total int) {
				if progress == nil {
					progress = newProgress("embedding", total)
				}
				progress.step(done - embedded)
				embedded = done
			})
			if progress != nil {
				progress.clear()
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "embedded %s\n", count(embedded, "reference"))
			return nil
		})
}

func galleryCheck() *cobra.Command {
	return galleryVerb("check", "Read the whole gallery and say what is wrong with it", cobra.NoArgs, exemplar.ReadOnly,
		func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			problems, err := g.Check(cmd.Context())
			if err != nil {
				return err
			}
			for _, problem := range problems {
				fmt.Fprintln(cmd.OutOrStdout(), problem)
			}
			if len(problems) > 0 {
				return fmt.Errorf("the gallery has %s", count(len(problems), "problem"))
			}
			stats, err := g.Stats(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s of %s: all is well\n", count(stats.References, "reference"), count(stats.Labels, "label"))
			return nil
		})
}
