package kernel

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	stemChannels = 8 // outputs of a group
	stemPixel    = 6 // bytes from one output's window to the next: stride 2, three colours
	stemWindow   = 9 // bytes of a row that an output depends on
)

// stem emits the first convolution for a group of 8 output channels. The lanes are neighbouring outputs, so that vectors
// are full whatever the number of channels. The results are transposed to channels last.
func stem(c *build.Context) {
	for _, s := range emitters(c) {
		st := &stemRow{emitter: s}
		if s.Wide() {
			for j := range stemWindow {
				st.indices = append(st.indices, isa.Words(c, "window"+string(rune('0'+j)), 16, func(i int) uint32 { return uint32(stemPixel*i + j) }))
			}
			st.lowBytes = isa.Words(c, "lowBytes", 2, func(int) uint32 { return 0x11111111 })
		} else {
			st.indices = []operand.Mem{
				// Of four outputs in a lane, three are in the 16 bytes at the lane's start, one in those 8 bytes on.
				isa.Words(c, "firstThree", 8, func(i int) uint32 { return [4]uint32{0x80808000, 0x80808006, 0x8080800c, 0x80808080}[i%4] }),
				isa.Words(c, "fourth", 8, func(i int) uint32 { return [4]uint32{0x80808080, 0x80808080, 0x80808080, 0x8080800a}[i%4] }),
			}
		}
		st.emit()
	}
}

type stemRow struct {
	*emitter
	indices  []operand.Mem
	lowBytes operand.Mem
	at       reg.GPVirtual // first output of the tile
}

func (s *stemRow) emit() {
	s.Begin("stemRow", "func(out *float32, row0, row1, row2 *byte, weights, bias *float32, k, q int, act uint64)",
		"computes 8 of k channels of a row of q outputs, at least a vector, from three rows of pixels that begin with the",
		"left padding. weights is (27,8). Of each row 6*q+32 bytes are read.")
	s.at = s.GP64()
	s.XORQ(s.at, s.at)
	loop := s.NewLabel("tiles")
	s.Place(loop)
	bias := s.Argument("bias")
	for ch := range stemChannels {
		s.VBROADCASTSS(operand.Mem{Base: bias, Disp: 4 * ch}, s.V(ch))
	}
	window := s.CopyOf(s.at)
	s.IMUL3Q(operand.U8(stemPixel), window, window)
	for y, name := range []string{"row0", "row1", "row2"} {
		row := s.Argument(name)
		s.ADDQ(window, row)
		s.row(y, row)
	}
	s.activation(s.Argument("act"), stemChannels, stemChannels)
	s.transpose()
	s.store()
	s.nextOverlapping(s.at, s.Argument("q"), s.Lanes, loop)
	s.End()
}

// row adds the products of one row of pixels.
func (s *stemRow) row(y int, row reg.GPVirtual) {
	weights := s.Argument("weights")
	if s.Wide() {
		s.KMOVQ(s.lowBytes, reg.K1)
		s.VMOVDQU8(operand.Mem{Base: row}, reg.Z16)
		s.VMOVDQU8(operand.Mem{Base: row, Disp: 64}, reg.Z17)
	}
	for j := range stemWindow {
		pixels := s.pixels(row, j)
		for ch := range stemChannels {
			w := operand.Mem{Base: weights, Disp: 4 * ((y*stemWindow+j)*stemChannels + ch)}
			if s.Wide() {
				s.VFMADD231PS_BCST(w, pixels, s.V(ch))
				continue
			}
			broadcast := s.V(12 + ch%4)
			s.VBROADCASTSS(w, broadcast)
			s.VFMADD231PS(broadcast, pixels, s.V(ch))
		}
	}
}

// pixels returns a register with byte j of each output's window as floats.
func (s *stemRow) pixels(row reg.GPVirtual, j int) reg.VecPhysical {
	if s.Wide() {
		v := s.V(18 + j%4)
		s.VMOVDQU32(s.indices[j], v)
		s.VPERMI2B_Z(reg.Z17, reg.Z16, reg.K1, v)
		s.VCVTDQ2PS(v, v)
		return v
	}
	v, other := s.V(8+j%2*2), s.V(9+j%2*2)
	s.VMOVDQU(operand.Mem{Base: row, Disp: j}, v.AsX())
	s.VINSERTI128(operand.U8(1), operand.Mem{Base: row, Disp: j + 4*stemPixel}, v, v)
	s.VMOVDQU(operand.Mem{Base: row, Disp: j + 8}, other.AsX())
	s.VINSERTI128(operand.U8(1), operand.Mem{Base: row, Disp: j + 8 + 4*stemPixel}, other, other)
	s.VPSHUFB(s.indices[0], v, v)
	s.VPSHUFB(s.indices[1], other, other)
	s.VPOR(other, v, v)
	s.VCVTDQ2PS(v, v)
	return v
}

// transpose turns vectors 0-7, one per channel, into pairs of 128-bit lanes: after it vector 2p holds channels 0-3 of
// outputs p, p+4, p+8, p+12 and vector 2p+1 channels 4-7 of them.
func (s *stemRow) transpose() {
	for pair := range 4 { // a, b -> 8 + 2*pair: a0 b0 a1 b1; next: a2 b2 a3 b3
		s.VUNPCKLPS(s.V(2*pair+1), s.V(2*pair), s.V(8+2*pair))
		s.VUNPCKHPS(s.V(2*pair+1), s.V(2*pair), s.V(9+2*pair))
	}
	for half := range 2 { // channels 0-3 and 4-7
		for high := range 2 {
			ab, cd := s.V(8+4*half+high), s.V(10+4*half+high)
			s.VUNPCKLPD(cd, ab, s.V(4*high+half))
			s.VUNPCKHPD(cd, ab, s.V(4*high+2+half))
		}
	}
}

// store writes the outputs, each 8 channels wide.
func (s *stemRow) store() {
	stride, out := s.Argument("k"), s.CopyOf(s.at)
	s.SHLQ(operand.U8(2), stride)
	s.IMULQ(stride, out)
	s.ADDQ(s.Address("out"), out)
	odd := s.oddMultiples(stride, multiplesPerBase)
	to := s.multiples(out, odd, s.Lanes)
	if !s.Wide() {
		for p := range 4 {
			s.VPERM2F128(operand.U8(0x20), s.V(2*p+1), s.V(2*p), s.V(8))
			s.VPERM2F128(operand.U8(0x31), s.V(2*p+1), s.V(2*p), s.V(9))
			s.VMOVUPS(s.V(8), to.at(p, 0))
			s.VMOVUPS(s.V(9), to.at(p+4, 0))
		}
		return
	}
	for p := 0; p < 4; p += 2 { // outputs p and p+1 of each four
		lo0, hi0, lo1, hi1 := s.V(2*p), s.V(2*p+1), s.V(2*p+2), s.V(2*p+3)
		s.VSHUFF32X4(operand.U8(0x44), hi0, lo0, s.V(16))
		s.VSHUFF32X4(operand.U8(0xee), hi0, lo0, s.V(17))
		s.VSHUFF32X4(operand.U8(0x44), hi1, lo1, s.V(18))
		s.VSHUFF32X4(operand.U8(0xee), hi1, lo1, s.V(19))
		for lane := range 4 {
			pick := operand.U8(0x88 + lane%2*0x55)
			s.VSHUFF32X4(pick, s.V(18+lane/2), s.V(16+lane/2), s.V(20))
			s.VEXTRACTF64X4(operand.U8(0), s.V(20), to.at(4*lane+p, 0))
			s.VEXTRACTF64X4(operand.U8(1), s.V(20), to.at(4*lane+p+1, 0))
		}
	}
}
