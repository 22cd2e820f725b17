package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"exemplar/internal/embed"
)

// measureFiles measures bundles, each at its own input size, keeps their figures, and prints those of all candidates
// there have been beside the reference network.
func measureFiles(ctx context.Context, o options, paths []string) error {
	runs, err := readRuns(o.keptPath())
	if err != nil {
		return err
	}
	pictures := sets{}
	if runs, err = o.measureFixed(ctx, runs, pictures); err != nil {
		return err
	}
	for _, path := range paths {
		r, err := o.measureCandidate(ctx, pictures, path)
		if err != nil {
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

// measureCandidate measures a candidate, or several whose embeddings are added: BUNDLE+BUNDLE.
func (o options) measureCandidate(ctx context.Context, pictures sets, text string) (r run, err error) {
	var networks []*embed.Network
	for i, part := range strings.Split(text, "+") {
		c := parseCandidate(part)
		bundle, err := o.bundle(c)
		if err != nil {
			return r, err
		}
		networks = append(networks, bundle.Freeze())
		if i > 0 {
			r.name += " + "
		}
		r.name, r.bundle = r.name+c.name(), bundle.Fingerprint[:12]
	}
	r.figures, err = measure(ctx, pictures, o.sets, networks)
	return r, err
}

// candidate says which network to measure: FILE, FILE~0.4 for the network 0.4 of the way from the reference network to it,
// FILE~0.4~FROM for that from another file, FILE@160 for the same weights at another input size, or both: FILE~0.4@160.
// Without FILE it is the reference network.
type candidate struct {
	file  string
	share string // "" = all
	from  string // "" = the reference network
	side  string // "" = its own
}

func parseCandidate(text string) (c candidate) {
	rest, side, _ := strings.Cut(text, "@")
	c.file, rest, _ = strings.Cut(rest, "~")
	c.share, c.from, _ = strings.Cut(rest, "~")
	c.side = side
	return c
}

// name is that of the run's folder; of the file too, where it is not the run's last network.
func (c candidate) name() string {
	name := fileName(c.file)
	if c.share != "" {
		name += "~" + c.share
	}
	if c.from != "" {
		name += "~" + fileName(c.from)
	}
	if c.side != "" {
		name += "@" + c.side
	}
	return name
}

func fileName(file string) string {
	if file == "" {
		return referenceName
	}
	name := filepath.Base(filepath.Dir(file))
	if stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)); stem != "bundle" {
		name += "/" + stem
	}
	return name
}

// bundle makes the network.
func (o options) bundle(c candidate) (*embed.Bundle, error) {
	bundle, err := o.open(c.file)
	if err != nil {
		return nil, err
	}
	if c.share != "" {
		if bundle, err = o.mixed(bundle, c); err != nil {
			return nil, err
		}
	}
	if c.side == "" {
		return bundle, nil
	}
	side, err := strconv.Atoi(c.side)
	if err != nil {
		return nil, err
	}
	return bundle.WithInput(side)
}

// open reads a bundle; without a file it is the reference network.
func (o options) open(file string) (*embed.Bundle, error) {
	if file == "" {
		return o.reference()
	}
	return embed.Open(file)
}

// mixed is the network that share of the way from another one to a bundle.
func (o options) mixed(b *embed.Bundle, c candidate) (*embed.Bundle, error) {
	share, err := strconv.ParseFloat(c.share, 64)
	if err != nil {
		return nil, err
	}
	from, err := o.open(c.from)
	if err != nil {
		return nil, err
	}
	return embed.Mix(from, b, share)
}

// write makes the bundle of a candidate a file, to train on from it or to put it inside the program, in half precision, as
// the program holds its own. A third argument is a file with its card.
func (o options) write(args []string) error {
	if len(args) != 2 && len(args) != 3 {
		return errors.New("write takes two arguments or three: BUNDLE~SHARE~FROM@SIDE, the file to write, and one with the card")
	}
	bundle, err := o.bundle(parseCandidate(args[0]))
	if err == nil {
		bundle, err = bundle.HalfPrecision()
	}
	if err != nil {
		return fmt.Errorf("%q: %w", args[0], err)
	}
	if len(args) == 3 {
		card, err := os.ReadFile(args[2])
		if err != nil {
			return err
		}
		bundle.Card = string(card)
	}
	return bundle.Save(args[1])
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
