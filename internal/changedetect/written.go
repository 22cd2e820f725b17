package changedetect

import (
	"math"

	"exemplar/internal/imaging"
)

// writtenSide is how far from a cell its strokes are looked for, in pixels.
const writtenSide = Cell / 2

// Strokes says for every cell in which a reference is blank how much of strokes, as of
// letters, a photo laid on it shows there, as a share of what it shows in the reference's
// print: edges in all directions. An edge in one direction alone is that of a shadow, a
// fold or a ruler. It is 0 where the reference is not blank. Both pictures are as
// [Detector.Detect] takes them.
func Strokes(ref, laid *imaging.Gray, blank func(cell int) bool) []float64 {
	columns, rows := ref.W/Cell, ref.H/Cell
	strokes := make([]float64, columns*rows)
	own, seen := edgesOf(ref), edgesOf(laid)
	sum, n := 0.0, 0
	for i := range strokes {
		x, y := i%columns, i/columns
		strokes[i] = seen.weaker(x, y)
		if !blank(i) && own.weaker(x, y) > 4*minDeviation*minDeviation {
			sum, n = sum+strokes[i], n+1
		}
	}
	for i := range strokes {
		if sum > 0 && blank(i) {
			strokes[i] *= float64(n) / sum
		} else {
			strokes[i] = 0
		}
	}
	return strokes
}

// edges are the sums of the products of a picture's gradients over blocks as wide as half a cell,
// of which the surroundings of cells are made.
type edges struct {
	w, h, columns int
	blocks        []edge
}

type edge struct{ xx, yy, xy int }

// edgesOf sums up a picture. Pixels at its edges have no gradient.
func edgesOf(g *imaging.Gray) edges {
	e := edges{w: g.W, h: g.H, columns: (g.W + writtenSide - 1) / writtenSide}
	e.blocks = make([]edge, e.columns*((g.H+writtenSide-1)/writtenSide))
	for y := 1; y < g.H-1; y++ {
		above, row, below := g.Pix[(y-1)*g.W:][:g.W], g.Pix[y*g.W:][:g.W], g.Pix[(y+1)*g.W:][:g.W]
		blocks := e.blocks[y/writtenSide*e.columns:][:e.columns]
		for i := range blocks {
			b := &blocks[i]
			for x := max(1, i*writtenSide); x < min(g.W-1, (i+1)*writtenSide); x++ {
				dx, dy := int(row[x+1])-int(row[x-1]), int(below[x])-int(above[x])
				b.xx, b.yy, b.xy = b.xx+dx*dx, b.yy+dy*dy, b.xy+dx*dy
			}
		}
	}
	return e
}

// weaker is the smaller eigenvalue of the structure tensor about a cell.
func (e *edges) weaker(x, y int) float64 {
	const across = Cell/writtenSide + 2
	var sum edge
	for v := max(0, 2*y-1); v < min(len(e.blocks)/e.columns, 2*y-1+across); v++ {
		for u := max(0, 2*x-1); u < min(e.columns, 2*x-1+across); u++ {
			b := &e.blocks[v*e.columns+u]
			sum.xx, sum.yy, sum.xy = sum.xx+b.xx, sum.yy+b.yy, sum.xy+b.xy
		}
	}
	reach := func(cell, side int) int {
		return min(side-1, (cell+1)*Cell+writtenSide) - max(1, cell*Cell-writtenSide)
	}
	n := reach(x, e.w) * reach(y, e.h)
	xx, yy, xy := float64(sum.xx), float64(sum.yy), float64(sum.xy)
	return ((xx + yy) - math.Hypot(xx-yy, 2*xy)) / 2 / float64(max(1, n))
}
