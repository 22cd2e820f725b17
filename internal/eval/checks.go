package eval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"exemplar/internal/kernel"
	"exemplar/internal/parallel"
)

// Checks lists possible errors of a data set.
type Checks struct {
	// Duplicates are files with the same bytes. If they have two labels, one label is
	// wrong.
	Duplicates []Duplicate `json:"duplicates,omitempty"`
	// LabelErrors are images that match another class, but not their own. Their labels may
	// be wrong.
	LabelErrors []LabelError `json:"suspects,omitempty"`
	// Refused are the images that could not be used.
	Refused []RefusedImage `json:"refused,omitempty"`
	// SingletonClasses have a single image, and so form no mated pair.
	SingletonClasses []string `json:"lonely,omitempty"`
}

// Duplicate is a file that occurs several times.
type Duplicate struct {
	Paths      []string `json:"paths"`
	LabelError bool     `json:"label_error"` // under different labels
}

// LabelError is an image whose label may be wrong, or which also shows a document of
// another class.
type LabelError struct {
	Path  string  `json:"path"`
	Label string  `json:"label"`
	Own   float64 `json:"own"` // best score with another image of its class
	Other string  `json:"other"`
	Score float64 `json:"score"` // best score with an image of that one
}

// RefusedImage says why an image was not used.
type RefusedImage struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Empty reports whether nothing was found.
func (c *Checks) Empty() bool {
	return c == nil || len(c.Duplicates)+len(c.LabelErrors)+len(c.Refused)+len(c.SingletonClasses) == 0
}

const (
	maxSuspects   = 50
	maxForSuspect = 10_000 // images; the nearest neighbours of more take too long (by eye)
)

// check checks the data. Two images match if their score reaches matched, the threshold
// at an FMR of 1e-3.
func check(ctx context.Context, s *Set, c *classes, o Options, matched float64) (*Checks, error) {
	r := &Checks{Duplicates: duplicates(s), SingletonClasses: singletonClasses(s, c)}
	for _, x := range s.Samples {
		if x.Refused != "" {
			r.Refused = append(r.Refused, RefusedImage{x.Path, x.Refused})
		}
	}
	var err error
	if s.Scores == nil && len(s.Samples) <= maxForSuspect {
		r.LabelErrors, err = labelErrors(ctx, s, c, o, matched)
	}
	return r, err
}

func duplicates(s *Set) []Duplicate {
	groups := map[string][]int{}
	var order []string
	for i, x := range s.Samples {
		if x.Hash == "" {
			continue
		}
		if len(groups[x.Hash]) == 1 {
			order = append(order, x.Hash)
		}
		groups[x.Hash] = append(groups[x.Hash], i)
	}
	var list []Duplicate
	for _, h := range order {
		var d Duplicate
		for _, i := range groups[h] {
			d.Paths = append(d.Paths, s.Samples[i].Path)
			d.LabelError = d.LabelError || s.Samples[i].Label != s.Samples[groups[h][0]].Label
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b Duplicate) int {
		if a.LabelError != b.LabelError {
			return map[bool]int{true: -1, false: 1}[a.LabelError]
		}
		return strings.Compare(a.Paths[0], b.Paths[0])
	})
	return list
}

func singletonClasses(s *Set, c *classes) []string {
	size := make([]int, len(c.labels))
	for _, i := range usable(s) {
		if !c.isStranger(int(i)) {
			size[c.of[i]]++
		}
	}
	var list []string
	for k, n := range size {
		if n < 2 {
			list = append(list, c.labels[k])
		}
	}
	return list
}

// neighbours holds the nearest images to one: of its own class and of other classes.
type neighbours struct {
	own, other float64
	class      int32 // of the other
}

// labelErrors compares every image with all others.
func labelErrors(ctx context.Context, s *Set, c *classes, o Options, matched float64) ([]LabelError, error) {
	near := make([]neighbours, len(s.Samples))
	var next atomic.Int64
	err := parallel.Each(ctx, o.Workers, o.Workers, func(ctx context.Context, _ int) error {
		scores := make([]float32, len(s.Samples))
		for ctx.Err() == nil {
			i := int(next.Add(1) - 1)
			if i >= len(s.Samples) {
				return nil
			}
			kernel.DotBlock(scores, s.Embeddings[i*s.Dim:(i+1)*s.Dim], s.Embeddings, s.Dim)
			near[i] = nearest(s, c, i, scores)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	var list []LabelError
	for i, x := range s.Samples {
		if n := near[i]; x.Refused == "" && x.Label != "" && !math.IsInf(n.own, -1) && n.own < matched && n.other >= matched {
			list = append(list, LabelError{Path: x.Path, Label: x.Label, Own: n.own, Other: c.labels[n.class], Score: n.other})
		}
	}
	slices.SortStableFunc(list, func(a, b LabelError) int { return cmp.Compare(b.Score-b.Own, a.Score-a.Own) })
	return list[:min(len(list), maxSuspects)], nil
}

func nearest(s *Set, c *classes, i int, scores []float32) neighbours {
	n := neighbours{own: math.Inf(-1), other: math.Inf(-1), class: -1}
	for j, v := range scores {
		score := float64(v)
		switch {
		case j == i || s.Samples[j].Refused != "" || c.isStranger(j) || c.neutral(i, j):
		case c.of[j] == c.of[i]:
			n.own = max(n.own, score)
		case score > n.other:
			n.other, n.class = score, c.of[j]
		}
	}
	return n
}

// String describes the error in one line.
func (s LabelError) String() string {
	return fmt.Sprintf("%s: %.3f with %q, %.3f with its own class", s.Path, s.Score, s.Other, s.Own)
}
