package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Sizes of a patch, as in internal/features: samples of a row, without and with those at its ends.
const (
	patchSide = 16
	patchRow  = patchSide + 2
)

// Directions are counted in eighths of a turn.
const (
	directions = 8
	turnLeast  = 1e-20 // under a quotient
)

// turnPolynomial is atan(t)*8/(2 pi) = t * (its value at t^2): the coefficients of fastTurn, times 8 / (2 pi).
var turnPolynomial = []float32{1.27321059, -0.42350944, 0.24642736, -0.14824694, 0.06704030, -0.01492390}

// polar emits the gradients of a patch in polar coordinates.
func polar(c *build.Context) {
	k := polarConstants{
		least: isa.Floats(c, "least", turnLeast), two: isa.Floats(c, "two", directions/4), four: isa.Floats(c, "four", directions/2),
		eight: isa.Floats(c, "eight", directions), magnitude: isa.Words(c, "magnitude", 16, func(int) uint32 { return 0x7fffffff }),
	}
	for i, p := range turnPolynomial {
		k.polynomial = append(k.polynomial, isa.Floats(c, "turn"+string(rune('0'+i)), p))
	}
	for _, s := range emitters(c, "patch") {
		(&gradients{emitter: s, constants: k}).emit()
	}
}

type polarConstants struct {
	polynomial              []operand.Mem
	least, two, four, eight operand.Mem
	magnitude               operand.Mem // mask of all bits except the sign
}

type gradients struct {
	emitter
	constants polarConstants
}

// Registers of constants, after the working registers. AVX2 has no registers for the constants of unfold.
const (
	turnCoefficient = iota
	turnFloor       = 6
	turnMagnitude   = 7
	turnUnfold      = 8 // 2, 4 and 8
	turnZero        = 11
)

func (g *gradients) fixed(i int) reg.VecPhysical { return g.V(g.Lanes + i) }

func (g *gradients) emit() {
	g.Begin("polar", "func(turns, magnitudes *[256]float32, p *patch)",
		"computes the directions, in eighths of a turn, and the lengths of the gradients of a patch.")
	turns, magnitudes, patch := g.Argument("turns"), g.Argument("magnitudes"), g.Argument("p")
	for i, m := range g.constants.polynomial {
		g.VBROADCASTSS(m, g.fixed(turnCoefficient+i))
	}
	g.VBROADCASTSS(g.constants.least, g.fixed(turnFloor))
	g.VBROADCASTSS(g.constants.magnitude, g.fixed(turnMagnitude))
	if g.Wide() {
		for i, m := range []operand.Mem{g.constants.two, g.constants.four, g.constants.eight} {
			g.VBROADCASTSS(m, g.fixed(turnUnfold+i))
		}
		g.Zero(g.Lanes + turnZero)
	}
	g.Advance(4*(patchRow+1), patch) // the first inner sample
	g.Times("rows", g.Number(patchSide), func() {
		for from := 0; from < 4*patchSide; from += g.VectorBytes() {
			g.vector(turns, magnitudes, patch, from)
		}
		g.Advance(4*patchRow, patch)
		g.Advance(4*patchSide, magnitudes, turns)
	})
	g.End()
}

// vector computes neighbouring gradients.
func (g *gradients) vector(turns, magnitudes, patch reg.GPVirtual, from int) {
	x, y, length, ax, ay, t, square, turn := g.V(0), g.V(1), g.V(2), g.V(3), g.V(4), g.V(5), g.V(6), g.V(7)
	g.VMOVUPS(isa.At(patch, from+4), x)
	g.VSUBPS(isa.At(patch, from-4), x, x)
	g.VMOVUPS(isa.At(patch, from+4*patchRow), y)
	g.VSUBPS(isa.At(patch, from-4*patchRow), y, y)
	g.VMULPS(x, x, length)
	g.VFMADD231PS(y, y, length)
	g.VSQRTPS(length, length)
	g.VMOVUPS(length, isa.At(magnitudes, from))
	g.And(g.fixed(turnMagnitude), x, ax)
	g.And(g.fixed(turnMagnitude), y, ay)
	g.VMINPS(ay, ax, t)
	g.VMAXPS(ay, ax, square)
	g.VMAXPS(g.fixed(turnFloor), square, square)
	g.VDIVPS(square, t, t)
	g.VMULPS(t, t, square)
	last := len(turnPolynomial) - 1
	g.VMOVAPS(g.fixed(turnCoefficient+last), turn)
	for i := last - 1; i >= 0; i-- {
		g.VFMADD213PS(g.fixed(turnCoefficient+i), square, turn)
	}
	g.VMULPS(t, turn, turn)
	g.unfold(x, y, ax, ay, turn)
	g.VMOVUPS(turn, isa.At(turns, from))
}

// unfold maps an angle of the first octant to the octant of the gradient: it subtracts the angle from 2, 4 and 8 where the
// gradient is steep, points left, and points down.
func (g *gradients) unfold(x, y, ax, ay, turn reg.VecPhysical) {
	if g.Wide() {
		zero := g.fixed(turnZero)
		for i, below := range [][2]reg.VecPhysical{{ay, ax}, {x, zero}, {y, zero}} {
			k := []reg.OpmaskPhysical{reg.K1, reg.K2, reg.K3}[i]
			relation := isa.Less
			if i == 0 {
				relation = isa.Greater
			}
			g.VCMPPS(relation, below[1], below[0], k)
			g.VSUBPS(turn, g.fixed(turnUnfold+i), k, turn)
		}
		return
	}
	steep, other := g.V(6), g.V(2)
	g.VCMPPS(isa.Greater, ax, ay, steep)
	for i, mask := range []reg.VecPhysical{steep, x, y} {
		from := []operand.Mem{g.constants.two, g.constants.four, g.constants.eight}[i]
		g.VBROADCASTSS(from, other)
		g.VSUBPS(turn, other, other)
		g.VBLENDVPS(mask, other, turn, turn)
	}
}
