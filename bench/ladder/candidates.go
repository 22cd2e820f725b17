package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"exemplar/internal/embed"
)

// measureFiles measures bundles, each at its own input size, keeps their figures, and prints those of all candidates
// there have been beside the network inside.
func measureFiles(ctx context.Context, o options, paths []string) error {
	runs, err := readRuns(o.keptPath())
	if err != nil {
		return err
	}
	pictures := sets{}
	if runs, err = o.measureInside(ctx, runs, pictures); err != nil {
		return err
	}
	for _, path := range paths {
		bundle, err := loadAt(path)
		if err != nil {
			return fmt.Errorf("%q: %w", path, err)
		}
		r := run{name: candidateName(path), bundle: bundle.Fingerprint[:12]}
		if r.figures, err = o.measure(ctx, pictures, bundle.Freeze()); err != nil {
			return fmt.Errorf("%q: %w", path, err)
		}
		runs = replace(runs, r)
	}
	if err := writeRuns(o.keptPath(), runs); err != nil {
		return err
	}
	writeCandidates(os.Stdout, runs)
	return nil
}

// candidateName is that of the run's folder; of the file too, where it is not the run's last network.
func candidateName(path string) string {
	file, size, resized := strings.Cut(path, "@")
	name := filepath.Base(filepath.Dir(file))
	if stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)); stem != "bundle" {
		name += "/" + stem
	}
	if file == "" {
		name = insideName
	}
	if resized {
		name += "@" + size
	}
	return name
}

// writeCandidates writes the candidates' tables: on odd classes, by which one may be chosen, and on even ones, by which it
// is reported.
func writeCandidates(w io.Writer, runs []run) {
	var titles []string
	for _, t := range targets {
		titles = append(titles, t.title)
	}
	for _, q := range []question{choosing, reporting} {
		fmt.Fprintf(w, "\n| %s classes | %s | mean |\n|---|%s\n", q.classes, strings.Join(titles, " | "), strings.Repeat("---|", len(titles)+1))
		for _, r := range runs {
			if r.seed > 0 {
				continue
			}
			fmt.Fprintf(w, "| %s |", r.name)
			for _, v := range r.figures[q] {
				fmt.Fprintf(w, " %.1f |", 100*v)
			}
			fmt.Fprintf(w, " %.1f |\n", 100*mean(r.figures[q]))
		}
	}
}

// loadAt reads a bundle. BUNDLE@192 is the same at another input size, @192 the network inside.
func loadAt(path string) (*embed.Bundle, error) {
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
		return bundle, nil
	}
	side, err := strconv.Atoi(size)
	if err != nil {
		return nil, err
	}
	return bundle.WithInput(side)
}
