package cellnet

import (
	"math"
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// Backward adds to the gradients of the weights, given d, that of the logits
// after Forward.
func (n *Network) Backward(p *Pass, d []float32) {
	p.dMaps = reuse.Slice(p.dMaps, len(n.layers))
	for i := range p.dMaps {
		p.dMaps[i].Resize(p.maps[i].W, p.maps[i].H, p.maps[i].C)
		clear(p.dMaps[i].V)
	}
	copy(p.dMaps[len(p.dMaps)-1].V, d)
	for i, l := range slices.Backward(n.layers) {
		if l.Act == kernel.ReLU {
			p.dMaps[i].maskBy(&p.maps[i])
		}
		in := n.input(p, i)
		if l.Plus != nil {
			in = &p.joined[i]
		}
		if l.From == "" {
			n.convs[i].Backward(nil, p.dMaps[i].V, in.V, 1, in.H, in.W)
			continue
		}
		p.dIn.Resize(in.W, in.H, in.C)
		n.convs[i].Backward(p.dIn.V, p.dMaps[i].V, in.V, 1, in.H, in.W)
		if l.Plus != nil {
			p.dIn.maskBy(in)
			for _, name := range l.Plus {
				p.row = p.dIn.addReduced(&p.dMaps[n.index[name]], p.row)
			}
		}
		kernel.AddScaled(p.dMaps[n.index[l.From]].V, p.dIn.V, 1)
	}
}

// maskBy turns g, the gradient after a ReLU with the given outputs, into that
// before it. Which are zero is unpredictable: a jump would cost more than the
// arithmetic on bits, which are all 1 where an output is not zero.
func (g *Grid) maskBy(outputs *Grid) {
	d := g.V[:len(outputs.V)]
	for i, v := range outputs.V {
		size := int32(math.Float32bits(v) &^ (1 << 31))
		d[i] = math.Float32frombits(math.Float32bits(d[i]) & uint32(-size>>31))
	}
}

// addReduced adds to dst what becomes of the gradient g on the way back through
// addEnlarged: each pixel's, by the shares that it took.
func (g *Grid) addReduced(dst *Grid, row []float32) []float32 {
	row = reuse.Slice(row, dst.W*dst.C)
	for y := range g.H {
		clear(row)
		from := g.Row(y)
		for x := range g.W {
			u := Between(x, g.W, dst.W)
			pixel := from[x*g.C:][:g.C]
			kernel.AddScaled(row[u.Low*g.C:], pixel, u.LowShare)
			kernel.AddScaled(row[u.High*g.C:], pixel, u.HighShare)
		}
		v := Between(y, g.H, dst.H)
		kernel.AddScaled(dst.Row(v.Low), row, v.LowShare)
		kernel.AddScaled(dst.Row(v.High), row, v.HighShare)
	}
	return row
}
