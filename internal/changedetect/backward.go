package changedetect

import (
	"math"
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// backward adds to the gradients of the weights, given d, that of the logits
// after forward.
func (n *network) backward(p *Pass, d []float32) {
	p.dMaps = reuse.Slice(p.dMaps, len(n.layers))
	for i := range p.dMaps {
		p.dMaps[i].resize(p.maps[i].w, p.maps[i].h, p.maps[i].c)
		clear(p.dMaps[i].v)
	}
	copy(p.dMaps[len(p.dMaps)-1].v, d)
	for i, l := range slices.Backward(n.layers) {
		if l.act == kernel.ReLU {
			p.dMaps[i].maskBy(&p.maps[i])
		}
		in := n.input(&p.pass, i)
		if l.plus != nil {
			in = &p.joined[i]
		}
		if l.from == "" {
			n.convs[i].Backward(nil, p.dMaps[i].v, in.v, 1, in.h, in.w)
			continue
		}
		p.dIn.resize(in.w, in.h, in.c)
		n.convs[i].Backward(p.dIn.v, p.dMaps[i].v, in.v, 1, in.h, in.w)
		if l.plus != nil {
			p.dIn.maskBy(in)
			for _, name := range l.plus {
				p.row = p.dIn.addReduced(&p.dMaps[n.index[name]], p.row)
			}
		}
		kernel.AddScaled(p.dMaps[n.index[l.from]].v, p.dIn.v, 1)
	}
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
