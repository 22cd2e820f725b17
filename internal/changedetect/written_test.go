package changedetect

import (
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/imaging"
)

// weakerEdges is the smaller eigenvalue of the structure tensor about a cell, pixel by pixel.
func weakerEdges(g *imaging.Gray, x0, y0 int) float64 {
	var xx, yy, xy float64
	n := 0
	for y := max(1, y0-writtenSide); y < min(g.H-1, y0+Cell+writtenSide); y++ {
		for x := max(1, x0-writtenSide); x < min(g.W-1, x0+Cell+writtenSide); x++ {
			dx, dy := float64(g.Pix[y*g.W+x+1])-float64(g.Pix[y*g.W+x-1]), float64(g.Pix[(y+1)*g.W+x])-float64(g.Pix[(y-1)*g.W+x])
			xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
			n++
		}
	}
	return ((xx + yy) - math.Hypot(xx-yy, 2*xy)) / 2 / float64(max(1, n))
}

func TestEdgesAreThoseOfAllPixels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		g := &imaging.Gray{W: Cell + r.IntN(60), H: Cell + r.IntN(60)}
		for range g.W * g.H {
			g.Pix = append(g.Pix, byte(r.IntN(256)))
		}
		e := edgesOf(g)
		for y := range g.H / Cell {
			for x := range g.W / Cell {
				if got, want := e.weaker(x, y), weakerEdges(g, Cell*x, Cell*y); got != want {
					t.Fatalf("%dx%d, cell %d, %d: %v, pixel by pixel %v", g.W, g.H, x, y, got, want)
				}
			}
		}
	}
}
