package main

import (
	"context"
	"fmt"
	"path/filepath"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// captureSide is the size of the simulator's captures in pixels: that of documents cut
// out of photos.
const captureSide = 256

// drawnSet draws n documents, each of another design, and captures each once.
func drawnSet(m *recognise.Model, n int, seed uint64) (*eval.Set, error) {
	kinds, capture := synthdoc.Kinds(), capturesim.NewCapture(capturesim.Full())
	return embedded("drawn", m, 2*n, func(i int) (eval.Sample, *imaging.Image, error) {
		at := seed<<32 + uint64(i/2)
		picture := synthdoc.Draw(synthdoc.Document{Kind: kinds[i/2%len(kinds)], Template: at, Content: at})
		x := eval.Sample{Sample: dataset.Sample{Path: fmt.Sprintf("%d/%d", i/2, i%2), Label: fmt.Sprint(i / 2), IsReference: i%2 == 0}}
		if x.IsReference {
			return x, picture, nil
		}
		captured := imaging.NewImage(captureSide, captureSide)
		capture.View(captured.Pix, captureSide, picture, at)
		return x, captured, nil
	})
}

// folderSet is a set of real captures.
func folderSet(m *recognise.Model, root string) (*eval.Set, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	set, err := embedded(filepath.Base(root), m, len(folder.Samples), func(i int) (eval.Sample, *imaging.Image, error) {
		x := folder.Samples[i]
		data, err := folder.Read(x)
		if err != nil {
			return eval.Sample{}, nil, err
		}
		picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
		return eval.Sample{Sample: x}, picture, err
	})
	if err == nil {
		set.Ignore = folder.Ignore
	}
	return set, err
}

// embedded makes a set of n pictures, on all cores.
func embedded(name string, m *recognise.Model, n int, sample func(i int) (eval.Sample, *imaging.Image, error)) (*eval.Set, error) {
	set := &eval.Set{Name: name, Dim: m.Dim(), Samples: make([]eval.Sample, n), Embeddings: make([]float32, n*m.Dim()), Turned: make([][]float32, n)}
	return set, parallel.Each(context.Background(), 0, n, func(_ context.Context, i int) error {
		x, picture, err := sample(i)
		if err != nil {
			return fmt.Errorf("%s: picture %d: %w", name, i, err)
		}
		set.Samples[i] = x
		copy(set.Embeddings[i*set.Dim:], m.Embed(picture))
		if x.IsReference {
			set.Turned[i] = m.EmbedTurned(picture)
		}
		return nil
	})
}

// registered counts the labels of a set that can be registered: those with a reference,
// or all if no label has one.
func registered(set *eval.Set) int {
	with, all := map[string]bool{}, map[string]bool{}
	for _, x := range set.Samples {
		all[x.Label] = true
		if x.IsReference {
			with[x.Label] = true
		}
	}
	if len(with) == 0 {
		return len(all)
	}
	return len(with)
}
