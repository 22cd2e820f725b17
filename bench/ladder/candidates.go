package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"exemplar/internal/embed"
)

// measureFiles prints the figures of the built-in network and of bundles on all targets, each at its own input size: on
// odd classes, to choose a candidate, and on even classes, to report it.
func measureFiles(ctx context.Context, o options, paths []string) error {
	names, networks := []string{insideName}, []*embed.Network{embed.Default().Freeze()}
	for _, path := range paths {
		n, err := loadAt(path)
		if err != nil {
			return fmt.Errorf("%q: %w", path, err)
		}
		names, networks = append(names, filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))), append(networks, n)
	}
	var titles []string
	for _, t := range targets {
		titles = append(titles, t.title)
	}
	for _, which := range []half{oddClasses, evenClasses} {
		title := map[half]string{oddClasses: "odd classes", evenClasses: "even classes"}[which]
		fmt.Printf("| %s | %s | mean |\n|---|%s\n", title, strings.Join(titles, " | "), strings.Repeat("---|", len(titles)+1))
		sets := map[int][]*set{} // by input side
		for i, n := range networks {
			side := n.Arch.Input
			if sets[side] == nil {
				var err error
				if sets[side], err = loadSets(ctx, o, side, which); err != nil {
					return err
				}
			}
			m, _, err := measure(ctx, sets[side], n)
			if err != nil {
				return fmt.Errorf("%s: %w", names[i], err)
			}
			fmt.Printf("| %s |", names[i])
			for _, v := range m {
				fmt.Printf(" %.1f |", 100*v)
			}
			fmt.Printf(" %.1f |\n", 100*mean(m))
		}
		fmt.Println()
	}
	return nil
}

// loadAt reads a bundle. BUNDLE@192 is the bundle at another input size, @192 the built-in network at that size.
func loadAt(path string) (*embed.Network, error) {
	file, size, resized := strings.Cut(path, "@")
	bundle := embed.Default()
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if bundle, err = embed.Load(data); err != nil {
			return nil, err
		}
	}
	if !resized {
		return bundle.Freeze(), nil
	}
	side, err := strconv.Atoi(size)
	if err != nil {
		return nil, err
	}
	if bundle, err = bundle.WithInput(side); err != nil {
		return nil, err
	}
	return bundle.Freeze(), nil
}

func loadSets(ctx context.Context, o options, side int, which half) ([]*set, error) {
	var sets []*set
	for _, t := range targets {
		s, err := loadSet(ctx, o.sets, t, side, which)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}
