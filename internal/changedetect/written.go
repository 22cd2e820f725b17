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
	sum, n := 0.0, 0
	for i := range strokes {
		strokes[i] = weakerEdges(laid, i%columns*Cell, i/columns*Cell)
		if !blank(i) && weakerEdges(ref, i%columns*Cell, i/columns*Cell) > 4*minDeviation*minDeviation {
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

// weakerEdges is the smaller eigenvalue of the structure tensor about a cell.
func weakerEdges(g *imaging.Gray, x0, y0 int) float64 {
	var xx, yy, xy float64
	n := 0
	for y := max(1, y0-writtenSide); y < min(g.H-1, y0+Cell+writtenSide); y++ {
		row := g.Pix[y*g.W:]
		for x := max(1, x0-writtenSide); x < min(g.W-1, x0+Cell+writtenSide); x++ {
			dx, dy := float64(row[x+1])-float64(row[x-1]), float64(g.Pix[(y+1)*g.W+x])-float64(g.Pix[(y-1)*g.W+x])
			xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
			n++
		}
	}
	return ((xx + yy) - math.Hypot(xx-yy, 2*xy)) / 2 / float64(max(1, n))
}
