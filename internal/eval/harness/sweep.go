package harness

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
)

// Sweep measures the robustness of a system that embeds pictures: it disturbs the
// references of a data set and looks them up.
func Sweep(ctx context.Context, folder *dataset.Folder, sys System) (*eval.Sweep, error) {
	if sys.Embed == nil {
		return nil, fmt.Errorf("a sweep makes new pictures and embeds them: it cannot judge %q", sys.Name)
	}
	clean, pictures, err := cleanReferences(folder, sys)
	if err != nil {
		return nil, err
	}
	sweep := &eval.Sweep{Model: sys.Name}
	for _, family := range capturesim.Families() {
		for level := 1; level <= capturesim.Levels; level++ {
			vectors, err := parallel.Map(ctx, 0, pictures, func(_ context.Context, p labelled) ([]float32, error) {
				return sys.Embed(capturesim.Sweep(family, level, p.picture, p.seed)), nil
			})
			if err != nil {
				return nil, err
			}
			set := *clean
			set.Embeddings = append([]float32(nil), clean.Embeddings...)
			for i, p := range pictures {
				set.Samples = append(set.Samples, eval.Sample{Sample: dataset.Sample{Path: fmt.Sprintf("%s/disturbed", p.label), Label: p.label}})
				set.Embeddings = append(set.Embeddings, vectors[i]...)
			}
			result, err := eval.Evaluate(ctx, &set, eval.Options{Protocol: eval.ReferenceProbe})
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

// cleanReferences returns one reference of each class of a data set, and the first
// picture of a class without references.
func cleanReferences(folder *dataset.Folder, sys System) (*eval.Set, []labelled, error) {
	set := &eval.Set{Name: filepath.Base(filepath.Clean(folder.Root)), Model: sys.Name, Dim: sys.Dim}
	var pictures []labelled
	seen := map[string]bool{}
	for _, referencesOnly := range []bool{true, false} {
		for i, s := range folder.Samples {
			if s.Label == "" || seen[s.Label] || referencesOnly && !s.IsReference {
				continue
			}
			data, err := readPicture(folder, s)
			if err != nil {
				return nil, nil, err
			}
			picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
			if err != nil {
				continue // Judge reports what it refuses
			}
			seen[s.Label] = true
			s.IsReference = true
			set.Samples = append(set.Samples, eval.Sample{Sample: s})
			set.Embeddings = append(set.Embeddings, sys.Embed(picture)...)
			pictures = append(pictures, labelled{s.Label, picture, uint64(i)})
		}
	}
	return set, pictures, nil
}
