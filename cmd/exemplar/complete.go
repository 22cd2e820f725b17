package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"exemplar"
)

// completionTime is how long the shell waits for labels at most.
const completionTime = 2 * time.Second

// filesNamed completes files by their extensions.
func filesNamed(extensions ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(extensions, cobra.ShellCompDirectiveFilterFileExt)
}

// registeredLabels completes the first n arguments with labels of the gallery that the
// flags name. An n of 0 stands for all arguments.
func registeredLabels(store *galleryFlags, n int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if n > 0 && len(args) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return labelsLike(cmd, store, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// labelsLike lists the labels with a prefix. After an error it lists none.
func labelsLike(cmd *cobra.Command, store *galleryFlags, begun string) []string {
	if readEnvironment(cmd) != nil {
		return nil
	}
	g, err := store.open(exemplar.ReadOnly)
	if err != nil {
		return nil
	}
	defer g.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(orBackground(cmd.Context())), completionTime)
	defer cancel()
	references, err := g.List(ctx, "")
	if err != nil {
		return nil
	}
	var labels []string
	for _, r := range references { // in the order of labels
		if strings.HasPrefix(r.Label, begun) && !slices.Contains(labels[max(0, len(labels)-1):], r.Label) {
			labels = append(labels, r.Label)
		}
	}
	return labels
}

func orBackground(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background()
	}
	return ctx
}
