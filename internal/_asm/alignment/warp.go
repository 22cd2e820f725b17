package alignment

import (
	"math"

	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// warp emits the function that samples a row of a rectified picture from a photo.
func warp(c *build.Context) {
	index := isa.Words(c, "laneIndex", 16, func(i int) uint32 { return uint32(i) })
	all := emitters(c, "warpLine")
	(&warper{emitter: all[0], index: index, warpRegisters: narrowWarp}).emit((*warper).narrow)
	(&warper{emitter: all[1], index: index, warpRegisters: wideWarp}).emit((*warper).wide)
}

// The members of a warpLine, each a float.
const (
	lineX = 4 * iota
	lineY
	lineW
	lineDX
	lineDY
	lineDW
	lineMaxX
	lineMaxY
)

// A pixel of the photo is two bytes: its grey level and that of the pixel below.
const pixelBytes = 2

type warper struct {
	emitter
	warpRegisters
	index                 operand.Mem
	out, pix, width, line reg.GPVirtual
	skip, count           reg.GPVirtual
}

// warpRegisters are numbers of registers.
type warpRegisters struct {
	x, y               int // position, then its fractional part
	column, row        int // of the pixel at the position
	maxX, maxY         int
	pixels             int // from the lowest byte: left, below, right, below
	wholeX, wholeY     int
	left, right, below int // neighbouring pixels, as floats
	zero, one, half    int
	byteMask, wide     int // 255, and the width of the photo
}

const groupLanes = 16 // pixels in a group, the unit in which callers count

func (w *warper) emit(body func(w *warper)) {
	w.Begin("warpRow", "func(out, pix *byte, width int, line *warpLine, skip, groups int)",
		"computes groups of sixteen pixels of a row, from photo pix. line holds the homogeneous place of the first",
		"pixel (x, y, w), the step per pixel, and the largest x and y. The first groups, skip in all, are left out.")
	w.out, w.pix, w.width = w.Argument("out"), w.Argument("pix"), w.Argument("width")
	w.line, w.skip, w.count = w.Argument("line"), w.Argument("skip"), w.Argument("groups")
	w.Fill(w.width.As32(), w.warpRegisters.wide)
	w.Zero(w.zero)
	w.FillWord(255, w.byteMask)
	w.FillWord(math.Float32bits(0.5), w.half)
	w.FillWord(math.Float32bits(1), w.one)
	body(w)
}

// split clamps a position, and splits it into a pixel and a fractional part.
func (w *warper) split() {
	x, y := w.V(w.x), w.V(w.y)
	w.VMAXPS(w.V(w.zero), x, x)
	w.VMINPS(w.V(w.maxX), x, x)
	w.VMAXPS(w.V(w.zero), y, y)
	w.VMINPS(w.V(w.maxY), y, y)
	w.VCVTTPS2DQ(x, w.V(w.column))
	w.VCVTTPS2DQ(y, w.V(w.row))
	w.VCVTDQ2PS(w.V(w.column), w.V(w.wholeX))
	w.VCVTDQ2PS(w.V(w.row), w.V(w.wholeY))
	w.VSUBPS(w.V(w.wholeX), x, x)
	w.VSUBPS(w.V(w.wholeY), y, y)
}

// number computes the index of the pixel in the photo, in row.
func (w *warper) number() {
	w.VPMULLD(w.V(w.warpRegisters.wide), w.V(w.row), w.V(w.row))
	w.VPADDD(w.V(w.column), w.V(w.row), w.V(w.row))
}

// interpolate computes half the grey level at the position as an integer, in left.
func (w *warper) interpolate() {
	left, right, belowLeft, belowRight := w.V(w.left), w.V(w.right), w.V(w.pixels), w.V(w.below)
	w.and(w.V(w.byteMask), w.V(w.pixels), left)
	w.VPSRLD(operand.U8(16), w.V(w.pixels), right)
	w.and(w.V(w.byteMask), right, right)
	w.VPSRLD(operand.U8(24), w.V(w.pixels), belowRight)
	w.VPSRLD(operand.U8(8), w.V(w.pixels), belowLeft)
	w.and(w.V(w.byteMask), belowLeft, belowLeft)
	w.VPSUBD(left, right, right)
	w.VPSUBD(belowLeft, belowRight, belowRight)
	for _, v := range []reg.VecPhysical{right, belowRight, left, belowLeft} {
		w.VCVTDQ2PS(v, v)
	}
	w.VFMADD231PS(right, w.V(w.x), left)
	w.VFMADD231PS(belowRight, w.V(w.x), belowLeft)
	w.VSUBPS(left, belowLeft, belowLeft)
	w.VFMADD231PS(belowLeft, w.V(w.y), left)
	w.VMULPS(w.V(w.half), left, left)
	w.VCVTTPS2DQ(left, left)
}

// and is the bitwise and of integers.
func (w *warper) and(a, b, to operand.Op) {
	if w.Wide() {
		w.VPANDD(a, b, to)
	} else {
		w.VPAND(a, b, to)
	}
}
