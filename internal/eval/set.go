package eval

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/kernel"
)

// Errors that say what a data set lacks.
var (
	ErrNoSamples = errors.New("no images to judge")
	ErrNoMated   = errors.New("no two images of one class: nothing should match")
	ErrNoOther   = errors.New("a single class: nothing should be told apart")
)

// Sample is one image of a [Set].
type Sample struct {
	dataset.Sample
	Refused string // why the image could not be used; it is counted and takes part in no pair
	Hash    string // of the file's bytes, to find duplicates; "" when unknown
}

// enrolled reports whether the sample is registered: a reference of a class.
func (x Sample) enrolled() bool { return x.IsReference && x.Label != "" }

// Set is what is judged: samples with the embeddings or the scores of one model. A sample
// without a label is a stranger: it belongs to no class, it is never registered, and two
// strangers form no pair.
//
// Either Embeddings or Scores is set.
type Set struct {
	Name    string
	Model   string // names the model in reports that show several
	Samples []Sample
	Ignore  []dataset.PathLabel // pairs that count neither as mated nor as non-mated

	Dim        int
	Embeddings []float32   // len(Samples) x Dim, L2-normalised; rows of refused samples are not read
	Turned     [][]float32 // nil, or for sample i more embeddings (k x Dim), of the turned picture; used if it is a reference

	// Scores is a matrix of captures x references, both in the order of Samples and
	// without refused ones. Strangers are captures. Without captures or references it is
	// empty, but not nil.
	Scores []float32

	// Answers are decisions on the captures, in the order of Samples without references.
	// It is nil if none were taken.
	Answers []Answer

	// Probes are lookups of the captures whose labels are registered, with their own label
	// present and left out. Strangers are lookups of pictures without a label.
	Probes    []Probe
	Strangers []Lookup
}

// AtDepth returns the set with labels cut to their first depth parts. It leaves out a
// reference of a deeper label if the cut label has references of its own: then the parent
// alone is registered, and captures of its sub-labels must be recognised as the parent.
// It serves sets of embeddings without answers.
func (s *Set) AtDepth(depth int) *Set {
	own := map[string]bool{}
	for _, x := range s.Samples {
		if x.IsReference && x.Label == cutLabel(x.Label, depth) {
			own[x.Label] = true
		}
	}
	out := &Set{Name: s.Name, Model: s.Model, Dim: s.Dim}
	for _, p := range s.Ignore {
		out.Ignore = append(out.Ignore, dataset.PathLabel{Path: p.Path, Label: cutLabel(p.Label, depth)})
	}
	for i, x := range s.Samples {
		cut := cutLabel(x.Label, depth)
		if x.IsReference && own[cut] && x.Label != cut {
			continue
		}
		x.Label = cut
		out.Samples = append(out.Samples, x)
		out.Embeddings = append(out.Embeddings, s.Embeddings[i*s.Dim:(i+1)*s.Dim]...)
		if s.Turned != nil {
			out.Turned = append(out.Turned, s.Turned[i])
		}
	}
	return out
}

// OfCaptures returns a set of scores with all references, and the captures for which keep
// returns true.
func (s *Set) OfCaptures(keep func(Sample) bool) *Set {
	out := *s
	out.Samples, out.Scores, out.Answers = nil, []float32{}, nil
	width, row := 0, 0
	for _, x := range s.Samples {
		if x.enrolled() && x.Refused == "" {
			width++
		}
	}
	for _, x := range s.Samples {
		kept := x.enrolled() || keep(x)
		if kept {
			out.Samples = append(out.Samples, x)
		}
		if x.enrolled() || x.Refused != "" {
			continue
		}
		if kept {
			out.Scores = append(out.Scores, s.Scores[row*width:(row+1)*width]...)
		}
		row++
	}
	return &out
}

func cutLabel(label string, depth int) string {
	names := strings.Split(label, "/")
	return strings.Join(names[:min(depth, len(names))], "/")
}

// WithStrangers returns the set with the images of another set as strangers. Both must
// hold embeddings of one model.
func (s *Set) WithStrangers(other *Set) (*Set, error) {
	if s.Dim != other.Dim || s.Embeddings == nil || other.Embeddings == nil {
		return nil, fmt.Errorf("add strangers of %q to %q: embeddings of %d and %d values", other.Name, s.Name, other.Dim, s.Dim)
	}
	out := *s
	out.Samples = slices.Clone(s.Samples)
	for _, x := range other.Samples {
		x.Path = other.Name + "/" + x.Path
		x.Label, x.IsReference, x.Condition = "", false, ""
		out.Samples = append(out.Samples, x)
	}
	out.Embeddings = slices.Concat(s.Embeddings, other.Embeddings)
	if s.Turned != nil {
		out.Turned = slices.Concat(s.Turned, make([][]float32, len(other.Samples)))
	}
	out.Answers = nil
	return &out, nil
}

// check returns an error for wrong lengths, values that are not numbers, and vectors whose
// length is not 1.
func (s *Set) check() error {
	if len(s.Samples) == 0 {
		return ErrNoSamples
	}
	if s.Turned != nil && len(s.Turned) != len(s.Samples) {
		return fmt.Errorf("turned embeddings for %d of %d images", len(s.Turned), len(s.Samples))
	}
	if s.Scores != nil {
		return s.checkScores()
	}
	if s.Dim <= 0 || len(s.Embeddings) != len(s.Samples)*s.Dim {
		return fmt.Errorf("%d embedding values for %d images of %d", len(s.Embeddings), len(s.Samples), s.Dim)
	}
	for i, x := range s.Samples {
		if x.Refused != "" {
			continue
		}
		if n := kernel.Norm(s.Embeddings[i*s.Dim : (i+1)*s.Dim]); !(math.Abs(n-1) < 1e-3) {
			return fmt.Errorf("embedding of %q has length %.4g, want 1: normalise the vectors", x.Path, n)
		}
	}
	return nil
}

func (s *Set) checkScores() error {
	captures, references := 0, 0
	for _, x := range s.Samples {
		switch {
		case x.Refused != "":
		case x.enrolled():
			references++
		default:
			captures++
		}
	}
	if len(s.Scores) != captures*references {
		return fmt.Errorf("%d scores for %d captures x %d references", len(s.Scores), captures, references)
	}
	for i, v := range s.Scores {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("score of capture %d, reference %d is %g: want a finite number", i/references, i%references, v)
		}
	}
	return nil
}

// normalize scales every row of x (n x dim) to length one; rows of zeros stay.
func normalize(x []float32, dim int) {
	for ; len(x) >= dim && dim > 0; x = x[dim:] {
		row := x[:dim]
		n := kernel.Norm(row)
		if n == 0 {
			continue
		}
		for i, v := range row {
			row[i] = float32(float64(v) / n)
		}
	}
}
