package changedetect

import (
	"math"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// grid is a feature map (H,W,C).
type grid struct {
	w, h, c int
	v       []float32
}

// resize makes g a map of unspecified contents.
func (g *grid) resize(w, h, c int) {
	g.w, g.h, g.c = w, h, c
	g.v = reuse.Slice(g.v, w*h*c)
}

// addEnlarged adds src, a smaller map, brought to g's size by bilinear
// interpolation between the middles of pixels, as PyTorch's interpolate does
// without align_corners. row is memory, which is returned.
func (g *grid) addEnlarged(src *grid, row []float32) []float32 {
	row = reuse.Slice(row, src.w*src.c)
	for y := range g.h {
		v := between(y, g.h, src.h)
		clear(row)
		kernel.AddScaled(row, src.row(v.low), v.lowShare)
		kernel.AddScaled(row, src.row(v.high), v.highShare)
		to := g.row(y)
		for x := range g.w {
			u := between(x, g.w, src.w)
			pixel := to[x*g.c:][:g.c]
			kernel.AddScaled(pixel, row[u.low*g.c:][:g.c], u.lowShare)
			kernel.AddScaled(pixel, row[u.high*g.c:][:g.c], u.highShare)
		}
	}
	return row
}

func (g *grid) row(y int) []float32 { return g.v[y*g.w*g.c:][:g.w*g.c] }

// mix is a place between two pixels, and what each contributes.
type mix struct {
	low, high           int
	lowShare, highShare float32
}

// between is where pixel i of n lies among fewer pixels.
func between(i, n, among int) mix {
	at := max(0, (float64(i)+0.5)*float64(among)/float64(n)-0.5)
	low := int(math.Floor(at))
	share := float32(at - float64(low))
	return mix{low, min(low+1, among-1), 1 - share, share}
}
