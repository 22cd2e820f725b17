package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/parallel"
)

// target is a set and the figure that is measured on it.
type target struct {
	set   string // its folder
	title string
	depth int  // labels are cut to so many names; 0: whole
	easy  bool // every condition is right
	open  bool // right answers at 1 % of strangers, own kind out, instead of TPR at FPR 1e-4

	wanted float64 // of the figure, of even classes and of all
}

var targets = []target{
	{set: "dvd_located", title: "dvd", wanted: 0.97},
	{set: "forms", title: "forms, type", depth: 1, wanted: 0.95},
	{set: "banknotes_located", title: "banknotes", wanted: 0.80},
	{set: "bookpages_located", title: "pages", wanted: 0.97},
	{set: "receipts", title: "receipts", wanted: 0.75},
	{set: "kinds_identity", title: "kinds: identity", open: true, wanted: 0.80},
	{set: "kinds_invoices", title: "invoices", open: true, wanted: 0.40},
	{set: "kinds_forms", title: "forms", open: true, wanted: 0.40},
}

// half says which classes of a set are judged.
type half int

const (
	evenClasses half = iota // the 2nd, 4th, ... family in sorted order, for reporting
	oddClasses              // the 1st, 3rd, ..., for choosing recipes
	allClasses
)

// holds says whether the half holds the family at that place of the sorted order.
func (h half) holds(at int) bool {
	return h == allClasses || (at%2 == 1) == (h == evenClasses)
}

func (h half) String() string { return [...]string{"even", "odd", "all"}[h] }

// set is a labelled set's inputs, of all its classes.
type set struct {
	target
	base     eval.Set
	inputs   [][]byte // (side,side,3) bytes of RGB, by sample
	families []string // sorted
}

// loadSet reads a target's pictures as the network takes them.
func loadSet(ctx context.Context, root string, t target, side int) (*set, error) {
	folder, err := dataset.ReadFolder(filepath.Join(root, t.set))
	if err != nil {
		return nil, err
	}
	s := &set{target: t, base: eval.Set{Name: t.set, Ignore: folder.Ignore}, families: families(folder)}
	for _, x := range folder.Samples {
		if x.Label != "" {
			s.base.Samples = append(s.base.Samples, eval.Sample{Sample: x})
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

// embed returns the set with a network's embeddings.
func (s *set) embed(ctx context.Context, n *embed.Network) (*eval.Set, error) {
	dim := n.Arch.Embedding
	x := s.base
	x.Dim, x.Embeddings = dim, make([]float32, len(s.inputs)*dim)
	err := parallel.Each(ctx, 0, len(s.inputs), func(_ context.Context, i int) error {
		n.Embed(x.Embeddings[i*dim:][:dim], s.inputs[i], 1)
		return nil
	})
	return &x, err
}

// cut returns a half's samples of the embedded set.
func (s *set) cut(x *eval.Set, which half) *eval.Set {
	part := eval.Set{Name: x.Name, Dim: x.Dim}
	for i, sample := range x.Samples {
		if at, _ := slices.BinarySearch(s.families, family(sample.Label)); which.holds(at) {
			part.Samples = append(part.Samples, sample)
			part.Embeddings = append(part.Embeddings, x.Embeddings[i*x.Dim:][:x.Dim]...)
		}
	}
	for _, p := range x.Ignore {
		if slices.ContainsFunc(part.Samples, func(y eval.Sample) bool { return y.Path == p.Path }) {
			part.Ignore = append(part.Ignore, p)
		}
	}
	return &part
}

// judge evaluates a half of the embedded set.
func (s *set) judge(ctx context.Context, x *eval.Set, which half) (*eval.Result, error) {
	judged, options := s.cut(x, which), eval.Options{}
	if s.depth > 0 { // the blank form is registered: captures are compared with it, not with each other
		judged, options.Protocol = judged.AtDepth(s.depth), eval.ReferenceProbe
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

func (s strictness) String() string { return strconv.FormatFloat(s.fmr, 'g', -1, 64) }

// figure is what a target takes of a result, 0 to 1.
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

// measure asks all questions of a network; of several, of the sum of their embeddings.
func measure(ctx context.Context, pictures sets, root string, networks []*embed.Network) (map[question]measured, error) {
	figures := map[question]measured{}
	for i := range targets {
		s, x, err := embedSum(ctx, pictures, root, i, networks)
		if err != nil {
			return nil, err
		}
		results := map[half]*eval.Result{}
		for _, q := range questions {
			if results[q.classes] == nil {
				if results[q.classes], err = s.judge(ctx, x, q.classes); err != nil {
					return nil, err
				}
			}
			v, err := s.figure(results[q.classes], q.rate)
			if err != nil {
				return nil, err
			}
			figures[q] = append(figures[q], v)
		}
	}
	return figures, nil
}

// embedSum returns a target's set and, for it, the sums of the networks' embeddings, of length 1.
func embedSum(ctx context.Context, pictures sets, root string, target int, networks []*embed.Network) (*set, *eval.Set, error) {
	var of *set
	var sum *eval.Set
	for _, n := range networks {
		loaded, err := pictures.at(ctx, root, n.Arch.Input)
		if err != nil {
			return nil, nil, err
		}
		x, err := loaded[target].embed(ctx, n)
		if err != nil {
			return nil, nil, err
		}
		if sum == nil {
			of, sum = loaded[target], x
			continue
		}
		if x.Dim != sum.Dim {
			return nil, nil, fmt.Errorf("embeddings of %d and of %d values have no sum", sum.Dim, x.Dim)
		}
		for i, v := range x.Embeddings {
			sum.Embeddings[i] += v
		}
	}
	if len(networks) > 1 {
		for at := 0; at < len(sum.Embeddings); at += sum.Dim {
			kernel.NormalizeL2(sum.Embeddings[at:][:sum.Dim])
		}
	}
	return of, sum, nil
}

// sets are the targets' pictures by input side, each read when it is first asked for.
type sets map[int][]*set

func (s sets) at(ctx context.Context, root string, side int) ([]*set, error) {
	if s[side] == nil {
		for _, t := range targets {
			loaded, err := loadSet(ctx, root, t, side)
			if err != nil {
				return nil, err
			}
			s[side] = append(s[side], loaded)
		}
	}
	return s[side], nil
}
