package main

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/augment"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
	"exemplar/internal/weights"
)

// system is what is judged: it makes a vector of a picture, or brings the
// vectors of a whole data set along.
type system struct {
	name   string
	dim    int
	model  *exemplar.Model                        // of ours, else nil
	engine *recognise.Model                       // the same, where verify is set
	embed  func(*imaging.Image) []float32         // nil where file says
	turn   func(picture *imaging.Image) []float32 // (k,dim) for references; nil: upright only
	file   string                                 // an npy, "set.npy,strangers.npy" where there are strangers

	// Instead of vectors: scores, captures x references.
	matrix string // an npy
	verify bool   // what a gallery of the model says
}

// scored reports whether a system has scores and no vectors.
func (sys *system) scored() bool { return sys.matrix != "" || sys.verify }

// ofStrangers is the system as it judges the strangers.
func (sys system) ofStrangers() system {
	if _, strangers, ok := strings.Cut(sys.file, ","); ok {
		sys.file = strangers
	}
	return sys
}

// systems lists what the flags ask to be judged, ours first.
func (f *evalFlags) systems() ([]system, error) {
	paths := f.models
	if len(paths) == 0 && len(f.embeddings)+len(f.matrices) == 0 {
		paths = []string{""}
	}
	var all []system
	for _, path := range paths {
		m, err := exemplar.OpenModel(path)
		if err != nil {
			return nil, err
		}
		name := "exemplar"
		if path != "" {
			name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		}
		engine, err := recognise.OpenModel(path) // the doors that only we go through
		if err != nil {
			return nil, err
		}
		all = append(all, system{name: name, dim: m.Dim(), model: m, embed: engine.Embed, turn: engine.EmbedTurned})
		if c := engine.Calibration; f.verify && c != nil && c.Proof != nil { // else there is nothing but the embedding
			all = append(all, system{name: name + ", whole decision", model: m, engine: engine, verify: true})
		}
	}
	for _, text := range f.embeddings {
		name, file, ok := strings.Cut(text, "=")
		if _, _, pair := strings.Cut(file, ","); !ok || pair != (f.strangers != "") {
			return nil, fmt.Errorf("--embeddings %q: want NAME=FILE.npy, or NAME=SET.npy,STRANGERS.npy with --strangers", text)
		}
		all = append(all, system{name: name, file: file})
	}
	for _, text := range f.matrices {
		name, file, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--matrix %q: want NAME=FILE.npy", text)
		}
		all = append(all, system{name: name, matrix: file})
	}
	if f.baselines {
		all = append(all, system{name: "perceptual hash", dim: eval.HashDim, embed: eval.HashDCT},
			system{name: "16 x 16 colour", dim: eval.ColorDim, embed: eval.Color16})
	}
	return all, nil
}

// row is one picture of a data set under a system.
type row struct {
	vector  []float32
	turned  []float32
	hash    string
	refused string
}

// embedSet makes the set of a data set and a system.
func embedSet(cmd *cobra.Command, folder *dataset.Folder, sys system) (*eval.Set, error) {
	set := &eval.Set{Name: filepath.Base(filepath.Clean(folder.Root)), Model: sys.name, Ignore: folder.Ignore, Dim: sys.dim}
	progress := newProgress("embedding "+set.Name, len(folder.Samples))
	err := inOrder(cmd.Context(), folder.Samples, func(s dataset.Sample) (row, error) {
		return sys.row(folder, s)
	}, func(s dataset.Sample, r row) error {
		progress.step(1)
		set.Samples = append(set.Samples, eval.Sample{Sample: s, Refused: r.refused, Hash: r.hash})
		set.Embeddings = append(set.Embeddings, r.vector...)
		set.Turned = append(set.Turned, r.turned)
		return nil
	})
	progress.clear()
	if err == nil && sys.file != "" {
		file, _, _ := strings.Cut(sys.file, ",")
		set.Embeddings, set.Dim, err = eval.ReadEmbeddings(file, len(set.Samples))
	}
	return set, err
}

func (sys *system) row(folder *dataset.Folder, s dataset.Sample) (row, error) {
	data, err := readSampleFile(folder.Root, s)
	if err != nil {
		return row{vector: make([]float32, sys.dim), refused: err.Error()}, nil
	}
	r := row{hash: fmt.Sprintf("%x", sha256.Sum256(data))}
	if sys.file != "" || sys.matrix != "" {
		return r, nil
	}
	picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return row{vector: make([]float32, sys.dim), refused: err.Error()}, nil
	}
	if sys.verify {
		return r, nil
	}
	r.vector = sys.embed(picture)
	if s.IsReference && sys.turn != nil {
		r.turned = sys.turn(picture)
	}
	return r, nil
}

func readSampleFile(root string, s dataset.Sample) ([]byte, error) {
	return input{name: filepath.Join(root, filepath.FromSlash(s.Path))}.read()
}

// addStrangers adds pictures of no class to a set that is to have scores.
func addStrangers(set, strangers *eval.Set) {
	for _, x := range strangers.Samples {
		x.Path = strangers.Name + "/" + x.Path
		x.Label, x.IsReference, x.Condition = "", false, ""
		set.Samples = append(set.Samples, x)
	}
	set.Turned = nil // it is of vectors
}

// readMatrix gives a set the scores in a file: a row for each of its captures, a
// column for each reference of the whole set, of which those that the set has
// kept are taken.
func readMatrix(set, whole *eval.Set, path string) error {
	data, err := weights.ReadFile(path)
	if err != nil {
		return err
	}
	matrix, err := weights.ParseNpy(data)
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

// isReference reports whether a sample is a reference of a class.
func isReference(x dataset.Sample) bool { return x.IsReference && x.Label != "" }

// split lists a set's references and its captures, without those that were
// refused.
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

// reader reads a picture of a set, its strangers included.
type reader func(x dataset.Sample) ([]byte, error)

// readerFor reads from a data set's root. The path of a stranger that was added
// begins with the name of the strangers' folder.
func readerFor(root, strangers string) reader {
	return func(x dataset.Sample) ([]byte, error) {
		data, err := readSampleFile(root, x)
		if err != nil && strangers != "" && x.Label == "" {
			return readSampleFile(filepath.Dir(filepath.Clean(strangers)), x)
		}
		return data, err
	}
}

// sweepSet judges a system on its data set's references, disturbed.
func sweepSet(cmd *cobra.Command, folder *dataset.Folder, sys system) (*eval.Sweep, error) {
	if sys.embed == nil {
		return nil, fmt.Errorf("--sweep makes new pictures: it cannot judge what %s made of others", sys.name)
	}
	clean, pictures, err := cleanReferences(folder, sys)
	if err != nil {
		return nil, err
	}
	sweep := &eval.Sweep{Model: sys.name}
	for _, family := range augment.Families() {
		for level := 1; level <= augment.Levels; level++ {
			set := *clean
			set.Embeddings = append([]float32(nil), clean.Embeddings...)
			err := inOrder(cmd.Context(), pictures, func(p labelled) ([]float32, error) {
				return sys.embed(augment.Sweep(family, level, p.picture, p.seed)), nil
			}, func(p labelled, vector []float32) error {
				set.Samples = append(set.Samples, eval.Sample{Sample: dataset.Sample{Path: fmt.Sprintf("%s/disturbed", p.label), Label: p.label}})
				set.Embeddings = append(set.Embeddings, vector...)
				return nil
			})
			if err != nil {
				return nil, err
			}
			result, err := eval.Evaluate(cmd.Context(), &set, eval.Options{Protocol: eval.ReferenceProbe})
			if err != nil {
				return nil, err
			}
			if result.Verification == nil {
				return nil, fmt.Errorf("sweep of %s: %s", clean.Name, strings.Join(result.Notes, "; "))
			}
			sweep.Add(family, level, result.Verification)
		}
	}
	return sweep, nil
}

type labelled struct {
	label   string
	picture *imaging.Image
	seed    uint64
}

// cleanReferences returns the references of a data set alone, one of each
// class, or the first picture of each class where there are none.
func cleanReferences(folder *dataset.Folder, sys system) (*eval.Set, []labelled, error) {
	set := &eval.Set{Name: filepath.Base(filepath.Clean(folder.Root)), Model: sys.name, Dim: sys.dim}
	var pictures []labelled
	seen := map[string]bool{}
	for _, referencesOnly := range []bool{true, false} {
		for i, s := range folder.Samples {
			if s.Label == "" || seen[s.Label] || referencesOnly && !s.IsReference {
				continue
			}
			data, err := readSampleFile(folder.Root, s)
			if err != nil {
				return nil, nil, err
			}
			picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
			if err != nil {
				continue // eval reports what it refuses
			}
			seen[s.Label] = true
			s.IsReference = true
			set.Samples = append(set.Samples, eval.Sample{Sample: s})
			set.Embeddings = append(set.Embeddings, sys.embed(picture)...)
			pictures = append(pictures, labelled{s.Label, picture, uint64(i)})
		}
	}
	return set, pictures, nil
}

// thumbHeight is the height in pixels of a report's pictures.
const thumbHeight = 120

// thumbnails reads small pictures for a report from the data sets.
func thumbnails(folders []*dataset.Folder, strangers string) eval.Thumb {
	readers := map[string]reader{}
	for _, folder := range folders {
		readers[filepath.Base(filepath.Clean(folder.Root))] = readerFor(folder.Root, strangers)
	}
	return func(set *eval.Set, sample int) []byte {
		data, err := readers[set.Name](set.Samples[sample].Sample)
		if err != nil {
			return nil
		}
		picture, _, err := imaging.DecodeAtLeast(data, thumbHeight, imaging.DefaultLimits)
		if err != nil {
			return nil
		}
		return imaging.EncodeJPEG(imaging.FitWithin(picture, thumbHeight), 75)
	}
}
