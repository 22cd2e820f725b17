package changetrain

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
)

// Pictures are real pictures by kind of document: some make documents, others are
// what documents have as contents.
type Pictures struct {
	pool   *dataset.Pool
	byKind map[string][]int
}

// NewPictures sorts a pool by what the names of its pictures begin with
// (card-..., money-...).
func NewPictures(pool *dataset.Pool) *Pictures {
	p := &Pictures{pool, map[string][]int{}}
	for i := range pool.Len() {
		kind, _, _ := strings.Cut(pool.Label(i)+pool.Name(i), "-")
		p.byKind[kind] = append(p.byKind[kind], i)
	}
	return p
}

// oneOf reads a picture of one of the kinds, or of any if the pool has none of
// these.
func (p *Pictures) oneOf(r *rand.Rand, kinds ...string) (*imaging.Image, error) {
	have := slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return len(p.byKind[kind]) == 0 })
	if len(have) == 0 {
		have = slices.Sorted(maps.Keys(p.byKind))
	}
	of := p.byKind[have[r.IntN(len(have))]]
	at := of[r.IntN(len(of))]
	data, err := p.pool.Bytes(at)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.pool.Name(at), err)
	}
	return m, nil
}

// photo reads what a document may have as contents: a portrait, a view, a drawing.
func (p *Pictures) photo(r *rand.Rand) (*imaging.Image, error) {
	return p.oneOf(r, "natural", "natural", "cover", "art", "card")
}

// paste copies a picture into a rectangle of another.
func paste(to, from *imaging.Image, left, top int) {
	w := min(from.W, to.W-left)
	for y := range min(from.H, to.H-top) {
		copy(to.Pix[3*((top+y)*to.W+left):][:3*w], from.Pix[3*y*from.W:])
	}
}

func greyed(m *imaging.Image) {
	for i := 0; i < len(m.Pix); i += 3 {
		v := byte((int(m.Pix[i]) + 2*int(m.Pix[i+1]) + int(m.Pix[i+2])) / 4)
		m.Pix[i], m.Pix[i+1], m.Pix[i+2] = v, v, v
	}
}

func cloned(m *imaging.Image) *imaging.Image {
	c := imaging.NewImage(m.W, m.H)
	copy(c.Pix, m.Pix)
	return c
}
