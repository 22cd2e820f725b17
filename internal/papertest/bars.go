package papertest

import (
	"math/rand/v2"
	"slices"

	"exemplar/internal/imaging"
)

// Bars is a picture of dark bars on paper.
func Bars(w, h int, seed uint64) *imaging.Gray {
	r := rand.New(rand.NewPCG(seed, 1))
	g := &imaging.Gray{W: w, H: h, Pix: make([]byte, w*h)}
	for i := range g.Pix {
		g.Pix[i] = 200
	}
	for range w * h / 300 {
		x, y, n := r.IntN(w), r.IntN(h), 2+r.IntN(12)
		for k := range min(n, w-x) {
			g.Pix[y*w+x+k] = 40
		}
	}
	return g
}

// Halved is the picture at half brightness, as photos are laid on references.
func Halved(g *imaging.Gray) *imaging.Gray {
	out := &imaging.Gray{W: g.W, H: g.H, Pix: slices.Clone(g.Pix)}
	for i := range out.Pix {
		out.Pix[i] /= 2
	}
	return out
}
