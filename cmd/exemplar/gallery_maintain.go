package main

import (
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
			var bar *progress
			embedded := 0
			err := g.Reembed(cmd.Context(), func(done, total int) {
				if bar == nil {
					bar = newProgress("embedding", total)
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
			say(cmd.OutOrStdout(), "embedded %s\n", count(embedded, "reference"))
			return nil
		},
	}.command()
}

func galleryCheck() *cobra.Command {
	return galleryVerb{
		use: "check", short: "Read the whole gallery and say what is wrong with it",
		args: cobra.NoArgs, suggestFor: []string{"verify", "fsck"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, _ []string) error {
			problems, err := g.Check(cmd.Context())
			if err != nil {
				return err
			}
			for _, problem := range problems {
				say(cmd.OutOrStdout(), "%s\n", problem)
			}
			if len(problems) > 0 {
				return fmt.Errorf("the gallery has %s", count(len(problems), "problem"))
			}
			stats, err := g.Stats(cmd.Context())
			if err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "%s of %s: all is well\n", count(stats.References, "reference"), count(stats.Labels, "label"))
			return nil
		},
	}.command()
}

func galleryCompact() *cobra.Command {
	return galleryVerb{
		use: "compact", short: "Write the file anew: without a trace of what was removed, and as small as it can be",
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
