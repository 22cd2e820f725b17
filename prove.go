package exemplar

import (
	"context"
	"fmt"
	"sync"

	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// probeSide is the longer side, in pixels, at which a photo is worked on when
// documents are looked for in it: what the closer look makes use of.
const probeSide = 1024

// proofs holds the references that were compared with lately, ready for use.
type proofs struct {
	mu    sync.Mutex
	kept  map[string]*geometry.Reference
	order []string // by age
}

// keptProofs bounds the references that stay in memory; one takes about half a
// megabyte.
const keptProofs = 256

// reference returns the geometry of a stored reference.
func (g *Gallery) reference(ctx context.Context, id string) (*geometry.Reference, error) {
	g.proofs.mu.Lock()
	ref := g.proofs.kept[id]
	g.proofs.mu.Unlock()
	if ref != nil {
		return ref, nil
	}
	jpeg, err := g.store.Picture(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, _, err := imaging.Decode(jpeg, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("picture of reference %s: %w", id, err)
	}
	ref = geometry.NewReference((*geometry.Gray)(picture.Gray()))
	g.proofs.keep(id, ref)
	return ref, nil
}

func (p *proofs) keep(id string, ref *geometry.Reference) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[string]*geometry.Reference{}
	}
	if p.kept[id] == nil {
		p.order = append(p.order, id)
	}
	p.kept[id] = ref
	if len(p.order) > keptProofs {
		delete(p.kept, p.order[0])
		p.order = p.order[1:]
	}
}

// rectified returns the embedding of the part of the picture that the fit says
// is the reference.
func (m *Model) rectified(picture *imaging.Image, e *geometry.Evidence, refW, refH int) []float32 {
	side := m.bundle.Arch.Input
	// From the network's input to the reference's picture: edges meet edges.
	sx, sy := float64(refW)/float64(side), float64(refH)/float64(side)
	toReference := geometry.Homography{sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1}
	toPicture := e.H.Multiply(&toReference)
	out := make([]float32, m.Dim())
	m.network.Embed(out, imaging.Warp(picture, toPicture, side, side).Pix, 1)
	return out
}
