package changetrain

import (
	"fmt"
	"math/rand/v2"

	"exemplar/internal/dataset"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
)

const (
	// editedCaptures is the number of captures of an edited family.
	editedCaptures = 2
	// mostEdits is the largest number of parts of a picture that are replaced.
	mostEdits = 4
	// poolScale and as much again at most is the factor by which pictures of a pool are
	// enlarged: they are small.
	poolScale = 2
)

// EditedFamilies are n pictures of a pool, drawn by a seed, each with a copy in
// which parts were replaced by other parts of it or of another picture: real
// textures of every kind, whose changes are known.
func EditedFamilies(pool *dataset.Pool, n int, seed uint64) []families.Source {
	sources := make([]families.Source, n)
	for i := range sources {
		sources[i] = func() (families.Family, error) {
			return editedFamily(pool, rand.New(rand.NewPCG(seed, uint64(i))))
		}
	}
	return sources
}

func editedFamily(pool *dataset.Pool, r *rand.Rand) (families.Family, error) {
	scale := poolScale * (1 + r.Float64()/2)
	var pictures [2]*imaging.Image
	for i := range pictures {
		at := r.IntN(pool.Len())
		data, err := pool.Bytes(at)
		if err != nil {
			return families.Family{}, err
		}
		m, _, err := imaging.Decode(data, imaging.DefaultLimits)
		if err != nil {
			return families.Family{}, fmt.Errorf("%s: %w", pool.Name(at), err)
		}
		pictures[i] = imaging.Resize(m, int(scale*float64(m.W)), int(scale*float64(m.H)))
	}
	own := pictures[0]
	edited := imaging.NewImage(own.W, own.H)
	copy(edited.Pix, own.Pix)
	for range 1 + r.IntN(mostEdits) {
		from := own
		if r.IntN(3) == 0 {
			from = pictures[1]
		}
		replacePart(edited, from, r)
	}
	f := families.Family{Name: "pool", Members: []*imaging.Image{own, edited}}
	for range editedCaptures {
		f.Shots = append(f.Shots, families.Shot{Document: own, Relation: "edit", Siblings: []int{1}})
	}
	return f, nil
}

// replacePart copies a rectangle from somewhere in one picture to elsewhere in
// another: about as wide as a word or a line, or as an emblem.
func replacePart(to, from *imaging.Image, r *rand.Rand) {
	w := int(float64(to.W) * (0.06 + 0.3*r.Float64()))
	h := int(float64(to.H) * (0.03 + 0.12*r.Float64()))
	w, h = min(w, from.W-1, to.W-1), min(h, from.H-1, to.H-1)
	if w < 1 || h < 1 {
		return
	}
	fromX, fromY := r.IntN(from.W-w), r.IntN(from.H-h)
	toX, toY := r.IntN(to.W-w), r.IntN(to.H-h)
	for y := range h {
		copy(to.Pix[3*((toY+y)*to.W+toX):][:3*w], from.Pix[3*((fromY+y)*from.W+fromX):])
	}
}
