package main

import (
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"exemplar"
)

func galleryReembed() *cobra.Command {
	return galleryVerb{
		use: "reembed", short: "Embed all references anew, with this program's model or --model",
		args: cobra.NoArgs, writes: true,
		run: func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			var bar *progressBar
			before, embedded := 0, 0 // by an interrupted call, and with it
			err := g.Reembed(cmd.Context(), func(done, total int) {
				if bar == nil {
					bar, before, embedded = newProgressBar("embedding", total-done), done, done
				}
				bar.step(done - embedded)
				embedded = done
			})
			if bar != nil {
				bar.clear()
			}
			if err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "embedded %s%s\n", count(embedded-before, "reference"), goneOn(before))
			return nil
		},
	}.command()
}

// goneOn says how many references an interrupted call had embedded.
func goneOn(before int) string {
	if before == 0 {
		return ""
	}
	return fmt.Sprintf("; %d were already", before)
}

func galleryCheck() *cobra.Command {
	var asJSON bool
	cmd := galleryVerb{
		use: "check", short: "Read the whole gallery and say what is wrong with it",
		args: cobra.NoArgs, suggestFor: []string{"verify", "fsck"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			problems, err := g.Check(cmd.Context())
			if err != nil {
				return err
			}
			for _, problem := range problems {
				if asJSON {
					err = errors.Join(err, sayJSON(cmd.OutOrStdout(), map[string]string{"problem": problem}))
					continue
				}
				say(cmd.OutOrStdout(), "%s\n", problem)
			}
			if err != nil {
				return err
			}
			if len(problems) > 0 {
				return fmt.Errorf("the gallery has %s: exemplar gallery repair repairs what it can", count(len(problems), "problem"))
			}
			if err := g.CheckModel(cmd.Context()); err != nil {
				return err
			}
			stats, err := g.Stats(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return sayJSON(cmd.OutOrStdout(), map[string]int{"references": stats.References, "labels": stats.Labels})
			}
			say(cmd.OutOrStdout(), "%s of %s: all is well\n", count(stats.References, "reference"), count(stats.Labels, "label"))
			return nil
		},
	}.command()
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per problem and line, or the counts if all is well")
	return cmd
}

func galleryRepair() *cobra.Command {
	return galleryVerb{
		use: "repair", short: "Repair damaged parts, and name those that cannot be repaired",
		args: cobra.NoArgs, repairs: true, suggestFor: []string{"fix", "restore", "heal"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			done, err := g.Repair(cmd.Context())
			out := cmd.OutOrStdout()
			for _, rebuilt := range done.Rebuilt {
				say(out, "%s\n", rebuilt)
			}
			for _, d := range done.Made {
				say(out, "%s of %s (%s) was %s: made anew\n", d.Part, d.Label, d.ID, d.Why)
			}
			lost := map[string]bool{} // those whose picture is: all else is made of that
			for _, d := range done.Left {
				lost[d.ID] = lost[d.ID] || d.Part == "picture" || d.Part == "reference"
			}
			for _, d := range done.Left {
				advice := "cannot be made anew: register the picture again and remove this one: exemplar gallery remove " + d.ID
				switch {
				case lost[d.ID] && len(done.File) > 0:
					advice = "cannot be made anew: register its picture again in the new gallery"
				case !lost[d.ID]:
					advice = "cannot be made anew in this file: an import of its export makes it anew"
				}
				say(out, "%s of %s (%s) is %s, and %s\n", d.Part, d.Label, d.ID, d.Why, advice)
			}
			for _, problem := range done.File {
				say(out, "%s\n", problem)
			}
			if len(done.File) > 0 {
				say(out, "the file itself is damaged: save the readable parts with exemplar gallery export, and import them into a new gallery\n")
			}
			switch left := len(done.Left) + len(done.File); {
			case err != nil:
				return err
			case left > 0:
				return fmt.Errorf("%s could not be repaired", count(left, "problem"))
			}
			if made := len(done.Made) + len(done.Rebuilt); made > 0 {
				say(out, "made %s anew: all is well\n", count(made, "part"))
			} else {
				say(out, "nothing is damaged: all is well\n")
			}
			return nil
		},
	}.command()
}

func galleryCompact() *cobra.Command {
	return galleryVerb{
		use: "compact", short: "Free the space of removed references, and wipe their last traces",
		args: cobra.NoArgs, writes: true, suggestFor: []string{"vacuum", "shrink"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			before, err := g.Stats(cmd.Context())
			if err != nil {
				return err
			}
			if err := g.Compact(cmd.Context()); err != nil {
				return err
			}
			after, err := g.Stats(cmd.Context())
			if err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "compacted: %s, %s before\n", humanize.Bytes(uint64(after.Bytes)), humanize.Bytes(uint64(before.Bytes)))
			return nil
		},
	}.command()
}
