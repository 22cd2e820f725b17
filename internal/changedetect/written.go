package changedetect

import (
	"math"

	"exemplar/internal/imaging"
)

const (
	// writtenSide is how far from a cell its strokes are looked for, in pixels.
	writtenSide = Cell / 2
	// strokes is the share of what the reference's print has, from which on there are
	// strokes in a cell: of their weaker direction. By eye.
	strokes = 0.35
)

// Written says for every cell in which a reference is blank whether a photo laid on it
// shows strokes in it, as of letters: edges in all directions. An edge in one direction
// alone is that of a shadow, a fold or a ruler. Both pictures are as [Detector.Detect] takes them.
func Written(ref, laid *imaging.Gray, blank func(cell int) bool) []bool {
	columns, rows := ref.W/Cell, ref.H/Cell
	weaker := make([]float64, columns*rows)
	sum, n := 0.0, 0
	for i := range weaker {
		weaker[i] = weakerEdges(laid, i%columns*Cell, i/columns*Cell)
		if !blank(i) && weakerEdges(ref, i%columns*Cell, i/columns*Cell) > 4*minDeviation*minDeviation {
			sum, n = sum+weaker[i], n+1
		}
	}
	written := make([]bool, len(weaker))
	if n == 0 {
		return written
	}
	for i := range written {
		written[i] = blank(i) && weaker[i] > strokes*sum/float64(n)
	}
	return written
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
