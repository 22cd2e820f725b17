package condition

import (
	"math"

	"exemplar/internal/cellnet"
)

// channels is what the network is told of a cell: see [maps.inputs].
const channels = 27

// likeGround is the channel that says on how many sides a cell's colour is seen around
// the document.
const likeGround = 23

// most is how large an input is at most: the samples of the training are small integers.
const most = 2.6

// Inputs are what the network is told of the cells of a pair, (H,W,channels).
func Inputs(p *Pair) *cellnet.Grid {
	var g cellnet.Grid
	newMaps(newView(p)).inputs(&g)
	return &g
}

// inputs writes what is known of each cell: the colours of the two papers, what the fit
// of one by the other leaves, how much of the reference's print is seen, whether the
// photo is white there, and whether it looks like what lies around the document. All are
// about 1 in size.
func (m *maps) inputs(g *cellnet.Grid) {
	g.Resize(m.w, m.h, channels)
	around := m.aroundColors()
	scan := of(m.isScan())
	lightUnit, colorUnit := 8*m.deviations.light, 8*m.deviations.color
	for i := range m.inside {
		v := g.V[i*channels:][:channels]
		clear(v)
		x, y := i%m.w, i/m.w
		edge := min(x, y, m.w-1-x, m.h-1-y)
		l, r, b := m.plainRef[i].logs()
		pl, pr, pb := m.bare[i].times(m.exposure).logs()
		v[0], v[1], v[2] = of(m.inside[i]), scan, float32(min(edge, 8))/8
		v[3], v[4], v[5] = float32(l-5), float32(2*r), float32(2*b)
		v[16], v[17] = float32(m.texture[i]/32), of(m.texture[i] >= minTexture)
		if !m.inside[i] {
			continue
		}
		v[6], v[7], v[8] = float32(pl-5), float32(2*pr), float32(2*pb)
		v[9], v[10], v[11] = clip(2*m.light[i]), clip(4*m.red[i]), clip(4*m.blue[i])
		v[12], v[13] = clip(m.light[i]/lightUnit), clip(max(math.Abs(m.red[i]), math.Abs(m.blue[i]))/colorUnit)
		v[14], v[15] = clip(m.own[i]/32), float32(m.usual.alike)
		if m.texture[i] >= minTexture {
			v[18], v[19] = clip(m.gain[i]-1), float32(m.alike[i])
		}
		p := m.photo[i]
		darkest, lightest := min(p.r, p.g, p.b), max(p.r, p.g, p.b)
		v[20], v[21] = float32(darkest/255), float32((lightest-darkest)/64)
		v[22], v[likeGround] = around.like(m, x, y)
		v[24], v[25], v[26] = m.detail(i)
	}
	for i, v := range g.V {
		g.V[i] = max(-most, min(most, v))
	}
}

// detail is what the fit leaves of the colours of a cell itself. The papers that are fitted
// are the lightest about each cell, which lose a ring of coffee as narrow as a cell.
func (m *maps) detail(i int) (light, red, blue float32) {
	l, r, b := m.plainRef[i].logs()
	pl, pr, pb := m.bare[i].times(m.exposure).logs()
	sl, sr, sb := m.ref[i].logs()
	ul, ur, ub := m.photo[i].times(m.exposure).logs()
	return clip(2 * (m.light[i] + pl - ul - l + sl)), clip(4 * (m.red[i] + pr - ur - r + sr)), clip(4 * (m.blue[i] + pb - ub - b + sb))
}

func of(is bool) float32 {
	if is {
		return 1
	}
	return 0
}

// clip keeps what is far off from drowning the rest.
func clip(v float64) float32 { return float32(max(-2, min(2, v))) }

// aroundColors says for a colour on which sides of the document it is seen: a bit for
// each, by steps of light, red and blue.
type aroundColors struct {
	bits  [lightSteps * colorSteps * colorSteps]uint8
	sides uint8 // on which anything is seen
}

const lightSteps, colorSteps = 16, 32

func colorStep(l level) (light, red, blue int) {
	a, r, b := l.logs()
	step := func(v, size float64, n int) int { return max(0, min(n-1, int(v/size+float64(n)/2))) }
	return step(a-4.2, 0.2, lightSteps), step(r, 0.1, colorSteps), step(b, 0.1, colorSteps)
}

func (m *maps) aroundColors() *aroundColors {
	c := &aroundColors{}
	for k, a := range m.around {
		at := m.places[k]
		side := uint8(0)
		for s, beyond := range [4]bool{at[1] < 0, at[0] >= m.w, at[1] >= m.h, at[0] < 0} {
			if beyond {
				side |= 1 << s
			}
		}
		c.sides |= side
		l, r, b := colorStep(a)
		for u := max(0, l-1); u <= min(lightSteps-1, l+1); u++ {
			for v := max(0, r-1); v <= min(colorSteps-1, r+1); v++ {
				for w := max(0, b-1); w <= min(colorSteps-1, b+1); w++ {
					c.bits[(u*colorSteps+v)*colorSteps+w] |= side
				}
			}
		}
	}
	return c
}

// like says whether the colour of a cell is seen beyond the nearest side of the
// document, and on which share of the others: what reaches in over an edge is seen
// beside it, what the document lies on is seen on all sides.
func (c *aroundColors) like(m *maps, x, y int) (near, far float32) {
	nearest, distance := 0, m.w+m.h
	for side, d := range [4]int{y, m.w - 1 - x, m.h - 1 - y, x} {
		if d < distance {
			nearest, distance = side, d
		}
	}
	l, r, b := colorStep(m.bare[y*m.w+x])
	bits := c.bits[(l*colorSteps+r)*colorSteps+b]
	known := float32(0)
	for side := range 4 {
		is := of(bits>>side&1 == 1)
		if side == nearest {
			near = is
			continue
		}
		known += of(c.sides>>side&1 == 1)
		far += is
	}
	return near, far / max(1, known)
}
