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

// maskBy turns g, the gradient after a ReLU with the given outputs, into that
// before it. Which are zero is unpredictable: a jump would cost more than the
// arithmetic on bits, which are all 1 where an output is not zero.
func (g *grid) maskBy(outputs *grid) {
	d := g.v[:len(outputs.v)]
	for i, v := range outputs.v {
		size := int32(math.Float32bits(v) &^ (1 << 31))
		d[i] = math.Float32frombits(math.Float32bits(d[i]) & uint32(-size>>31))
	}
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

// addReduced adds to dst what becomes of the gradient g on the way back through
// addEnlarged: each pixel's, by the shares that it took.
func (g *grid) addReduced(dst *grid, row []float32) []float32 {
	row = reuse.Slice(row, dst.w*dst.c)
	for y := range g.h {
		clear(row)
		from := g.row(y)
		for x := range g.w {
			u := between(x, g.w, dst.w)
			pixel := from[x*g.c:][:g.c]
			kernel.AddScaled(row[u.low*g.c:], pixel, u.lowShare)
			kernel.AddScaled(row[u.high*g.c:], pixel, u.highShare)
		}
		v := between(y, g.h, dst.h)
		kernel.AddScaled(dst.row(v.low), row, v.lowShare)
		kernel.AddScaled(dst.row(v.high), row, v.highShare)
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
