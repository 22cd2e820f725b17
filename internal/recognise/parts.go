package recognise

import (
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/quadfinder"
)

// EmbedParts returns the embeddings of the parts of the photo in which documents may
// lie (see [quadfinder.Quads]). Each part is rectified; any of its sides may be the
// upper one.
func (p *Photo) EmbedParts() [][]float32 {
	small := imaging.FitWithin(p.picture, quadfinder.Side) // enough for the network, and scaled down once for all
	side := p.embedder.arch.Input
	var embeddings [][]float32
	for _, quad := range quadfinder.Quads(small) {
		toSmall, ok := planar.SquareTo(&quad)
		if !ok {
			continue
		}
		step := 1 / float64(side)
		fromInput := planar.Homography{step, 0, step / 2, 0, step, step / 2, 0, 0, 1}
		embeddings = append(embeddings, p.embedder.embedInput(imaging.Warp(small, toSmall.Multiply(&fromInput), side, side)))
	}
	return embeddings
}
