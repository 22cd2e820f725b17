package features

import (
	"exemplar/internal/imaging"
	"exemplar/internal/reuse"
)

// planeMargin is the number of replicated pixels on each side of a plane. Filters and
// samplers may read them, so the margin bounds the radius of filters.
const planeMargin = 16

// lanes is the number of floats in a group. The vector kernels work on whole groups and
// may write into the right margin.
const lanes = 16

// plane is a float32 picture with a margin of planeMargin pixels on all sides.
type plane struct {
	w, h, stride int
	pix          []float32
}

// reshape makes p a w x h plane. The pixels are undefined.
func (p *plane) reshape(w, h int) {
	p.w, p.h = w, h
	p.stride = (w+lanes-1)/lanes*lanes + 2*planeMargin
	n := p.stride * (h + 2*planeMargin)
	p.pix = reuse.Slice(p.pix, n)
}

// at is the offset of pixel (x, y); x and y may lie in the margin.
func (p *plane) at(x, y int) int { return (y+planeMargin)*p.stride + x + planeMargin }

// padSides replicates the first and last pixel of every row into the margin.
func (p *plane) padSides() {
	for y := range p.h {
		row := p.pix[p.at(-planeMargin, y):p.at(0, y+1)]
		first, last := row[planeMargin], row[planeMargin+p.w-1]
		left, right := row[:planeMargin], row[planeMargin+p.w:p.stride]
		for i := range left {
			left[i] = first
		}
		for i := range right {
			right[i] = last
		}
	}
}

// padEnds replicates the first and last row, margins included.
func (p *plane) padEnds() {
	first := p.pix[p.at(-planeMargin, 0):][:p.stride]
	last := p.pix[p.at(-planeMargin, p.h-1):][:p.stride]
	for i := range planeMargin {
		copy(p.pix[i*p.stride:], first)
		copy(p.pix[p.at(-planeMargin, p.h+i):], last)
	}
}

// load fills p with a grey picture, 0 to 255, margins included.
func (p *plane) load(g *imaging.Gray) {
	p.reshape(g.W, g.H)
	for y := range g.H {
		toFloats(p.pix[p.at(0, y):][:g.W], g.Pix[y*g.W:][:g.W])
	}
	p.padSides()
	p.padEnds()
}

func toFloats(dst []float32, src []byte) {
	for i, v := range src {
		dst[i] = float32(v)
	}
}

// halve fills p with every second pixel of src: the next octave.
func (p *plane) halve(src *plane) {
	p.reshape(src.w/2, src.h/2)
	for y := range p.h {
		from := src.pix[src.at(0, 2*y):][:2*p.w]
		to := p.pix[p.at(0, y):][:p.w]
		for x := range to {
			to[x] = from[2*x]
		}
	}
	p.padSides()
	p.padEnds()
}
