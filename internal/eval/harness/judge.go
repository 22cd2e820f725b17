package harness

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/tensorfile"
)

// Options say how a system is judged.
type Options struct {
	Strangers string        // a folder of pictures that belong to no class; "" for none
	Depth     int           // cut labels to so many parts; 0: not at all
	FPIR      float64       // share of strangers that a gallery may accept
	Protocol  eval.Protocol // of the verification of vectors
	Seed      uint64
	// Progress is told what begins and its number of steps. It returns a function to call
	// after each step, from several goroutines, and one to call at the end. It may be nil.
	Progress func(doing string, steps int) (step, end func())
}

func (o *Options) progress(doing string, steps int) (step, end func()) {
	if o.Progress == nil {
		return func() {}, func() {}
	}
	return o.Progress(doing, steps)
}

// NoReferences says why no gallery can be judged on a folder without references.
const NoReferences = "nothing could be registered, because no picture is marked as a reference: end the name of one picture in each folder in _ref, such as card/front_ref.jpg"

// NoCaptures says why no gallery can be judged on a folder without captures.
const NoCaptures = "nothing could be looked up, because every picture is marked as a reference: add photos of the documents with names that do not end in _ref"

// Judge judges a system on a data set. If the system is a gallery and the folder has no
// references or no captures, the result holds only the note [NoReferences] or
// [NoCaptures].
func Judge(ctx context.Context, folder *dataset.Folder, sys System, o Options) (*eval.Result, error) {
	set, err := newSet(ctx, folder, sys, o)
	if err != nil {
		return nil, err
	}
	whole := set
	if o.Depth > 0 {
		set = set.AtDepth(o.Depth)
	}
	if o.Strangers != "" {
		if set, err = addStrangers(ctx, set, sys, o); err != nil {
			return nil, err
		}
	}
	switch {
	case sys.Matrix != "":
		err = readMatrix(set, whole, sys.Matrix)
	case sys.Gallery != nil:
		lacking := func(note string) (*eval.Result, error) {
			return &eval.Result{Name: set.Name, Model: set.Model, Images: len(set.Samples), Notes: []string{note}}, nil
		}
		switch references, captures := split(set); {
		case len(references) == 0:
			return lacking(NoReferences)
		case len(captures) == 0:
			return lacking(NoCaptures)
		}
		err = askGallery(ctx, set, sys, reader{folder.Root, o.Strangers}, o)
	}
	if err != nil {
		return nil, err
	}
	return eval.Evaluate(ctx, set, eval.Options{Protocol: o.Protocol, Seed: o.Seed})
}

// row is one picture of a data set under a system.
type row struct {
	vector  []float32
	turned  []float32
	hash    string
	refused string
}

// newSet makes the set of a data set and a system.
func newSet(ctx context.Context, folder *dataset.Folder, sys System, o Options) (*eval.Set, error) {
	set := &eval.Set{Name: filepath.Base(filepath.Clean(folder.Root)), Model: sys.Name, Ignore: folder.Ignore, Dim: sys.Dim}
	step, end := o.progress("reading "+set.Name, len(folder.Samples))
	defer end()
	rows, err := parallel.Map(ctx, 0, folder.Samples, func(_ context.Context, s dataset.Sample) (row, error) {
		defer step()
		return sys.row(folder, s), nil
	})
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		set.Samples = append(set.Samples, eval.Sample{Sample: folder.Samples[i], Refused: r.refused, Hash: r.hash})
		set.Embeddings = append(set.Embeddings, r.vector...)
		set.Turned = append(set.Turned, r.turned)
	}
	if sys.Vectors != "" {
		file, _, _ := strings.Cut(sys.Vectors, ",")
		set.Embeddings, set.Dim, err = eval.ReadEmbeddings(file, len(set.Samples))
	}
	return set, err
}

func (s *System) row(folder *dataset.Folder, x dataset.Sample) row {
	refused := func(err error) row { return row{vector: make([]float32, s.Dim), refused: err.Error()} }
	data, err := folder.Read(x)
	if err != nil {
		return refused(err)
	}
	r := row{hash: fmt.Sprintf("%x", sha256.Sum256(data))}
	if s.Vectors != "" || s.Matrix != "" { // another system has read the pictures
		return r
	}
	if data, err = firstPage(data); err != nil {
		return refused(err)
	}
	picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return refused(err)
	}
	if s.Embed == nil {
		return r
	}
	r.vector = s.Embed(picture)
	if x.IsReference && s.Turn != nil {
		r.turned = s.Turn(picture)
	}
	return r
}

// addStrangers adds the pictures of another folder to a set.
func addStrangers(ctx context.Context, set *eval.Set, sys System, o Options) (*eval.Set, error) {
	folder, err := dataset.ReadFolder(o.Strangers)
	if err != nil {
		return nil, err
	}
	strangers, err := newSet(ctx, folder, sys.ofStrangers(), o)
	if err != nil {
		return nil, err
	}
	if !sys.hasScores() {
		return set.WithStrangers(strangers)
	}
	for _, x := range strangers.Samples {
		x.Path = strangers.Name + "/" + x.Path
		x.Label, x.IsReference, x.Condition = "", false, ""
		set.Samples = append(set.Samples, x)
	}
	set.Turned = nil // a set of scores has no vectors
	return set, nil
}

// readMatrix gives a set the scores in a file. The file has a row for each capture of the
// set, and a column for each reference of the whole set; only columns of references that
// the set has kept are used.
func readMatrix(set, whole *eval.Set, path string) error {
	data, err := tensorfile.ReadFile(path)
	if err != nil {
		return err
	}
	matrix, err := tensorfile.ParseNpy(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	references, captures := split(set)
	columns, _ := split(whole)
	if len(matrix.Shape) != 2 || matrix.Shape[0] != len(captures) || matrix.Shape[1] != len(columns) {
		return fmt.Errorf("%s: shape %v for %d captures and %d references: want a row for each capture, a column for each reference", path, matrix.Shape, len(captures), len(columns))
	}
	scores, err := matrix.Float32s()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	kept := map[string]bool{}
	for _, r := range references {
		kept[r.Path] = true
	}
	set.Scores = make([]float32, 0, len(references)*len(captures))
	for i, v := range scores {
		if kept[columns[i%len(columns)].Path] {
			set.Scores = append(set.Scores, v)
		}
	}
	return nil
}

// split lists the references and the captures of a set that were not refused.
func split(set *eval.Set) (references, captures []eval.Sample) {
	for _, x := range set.Samples {
		switch {
		case x.Refused != "":
		case isReference(x.Sample):
			references = append(references, x)
		default:
			captures = append(captures, x)
		}
	}
	return references, captures
}

// isReference reports whether a sample is a reference of a class.
func isReference(x dataset.Sample) bool { return x.IsReference && x.Label != "" }
