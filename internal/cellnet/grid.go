package cellnet

import (
	"math"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// Grid is a feature map (H,W,C).
type Grid struct {
	W, H, C int
	V       []float32
}

// Resize makes g a map of unspecified contents.
func (g *Grid) Resize(w, h, c int) {
	g.W, g.H, g.C = w, h, c
	g.V = reuse.Slice(g.V, w*h*c)
}

// addEnlarged adds src, a smaller map, brought to g's size by bilinear
// interpolation between the middles of pixels, as PyTorch's interpolate does
// without align_corners. row is memory, which is returned.
func (g *Grid) addEnlarged(src *Grid, row []float32) []float32 {
	row = reuse.Slice(row, src.W*src.C)
	columns := make([]Mix, g.W)
	for x := range columns {
		columns[x] = Between(x, g.W, src.W)
	}
	for y := range g.H {
		v := Between(y, g.H, src.H)
		clear(row)
		kernel.AddScaled(row, src.Row(v.Low), v.LowShare)
		kernel.AddScaled(row, src.Row(v.High), v.HighShare)
		to := g.Row(y)
		for x, u := range columns {
			pixel := to[x*g.C:][:g.C]
			kernel.AddScaled(pixel, row[u.Low*g.C:][:g.C], u.LowShare)
			kernel.AddScaled(pixel, row[u.High*g.C:][:g.C], u.HighShare)
		}
	}
	return row
}

// Row is row y, (W,C).
func (g *Grid) Row(y int) []float32 { return g.V[y*g.W*g.C:][:g.W*g.C] }

// Mix is a place between two pixels, and what each contributes.
type Mix struct {
	Low, High           int
	LowShare, HighShare float32
}

// Between is where pixel i of n lies among fewer pixels.
func Between(i, n, among int) Mix {
	at := max(0, (float64(i)+0.5)*float64(among)/float64(n)-0.5)
	low := int(math.Floor(at))
	share := float32(at - float64(low))
	return Mix{low, min(low+1, among-1), 1 - share, share}
}
