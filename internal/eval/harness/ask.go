package harness

import (
	"context"
	"fmt"
	"slices"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/parallel"
)

// askGallery registers the references of a set in a gallery. It adds to the set what the
// gallery says about the other pictures: scores, answers, and answers in open sets.
func askGallery(ctx context.Context, set *eval.Set, sys System, read reader, o Options) error {
	g, err := NewGallery(sys.Gallery, o.FPIR)
	if err != nil {
		return fmt.Errorf("%s: %w", sys.Name, err)
	}
	defer g.Close()
	if err := registerAll(ctx, g, set, read); err != nil {
		return err
	}
	references, captures := split(set)
	step, end := o.progress("recognising in "+set.Name, 3*len(captures))
	defer end()
	if set.Scores, err = g.matrix(ctx, references, captures, read, step); err != nil {
		return err
	}
	var known, strangers []Capture
	for _, x := range set.Samples {
		c := Capture{Path: x.Path, Label: x.Label, Ignored: ignored(set, x), Read: func() ([]byte, error) { return read.file(x.Sample) }}
		switch _, registered := slices.BinarySearch(g.Labels(), x.Label); {
		case isReference(x.Sample):
		case registered:
			known = append(known, c)
		default:
			strangers = append(strangers, c)
		}
	}
	if set.Probes, err = g.Probes(ctx, known, ProbeOptions{Step: step}); err != nil {
		return err
	}
	lookups, err := g.Strangers(ctx, strangers, step)
	if err != nil {
		return err
	}
	for i, l := range lookups {
		if strangers[i].Label == "" { // the others have a label without a reference: a label above theirs would be right
			set.Strangers = append(set.Strangers, l)
		}
	}
	set.Answers = answers(set, strangers, lookups)
	return nil
}

func registerAll(ctx context.Context, g *Gallery, set *eval.Set, read reader) error {
	var list []Reference
	references, _ := split(set)
	for _, x := range references {
		data, err := read.file(x.Sample)
		if err != nil {
			return err
		}
		list = append(list, Reference{x.Label, x.Path, data})
	}
	refused, err := g.Register(ctx, list)
	for i, x := range set.Samples {
		if why := refused[x.Path]; why != nil && isReference(x.Sample) {
			set.Samples[i].Refused = why.Error()
		}
	}
	return err
}

// refusedScore is that of a picture which cannot be used: below all others.
const refusedScore = -100

// matrix is the scores of captures (rows) against references.
func (g *Gallery) matrix(ctx context.Context, references, captures []eval.Sample, read reader, step func()) ([]float32, error) {
	rows, err := parallel.Map(ctx, 0, captures, func(ctx context.Context, x eval.Sample) ([]float32, error) {
		defer step()
		data, err := read.file(x.Sample)
		if err != nil {
			return nil, err
		}
		scores, err := g.Scores(ctx, data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.Path, err)
		}
		row := make([]float32, len(references))
		for i, r := range references {
			score, ok := scores[r.Label]
			switch {
			case scores == nil:
				score = refusedScore
			case !ok:
				return nil, fmt.Errorf("%s: no score for %q", x.Path, r.Label)
			}
			row[i] = float32(score)
		}
		return row, nil
	})
	return slices.Concat(append([][]float32{{}}, rows...)...), err
}

func ignored(set *eval.Set, x eval.Sample) []string {
	f := dataset.Folder{Ignore: set.Ignore}
	return f.Ignored(x.Sample)
}

// answers puts the lookups into the order of the set's samples.
func answers(set *eval.Set, strangers []Capture, lookups []eval.Lookup) []eval.Answer {
	given := map[string]eval.Answer{}
	for _, p := range set.Probes {
		given[p.Path] = p.Registered.Answer
	}
	for i, c := range strangers {
		given[c.Path] = lookups[i].Answer
	}
	list := []eval.Answer{}
	for _, x := range set.Samples {
		if !isReference(x.Sample) {
			list = append(list, given[x.Path])
		}
	}
	return list
}
