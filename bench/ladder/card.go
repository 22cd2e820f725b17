package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"text/template"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/eval"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
)

// cardText is the card without its figures.
//
//go:embed card.md
var cardText string

// more are the sets of the card beyond those of the ladder.
var more = []target{{set: "vinyl_located", easy: true}, {set: "rupiah", easy: true}}

// card writes the model card of the built-in network: the text of card.md with the data of sources.tsv and the figures as
// they are measured now.
func card(ctx context.Context, o options) error {
	bundle := embed.Default()
	n := bundle.Freeze()
	var filled struct {
		Architecture, Fingerprint        string
		Images                           int
		Parameters                       string
		Sources, Sets, Conditions, Sweep string
	}
	filled.Architecture, filled.Fingerprint = bundle.Arch.String(), bundle.Fingerprint[:12]
	filled.Parameters = fmt.Sprintf("%.2f million", float64(parameters(bundle))/1e6)
	var err error
	if filled.Sources, filled.Images, err = sources(filepath.Join(o.sets, "..", "train", "sources.tsv")); err != nil {
		return err
	}
	var sets, conditions bytes.Buffer
	for _, t := range append(append([]target{}, targets...), more...) {
		if err := cardSet(ctx, o, t, n, &sets, &conditions); err != nil {
			return err
		}
	}
	filled.Sets, filled.Conditions = sets.String(), conditions.String()
	if filled.Sweep, err = cardSweep(ctx, filepath.Join(o.sets, "dvd_located"), n); err != nil {
		return err
	}
	text, err := template.New("card").Parse(cardText)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := text.Execute(&page, filled); err != nil {
		return err
	}
	return fileio.WriteBytes(filepath.Join(o.out, "..", "model-card.md"), fileio.Public, page.Bytes())
}

// parameters counts the values of the network's weights.
func parameters(b *embed.Bundle) int {
	count := 0
	for _, t := range b.Trainable().Tensors() {
		if t.Grad != nil {
			count += len(t.Value)
		}
	}
	return count
}

// sources returns the rows of the table of training images, and the number of images.
func sources(path string) (rows string, images int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	read := csv.NewReader(f)
	read.Comma = '\t'
	records, err := read.ReadAll()
	if err != nil {
		return "", 0, fmt.Errorf("%q: %w", path, err)
	}
	var b bytes.Buffer
	for _, r := range records[1:] { // kind, set, source, count, MB, licence
		count, err := strconv.Atoi(r[3])
		if err != nil {
			return "", 0, fmt.Errorf("%q: count %q", path, r[3])
		}
		images += count
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", r[0], r[2], count, r[5])
	}
	return b.String(), images, nil
}

// cardSet appends the rows of a set and of its conditions.
func cardSet(ctx context.Context, o options, t target, n *embed.Network, sets, conditions *bytes.Buffer) error {
	s, err := loadSet(ctx, o.sets, t, n.Arch.Input)
	if err != nil {
		return err
	}
	x, err := s.embed(ctx, n)
	if err != nil {
		return err
	}
	for _, which := range []half{evenClasses, allClasses} {
		r, err := s.judge(ctx, x, which)
		if err != nil {
			return err
		}
		name := t.set
		if t.depth > 0 {
			name += ", type"
		}
		rank, open := "", ""
		if id := r.Identification; id != nil {
			rank = interval(id.Ranks[0], id.Low[0], id.High[0])
			if p := id.At(eval.OwnClassOut, 1e-2); p != nil {
				open = interval(1-p.FNIR, 1-p.High, 1-p.Low)
			}
		}
		p := r.Verification.At(1e-4)
		mark := ""
		if !p.Supported {
			mark = " *"
		}
		fmt.Fprintf(sets, "| %s | %s | %s%s | %s | %s |\n", name, which, interval(p.TPR, p.Low, p.High), mark, rank, open)
		for _, c := range r.Conditions {
			if which == allClasses && !t.open && !t.easy {
				fmt.Fprintf(conditions, "| %s | %s | %d | %s |\n", name, c.Name, c.Captures, interval(c.TPR, c.Low, c.High))
			}
		}
	}
	return nil
}

func interval(p, low, high float64) string {
	return fmt.Sprintf("%.1f [%.1f, %.1f]", 100*p, 100*low, 100*high)
}

// cardSweep disturbs the references of a set in one way at a time, and looks up each among the clean ones.
func cardSweep(ctx context.Context, root string, n *embed.Network) (string, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return "", err
	}
	var references []eval.Sample
	for _, x := range folder.Samples {
		if x.IsReference {
			references = append(references, eval.Sample{Sample: x})
		}
	}
	pictures, err := parallel.Map(ctx, 0, references, func(_ context.Context, x eval.Sample) (*imaging.Image, error) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(x.Path)))
		if err != nil {
			return nil, err
		}
		m, _, err := imaging.Decode(data, imaging.DefaultLimits)
		return m, err
	})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	for _, family := range capturesim.Families() {
		fmt.Fprintf(&b, "| %s |", family)
		for _, level := range []int{1, 3, 5} {
			p, err := sweepPoint(ctx, n, references, pictures, family, level)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, " %s |", interval(p.TPR, p.Low, p.High))
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

func sweepPoint(ctx context.Context, n *embed.Network, references []eval.Sample, pictures []*imaging.Image, family string, level int) (eval.Point, error) {
	dim, side := n.Arch.Embedding, n.Arch.Input
	s := eval.Set{Name: family, Dim: dim, Samples: append([]eval.Sample{}, references...)}
	for _, x := range references {
		x.IsReference, x.Path = false, x.Path+" "+family
		s.Samples = append(s.Samples, x)
	}
	s.Embeddings = make([]float32, len(s.Samples)*dim)
	err := parallel.Each(ctx, 0, len(pictures), func(_ context.Context, i int) error {
		n.Embed(s.Embeddings[i*dim:][:dim], imaging.ResizeArea(pictures[i], side, side).Pix, 1)
		disturbed := capturesim.Sweep(family, level, pictures[i], uint64(i))
		n.Embed(s.Embeddings[(len(pictures)+i)*dim:][:dim], imaging.ResizeArea(disturbed, side, side).Pix, 1)
		return nil
	})
	if err != nil {
		return eval.Point{}, err
	}
	r, err := eval.Evaluate(ctx, &s, eval.Options{Protocol: eval.ReferenceProbe})
	if err != nil {
		return eval.Point{}, err
	}
	return r.Verification.At(1e-4), nil
}
