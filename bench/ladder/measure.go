package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
)

// target is a set and the figure that is measured on it.
type target struct {
	set   string // its folder
	title string
	depth int  // labels are cut to so many names; 0: whole
	easy  bool // every condition is right
	open  bool // right answers at 1 % of strangers, own kind out, instead of TPR at FPR 1e-4
}

var targets = []target{
	{set: "dvd_located", title: "dvd"},
	{set: "forms", title: "forms, type", depth: 1},
	{set: "banknotes_located", title: "banknotes"},
	{set: "bookpages_located", title: "pages"},
	{set: "receipts", title: "receipts"},
	{set: "kinds_identity", title: "kinds: identity", open: true},
	{set: "kinds_invoices", title: "invoices", open: true},
	{set: "kinds_forms", title: "forms", open: true},
}

// half says which classes of a set are judged.
type half int

const (
	evenClasses half = iota // the 2nd, 4th, ... family in sorted order, for reporting
	oddClasses              // the 1st, 3rd, ..., for choosing recipes
	allClasses
)

// set holds the inputs of a labelled set.
type set struct {
	target
	base   eval.Set
	inputs [][]byte // (side,side,3) bytes of RGB, by sample
}

// loadSet reads the pictures of a target as inputs of the network.
func loadSet(ctx context.Context, root string, t target, side int, which half) (*set, error) {
	folder, err := dataset.ReadFolder(filepath.Join(root, t.set))
	if err != nil {
		return nil, err
	}
	families := families(folder)
	s := &set{target: t, base: eval.Set{Name: t.set}}
	for _, x := range folder.Samples {
		if at, _ := slices.BinarySearch(families, family(x.Label)); x.Label != "" && (which == allClasses || at%2 == map[half]int{evenClasses: 1, oddClasses: 0}[which]) {
			s.base.Samples = append(s.base.Samples, eval.Sample{Sample: x})
		}
	}
	for _, p := range folder.Ignore {
		if slices.ContainsFunc(s.base.Samples, func(x eval.Sample) bool { return x.Path == p.Path }) {
			s.base.Ignore = append(s.base.Ignore, p)
		}
	}
	s.inputs, err = parallel.Map(ctx, 0, s.base.Samples, func(_ context.Context, x eval.Sample) ([]byte, error) {
		return input(filepath.Join(folder.Root, filepath.FromSlash(x.Path)), side)
	})
	return s, err
}

// family is the first part of a label. A family goes to one half, because its members look alike.
func family(label string) string {
	for i, c := range label {
		if c == '/' {
			return label[:i]
		}
	}
	return label
}

func families(folder *dataset.Folder) []string {
	var out []string
	for _, label := range folder.Labels() {
		out = append(out, family(label))
	}
	return slices.Compact(out)
}

func input(path string, side int) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.DecodeAtLeast(data, 2*side, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	return imaging.ResizeArea(m, side, side).Pix, nil
}

// evaluate judges a network on the set.
func (s *set) evaluate(ctx context.Context, n *embed.Network) (*eval.Result, error) {
	dim := n.Arch.Embedding
	x := s.base
	x.Dim, x.Embeddings = dim, make([]float32, len(s.inputs)*dim)
	err := parallel.Each(ctx, 0, len(s.inputs), func(_ context.Context, i int) error {
		n.Embed(x.Embeddings[i*dim:][:dim], s.inputs[i], 1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	judged, options := &x, eval.Options{}
	if s.depth > 0 { // the blank form is registered: captures are compared with it, not with each other
		judged, options.Protocol = x.AtDepth(s.depth), eval.ReferenceProbe
	}
	r, err := eval.Evaluate(ctx, judged, options)
	if err == nil && r.Verification == nil {
		err = fmt.Errorf("%s: no pairs", s.set)
	}
	return r, err
}

// strictness is the rate of errors at which a figure is measured.
type strictness struct{ fmr, fpir float64 }

var (
	strict = strictness{1e-4, 1e-2}
	loose  = strictness{1e-2, 1e-1} // less depends on a few pairs there
)

// figure is the figure of a target, 0 to 1.
func (t target) figure(r *eval.Result, s strictness) (float64, error) {
	if !t.open {
		return r.Verification.At(s.fmr).TPR, nil
	}
	if p := r.Identification.At(eval.OwnClassOut, s.fpir); p != nil {
		return 1 - p.FNIR, nil
	}
	return 0, fmt.Errorf("%s: no strangers", t.set)
}

// measured holds the figures of a network on all targets.
type measured []float64

// measure returns the figures of a network on the sets, at both strictnesses.
func measure(ctx context.Context, sets []*set, n *embed.Network) (atStrict, atLoose measured, err error) {
	for _, s := range sets {
		r, err := s.evaluate(ctx, n)
		if err != nil {
			return nil, nil, err
		}
		a, err := s.figure(r, strict)
		if err != nil {
			return nil, nil, err
		}
		b, err := s.figure(r, loose)
		if err != nil {
			return nil, nil, err
		}
		atStrict, atLoose = append(atStrict, a), append(atLoose, b)
	}
	return atStrict, atLoose, nil
}

func load(path string) (*embed.Network, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	bundle, err := embed.Load(data)
	if err != nil {
		return nil, err
	}
	return bundle.Freeze(), nil
}
