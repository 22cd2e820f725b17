package harness

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/recognise"
)

// References is a data set, divided into pictures to register and pictures to look up.
type References struct {
	Name       string
	Folder     *dataset.Folder
	Registered []dataset.Sample
	LookedUp   []dataset.Sample
}

// ReadReferences reads a folder, to register its references and to look up the captures
// of labels that have references.
func ReadReferences(root string) (*References, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	r := &References{Name: filepath.Base(filepath.Clean(root)), Folder: folder}
	registered := map[string]bool{}
	for _, x := range folder.Samples {
		if x.IsReference && x.Label != "" {
			r.Registered = append(r.Registered, x)
			registered[x.Label] = true
		}
	}
	for _, x := range folder.Samples {
		if !x.IsReference && registered[x.Label] {
			r.LookedUp = append(r.LookedUp, x)
		}
	}
	return r, nil
}

// ReadLeaves is ReadReferences for the labels that have captures and no labels below
// them: for the variants of a form, but not for the blank form above them.
func ReadLeaves(root string) (*References, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	r := &References{Name: filepath.Base(filepath.Clean(root)), Folder: folder}
	r.Registered, r.LookedUp = folder.Leaves()
	captured := map[string]bool{}
	for _, x := range r.LookedUp {
		captured[x.Label] = true
	}
	r.Registered = slices.DeleteFunc(r.Registered, func(x dataset.Sample) bool { return !captured[x.Label] })
	return r, nil
}

// WithSecond registers a second copy of each label with at least two captures: the first
// capture in the order of paths. The other captures of these labels are looked up.
func (r *References) WithSecond() *References {
	captures := map[string]int{}
	for _, x := range r.LookedUp {
		captures[x.Label]++
	}
	out := &References{Name: r.Name, Folder: r.Folder, Registered: append([]dataset.Sample(nil), r.Registered...)}
	second := map[string]bool{}
	for _, x := range r.LookedUp {
		switch {
		case captures[x.Label] < 2:
		case !second[x.Label]:
			second[x.Label] = true
			out.Registered = append(out.Registered, x)
		default:
			out.LookedUp = append(out.LookedUp, x)
		}
	}
	return out
}

// Gallery registers the references in a new gallery.
func (r *References) Gallery(ctx context.Context, m *recognise.Model, fpir float64) (*Gallery, error) {
	g, err := NewGallery(m, fpir)
	if err != nil {
		return nil, err
	}
	if err := r.register(ctx, g); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Probes looks the captures up in a gallery of the references: see
// [Gallery.Probes].
func (r *References) Probes(ctx context.Context, g *Gallery, o ProbeOptions) ([]eval.Probe, error) {
	return g.Probes(ctx, CapturesOf(r.Folder, r.LookedUp), o)
}

// register returns an error if a reference cannot be used.
func (r *References) register(ctx context.Context, g *Gallery) error {
	var list []Reference
	for _, x := range r.Registered {
		data, err := r.Folder.Read(x)
		if err != nil {
			return err
		}
		list = append(list, Reference{x.Label, x.Path, data})
	}
	refused, err := g.Register(ctx, list)
	for source, why := range refused {
		return fmt.Errorf("register %s of %s: %w", source, r.Name, why)
	}
	return err
}
