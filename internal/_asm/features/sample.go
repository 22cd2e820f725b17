package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Sizes of a patch, as in internal/features: groups of positions, first all u, then all v.
const (
	placeGroups = 21
	placesV     = 4 * groupLanes * placeGroups // bytes from u to v
)

// sample emits the function that samples a patch.
func sample(c *build.Context) {
	for _, s := range emitters(c, "patch", "patchPlaces", "patchFrame") {
		(&patchSampler{emitter: s}).emit()
	}
}

type patchSampler struct {
	emitter
	pix, below reg.GPVirtual // a pixel's row, and the next one
}

// Registers of constants for all positions. They follow the working registers, of which AVX-512 has four more for gathering.
const (
	sampleX = iota
	sampleY
	sampleUX
	sampleUY
	sampleLimitX
	sampleLimitY
	sampleStride
	sampleZero
)

func (p *patchSampler) fixed(i int) int { return p.Lanes + i }

func (p *patchSampler) emit() {
	p.Begin("samplePatch", "func(p *patch, places *patchPlaces, pix *float32, frame *patchFrame)",
		"interpolates the picture at x = frame.x + u*frame.ux - v*frame.uy,",
		"y = frame.y + u*frame.uy + v*frame.ux for the patch's 21 groups of places (u, v), clamped to the limits.")
	out, places, frame := p.Argument("p"), p.Argument("places"), p.GP64()
	p.pix = p.Argument("pix")
	p.Load(p.Param("frame"), frame)
	for i := sampleX; i <= sampleLimitY; i++ {
		p.VBROADCASTSS(isa.At(frame, 4*i), p.V(p.fixed(i)))
	}
	p.below = p.GP64()
	p.MOVL(isa.At(frame, 4*sampleStride), p.below.As32())
	p.Fill(p.below.As32(), p.fixed(sampleStride))
	p.SHLQ(operand.U8(2), p.below)
	p.LEAQ(operand.Mem{Base: p.pix, Index: p.below, Scale: 1}, p.below)
	p.Zero(p.fixed(sampleZero))
	p.Times("vectors", p.Number(placeGroups*p.groupVectors()), func() {
		p.place(places)
		p.corners()
		p.interpolate(out)
		p.Advance(p.VectorBytes(), places, out)
	})
	p.End()
}

// place computes the fractional parts of x and y, in registers 2 and 3, and the index of the pixel, in 4.
func (p *patchSampler) place(places reg.GPVirtual) {
	f := func(i int) reg.VecPhysical { return p.V(p.fixed(i)) }
	u, v, x, y, index, row := p.V(0), p.V(1), p.V(2), p.V(3), p.V(4), p.V(5)
	p.VMOVUPS(isa.At(places, 0), u)
	p.VMOVUPS(isa.At(places, placesV), v)
	p.VMOVAPS(f(sampleX), x)
	p.VFMADD231PS(f(sampleUX), u, x)
	p.VFNMADD231PS(f(sampleUY), v, x)
	p.VMOVAPS(f(sampleY), y)
	p.VFMADD231PS(f(sampleUY), u, y)
	p.VFMADD231PS(f(sampleUX), v, y)
	p.VMAXPS(f(sampleZero), x, x)
	p.VMINPS(f(sampleLimitX), x, x)
	p.VMAXPS(f(sampleZero), y, y)
	p.VMINPS(f(sampleLimitY), y, y)
	p.VCVTTPS2DQ(x, index)
	p.VCVTTPS2DQ(y, row)
	p.VCVTDQ2PS(index, p.V(6))
	p.VCVTDQ2PS(row, p.V(7))
	p.VSUBPS(p.V(6), x, x)
	p.VSUBPS(p.V(7), y, y)
	p.VPMULLD(f(sampleStride), row, row)
	p.VPADDD(index, row, index)
}

// corner is the register of one of the four pixels around a position: two in its row, two in the next.
func (p *patchSampler) corner(i int) reg.VecPhysical {
	if p.Wide() {
		return p.V(8 + i)
	}
	return p.V([]int{1, 5, 6, 7}[i])
}

// corners gathers them.
func (p *patchSampler) corners() {
	at := func(i int) operand.Mem {
		return operand.Mem{Base: []reg.GPVirtual{p.pix, p.below}[i/2], Disp: i % 2 * 4, Index: p.V(4), Scale: 4}
	}
	if p.Wide() {
		masks := []reg.OpmaskPhysical{reg.K1, reg.K2, reg.K3, reg.K4}
		for _, k := range masks {
			p.KXNORW(k, k, k)
		}
		for i, k := range masks {
			p.VGATHERDPS(at(i), k, p.corner(i))
		}
		return
	}
	mask := p.V(0)
	for i := range 4 {
		p.VPCMPEQD(mask, mask, mask)
		p.VGATHERDPS(mask, at(i), p.corner(i))
	}
}

func (p *patchSampler) interpolate(out reg.GPVirtual) {
	x, y, left, right, belowLeft, belowRight := p.V(2), p.V(3), p.corner(0), p.corner(1), p.corner(2), p.corner(3)
	p.VSUBPS(left, right, right)
	p.VFMADD231PS(right, x, left)
	p.VSUBPS(belowLeft, belowRight, belowRight)
	p.VFMADD231PS(belowRight, x, belowLeft)
	p.VSUBPS(left, belowLeft, belowLeft)
	p.VFMADD231PS(belowLeft, y, left)
	p.VMOVUPS(left, isa.At(out, 0))
}
