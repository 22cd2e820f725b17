package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/augment"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
)

// system is what is judged: it makes a vector of a picture, or brings the
// vectors of a whole data set along.
type system struct {
	name  string
	dim   int
	model *exemplar.Model                        // of ours, else nil
	embed func(*imaging.Image) []float32         // nil where file says
	turn  func(picture *imaging.Image) []float32 // (k,dim) for references; nil: upright only
	file  string                                 // an npy
}

// systems lists what the flags ask to be judged, ours first.
func (f *evalFlags) systems() ([]system, error) {
	paths := f.models
	if len(paths) == 0 && len(f.embeddings) == 0 {
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
		all = append(all, system{name: name, dim: m.Dim(), model: m, embed: m.EmbedImage, turn: m.EmbedTurned})
	}
	for _, text := range f.embeddings {
		name, file, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--embeddings %q: want NAME=FILE.npy", text)
		}
		all = append(all, system{name: name, file: file})
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
		set.Embeddings, set.Dim, err = eval.ReadEmbeddings(sys.file, len(set.Samples))
	}
	return set, err
}

func (sys *system) row(folder *dataset.Folder, s dataset.Sample) (row, error) {
	data, err := readSampleFile(folder.Root, s)
	if err != nil {
		return row{vector: make([]float32, sys.dim), refused: err.Error()}, nil
	}
	r := row{hash: fmt.Sprintf("%x", sha256.Sum256(data))}
	if sys.file != "" {
		return r, nil
	}
	picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return row{vector: make([]float32, sys.dim), refused: err.Error()}, nil
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

// decideSet registers the references of a data set, classifies its other
// pictures, and returns the answers in their order.
func decideSet(ctx context.Context, folder *dataset.Folder, set *eval.Set, sys system, fpir float64) ([]eval.Answer, error) {
	if sys.model == nil {
		return nil, nil // another system's vectors carry no decisions
	}
	temporary, err := os.MkdirTemp("", "exemplar-eval-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temporary)
	g, err := exemplar.Open(filepath.Join(temporary, "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite, Model: sys.model, FPIR: fpir})
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var probes []dataset.Sample
	for i, s := range folder.Samples {
		if !s.IsReference || s.Label == "" {
			probes = append(probes, s)
			continue
		}
		if set.Samples[i].Refused != "" {
			continue
		}
		data, err := readSampleFile(folder.Root, s)
		if err != nil {
			return nil, err
		}
		if _, err := g.Register(ctx, []exemplar.Item{{Label: s.Label, Source: s.Path, Data: data}}, exemplar.RegisterOptions{}); err != nil {
			return nil, err
		}
	}
	var answers []eval.Answer
	err = inOrder(ctx, probes, func(s dataset.Sample) (exemplar.Answer, error) {
		data, err := readSampleFile(folder.Root, s)
		if err != nil {
			return exemplar.Answer{Decision: exemplar.Refused}, nil
		}
		return g.Classify(ctx, data)
	}, func(_ dataset.Sample, a exemplar.Answer) error {
		answers = append(answers, eval.Answer{Outcome: eval.Outcome(a.Decision), Label: a.Label})
		return nil
	})
	return answers, err
}

// sweepSet judges a system on its data set's references, disturbed.
func sweepSet(cmd *cobra.Command, folder *dataset.Folder, sys system) (*eval.Sweep, error) {
	if sys.embed == nil {
		return nil, fmt.Errorf("--sweep makes new pictures: it cannot judge the vectors of %s", sys.file)
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
func thumbnails(folders []*dataset.Folder) eval.Thumb {
	roots := map[string]string{}
	for _, folder := range folders {
		roots[filepath.Base(filepath.Clean(folder.Root))] = folder.Root
	}
	return func(set *eval.Set, sample int) []byte {
		data, err := readSampleFile(roots[set.Name], set.Samples[sample].Sample)
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
