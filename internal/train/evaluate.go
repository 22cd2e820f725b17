package train

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/eval"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
)

// Names of the figures of an evaluation. FigureTPR decides which network is the best so far.
const (
	FigureTPR   = "TPR at FPR 1e-4"
	FigureRank1 = "rank-1"
)

// evaluator measures a network on a folder of references and captures. It uses every second class of the sorted order
// (the 1st, 3rd, ...) only: figures on the others can be reported, since no network was chosen by them.
type evaluator struct {
	set    eval.Set
	images []*imaging.Image
}

// newEvaluator reads the images of a set and keeps them at twice the side, in pixels, of the largest input.
func newEvaluator(root string, side int) (*evaluator, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	labels := folder.Labels()
	e := &evaluator{set: eval.Set{Name: filepath.Base(root), Ignore: folder.Ignore}}
	for _, s := range folder.Samples {
		at, found := slices.BinarySearch(labels, s.Label)
		if !found || at%2 == 1 {
			continue
		}
		m, err := readImage(filepath.Join(root, filepath.FromSlash(s.Path)), side)
		if err != nil {
			return nil, fmt.Errorf("evaluation set: %w", err)
		}
		e.images = append(e.images, m)
		e.set.Samples = append(e.set.Samples, eval.Sample{Sample: s})
	}
	e.set.Ignore = slices.DeleteFunc(slices.Clone(e.set.Ignore), func(p dataset.PathLabel) bool {
		return !slices.ContainsFunc(e.set.Samples, func(s eval.Sample) bool { return s.Path == p.Path })
	})
	if len(e.images) == 0 {
		return nil, fmt.Errorf("evaluation set %q: %w with a label", root, dataset.ErrNoImages)
	}
	return e, nil
}

func readImage(path string, side int) (*imaging.Image, error) {
	data, err := fileio.ReadFile(path, imaging.DefaultLimits.Bytes)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.DecodeAtLeast(data, 2*side, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	return imaging.FitWithin(m, 2*side), nil
}

// evaluate returns the figures of a bundle.
func (e *evaluator) evaluate(ctx context.Context, b *embed.Bundle) (map[string]float64, error) {
	set := e.set
	set.Dim = b.Arch.Embedding
	set.Embeddings = embedAll(b.Freeze(), e.images)
	result, err := eval.Evaluate(ctx, &set, eval.Options{})
	if err != nil {
		return nil, err
	}
	figures := map[string]float64{}
	if v := result.Verification; v != nil {
		figures[FigureTPR] = v.At(1e-4).TPR
	}
	if id := result.Identification; id != nil {
		figures[FigureRank1] = id.Ranks[0]
	}
	return figures, nil
}

// embedAll embeds pictures on all cores.
func embedAll(n *embed.Network, images []*imaging.Image) []float32 {
	out := make([]float32, len(images)*n.Arch.Embedding)
	eachPart(len(images), func(from, to int) {
		for i := from; i < to; i++ {
			pixels := imaging.ResizeArea(images[i], n.Arch.Input, n.Arch.Input).Pix
			n.Embed(out[i*n.Arch.Embedding:][:n.Arch.Embedding], pixels, 1)
		}
	})
	return out
}

// eachPart splits [0, n) into one part per core and runs them at once.
func eachPart(n int, f func(from, to int)) {
	parts := min(n, runtime.GOMAXPROCS(0))
	_ = parallel.Each(context.Background(), 0, parts, func(_ context.Context, p int) error {
		f(p*n/parts, (p+1)*n/parts)
		return nil
	})
}
