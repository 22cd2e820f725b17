package kernel

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// channels emits the functions of batch normalisation on rows of channels: for each vector of channels a loop over rows,
// with the per-channel parameters in registers.
func channels(c *build.Context) {
	slope := &slopeConstants{
		third: isa.Floats(c, "third", 1.0/3),
		three: isa.Floats(c, "three", 3),
		minus: isa.Floats(c, "minusThree", -3),
	}
	for _, s := range emitters(c) {
		s.scaleShift()
		s.moments()
		s.scaleShiftBackward(slope)
		s.combine()
	}
}

type slopeConstants struct{ third, three, minus operand.Mem }

// channelPass is the state of a loop over vectors of channels.
type channelPass struct {
	*emitter
	stride, at reg.GPVirtual // bytes of a row, and to the vector of channels
}

// pass emits for each vector of channels: prepare, then body for each row, given where the vector is in the row of each
// stream, then finish.
func (s *emitter) pass(prepare func(p *channelPass), streams []string, body func(rows []operand.Mem), finish func(p *channelPass)) {
	p := &channelPass{emitter: s, stride: s.Argument("c"), at: s.GP64()}
	s.SHLQ(operand.U8(2), p.stride)
	s.XORQ(p.at, p.at)
	vectors, loop := s.NewLabel("vectors"), s.NewLabel("rows")
	s.Place(vectors)
	prepare(p)
	var rows []operand.Mem
	for _, name := range streams {
		r := s.Argument(name)
		s.ADDQ(p.at, r)
		rows = append(rows, operand.Mem{Base: r})
	}
	count := s.Argument("rows")
	s.Place(loop)
	body(rows)
	for _, r := range rows {
		s.ADDQ(p.stride, r.Base)
	}
	s.DECQ(count)
	s.JNZ(loop)
	finish(p)
	s.ADDQ(operand.U8(uint8(s.VectorBytes())), p.at)
	s.DECQ(s.Address("vectors"))
	s.JNZ(vectors)
	s.End()
}

// channel loads the vector of channels of a per-channel parameter.
func (p *channelPass) channel(name string, v reg.VecPhysical) {
	base := p.Argument(name)
	p.VMOVUPS(operand.Mem{Base: base, Index: p.at, Scale: 1}, v)
}

// setChannel stores it.
func (p *channelPass) setChannel(v reg.VecPhysical, name string) {
	base := p.Argument(name)
	p.VMOVUPS(v, operand.Mem{Base: base, Index: p.at, Scale: 1})
}

func nothing(*channelPass) {}

func (s *emitter) scaleShift() {
	s.Begin("scaleShiftRows", "func(y, x, scale, shift *float32, rows, c, vectors int, act uint64)",
		"computes y = act(scale·x + shift) for the first vectors of each row of c channels.")
	act := s.Argument("act")
	scale, shift := s.V(14), s.V(15)
	s.pass(func(p *channelPass) {
		p.channel("scale", scale)
		p.channel("shift", shift)
	}, []string{"y", "x"}, func(rows []operand.Mem) {
		s.VMOVUPS(rows[1], s.V(0))
		s.VFMADD213PS(shift, scale, s.V(0))
		s.activation(act, 1, 1)
		s.VMOVUPS(s.V(0), rows[0])
	}, nothing)
}

func (s *emitter) moments() {
	s.Begin("momentsRows", "func(sum, squares, x *float32, rows, c, vectors int)",
		"adds to sum and squares the sums of x and x² over rows of c channels, for the first vectors.")
	sum, squares, x := s.V(0), s.V(1), s.V(2)
	s.pass(func(p *channelPass) {
		p.channel("sum", sum)
		p.channel("squares", squares)
	}, []string{"x"}, func(rows []operand.Mem) {
		s.VMOVUPS(rows[0], x)
		s.VADDPS(x, sum, sum)
		s.VFMADD231PS(x, x, squares)
	}, func(p *channelPass) {
		p.setChannel(sum, "sum")
		p.setChannel(squares, "squares")
	})
}

func (s *emitter) scaleShiftBackward(k *slopeConstants) {
	s.Begin("scaleShiftBackwardRows", "func(du, dy, x, scale, shift, sum, product *float32, rows, c, vectors int, act uint64)",
		"computes du = dy · act'(scale·x + shift) and adds to sum and product those of du and du·x over", "rows of c channels, for the first vectors. act is None or HardSwish.")
	act := s.Argument("act")
	sum, product, d, x, u, scale, shift := s.V(0), s.V(1), s.V(2), s.V(3), s.V(4), s.V(5), s.V(6)
	third, three, minus, half, one := s.V(9), s.V(10), s.V(11), s.V(12), s.V(13)
	s.VMOVUPS(k.third, third)
	s.VMOVUPS(k.three, three)
	s.VMOVUPS(k.minus, minus)
	s.VMOVUPS(s.constants.half, half)
	s.VMOVUPS(s.constants.one, one)
	s.pass(func(p *channelPass) {
		p.channel("scale", scale)
		p.channel("shift", shift)
		p.channel("sum", sum)
		p.channel("product", product)
	}, []string{"du", "dy", "x"}, func(rows []operand.Mem) {
		linear := s.NewLabel("linear")
		s.VMOVUPS(rows[1], d)
		s.VMOVUPS(rows[2], x)
		s.TESTQ(act, act)
		s.JZ(linear)
		s.VMOVAPS(x, u)
		s.VFMADD213PS(shift, scale, u)
		s.multiplyBySlope(d, u, third, three, minus, half, one)
		s.Place(linear)
		s.VADDPS(d, sum, sum)
		s.VFMADD231PS(x, d, product)
		s.VMOVUPS(d, rows[0])
	}, func(p *channelPass) {
		p.setChannel(sum, "sum")
		p.setChannel(product, "product")
	})
}

// multiplyBySlope multiplies d by the derivative of hard swish at u: 0 up to -3, 1 from 3 on, u/3 + 1/2 between, and NaN
// for NaN.
func (s *emitter) multiplyBySlope(d, u, third, three, minus, half, one reg.VecPhysical) {
	const notLessOrEqual, greaterOrEqual = 6, 13
	slope := s.V(7)
	s.VMOVAPS(half, slope)
	s.VFMADD231PS(third, u, slope)
	if s.Wide() {
		s.VCMPPS(operand.U8(greaterOrEqual), three, u, reg.K1)
		s.VMOVAPS(one, reg.K1, slope)
		s.VCMPPS(operand.U8(notLessOrEqual), minus, u, reg.K2)
		s.VMULPS_Z(slope, d, reg.K2, d)
		return
	}
	mask := s.V(8)
	s.VCMPPS(operand.U8(greaterOrEqual), three, u, mask)
	s.VBLENDVPS(mask, one, slope, slope)
	s.VCMPPS(operand.U8(notLessOrEqual), minus, u, mask)
	s.VANDPS(mask, slope, slope)
	s.VMULPS(slope, d, d)
}

func (s *emitter) combine() {
	s.Begin("combineRows", "func(out, a, b, p, q, r *float32, rows, c, vectors int)",
		"computes out = p·a + q·b + r for the first vectors of each row of c channels.")
	p, q, r, x := s.V(0), s.V(1), s.V(2), s.V(3)
	s.pass(func(ps *channelPass) {
		ps.channel("p", p)
		ps.channel("q", q)
		ps.channel("r", r)
	}, []string{"out", "a", "b"}, func(rows []operand.Mem) {
		s.VMOVUPS(rows[1], x)
		s.VFMADD213PS(r, p, x)
		s.VFMADD231PS(rows[2], q, x)
		s.VMOVUPS(x, rows[0])
	}, nothing)
}
