package alignment

import (
	"math"

	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// normalise emits the function that computes correlations from sums.
func normalise(c *build.Context) {
	for _, s := range emitters(c, "correlations", "columnPeaks", "windowSums") {
		(&normaliser{emitter: s}).emit()
	}
}

// normaliser processes as many columns at a time as a vector has lanes. The sums are exact in float64, and the results are
// rounded to float32 once.
type normaliser struct {
	emitter
	found, peaks, sums reg.GPVirtual
}

// Registers of the normalisation: floats of a row, pairs of vectors of float64 for intermediate values, and constants.
const (
	correlation  = 0
	spreadWindow = 1
	uneven       = 2 // lanes, with AVX2
	windowSum    = 4 // float64, a pair
	exact        = 6 // float64, a pair
	thisRow      = 8
	highestRow   = 9
	highest      = 10
	empty        = 11
	step         = 12
	spread       = 13
	templateSum  = 14 // float64
	pixels       = 15 // float64
)

func (n *normaliser) emit() {
	n.Begin("normalise", "func(found *correlations, peaks *columnPeaks, sums *windowSums, templateSum float64, spread float32)",
		"computes the correlations of a template, and of each column the first of the highest. templateSum is the sum of",
		"the template's pixels, spread blockPixels times that of their squares less its square: see normaliseGeneric.")
	n.found, n.peaks, n.sums = n.Argument("found"), n.Argument("peaks"), n.Argument("sums")
	n.VBROADCASTSD(n.Address("templateSum"), n.V(templateSum))
	n.VBROADCASTSS(n.Address("spread"), n.V(spread))
	n.fillDouble(blockPixels, pixels)
	n.FillWord(1, step)
	n.Zero(empty)
	if n.Wide() {
		n.columns()
	} else {
		n.Times("halves", n.Number(n.rowVectors()), func() {
			n.columns()
			n.Advance(n.VectorBytes(), n.peaks)
			n.Advance(n.VectorBytes()-sumsBytes, n.sums, n.found)
		})
	}
	n.End()
}

func (n *normaliser) fillDouble(x float64, to int) {
	r := n.GP64()
	n.MOVQ(operand.U64(math.Float64bits(x)), r)
	if n.Wide() {
		n.VPBROADCASTQ(r, n.V(to))
		return
	}
	n.VMOVQ(r, isa.X[to])
	n.VPBROADCASTQ(isa.X[to], n.V(to))
}

// columns computes a vector of columns.
func (n *normaliser) columns() {
	n.FillWord(math.Float32bits(-2), highest) // noCorrelation
	n.Zero(highestRow, thisRow)
	n.Times("rows", n.Number(searchHigh), func() {
		n.double(isa.At(n.sums, sumsBytes), windowSum)
		n.less(0, templateSum, templateSum, correlation)
		n.less(2*sumsBytes, windowSum, windowSum+1, spreadWindow)
		n.VMULPS(n.V(spread), n.V(spreadWindow), n.V(spreadWindow))
		n.divide()
		n.VMOVUPS(n.V(correlation), isa.At(n.found, 0))
		n.keepHighest()
		n.VPADDD(n.V(step), n.V(thisRow), n.V(thisRow))
		n.Advance(rowBytes, n.sums, n.found)
	})
	n.VMOVUPS(n.V(highest), isa.At(n.peaks, 0))
	n.VMOVUPS(n.V(highestRow), isa.At(n.peaks, rowBytes))
}

// double reads a vector of integers into a pair of vectors of float64.
func (n *normaliser) double(from operand.Mem, to int) {
	n.VCVTDQ2PD(from, n.V(to))
	n.VCVTDQ2PD(from.Offset(n.VectorBytes()/2), n.V(to+1))
}

// less computes blockPixels times each sum, less its factor times the sum of the window.
func (n *normaliser) less(sums, low, high, to int) {
	a, b := n.V(exact), n.V(exact+1)
	n.double(isa.At(n.sums, sums), exact)
	n.VMULPD(n.V(pixels), a, a)
	n.VMULPD(n.V(pixels), b, b)
	n.VFNMADD231PD(n.V(low), n.V(windowSum), a)
	n.VFNMADD231PD(n.V(high), n.V(windowSum+1), b)
	if n.Wide() {
		n.VCVTPD2PS(a, isa.Y[to])
		n.VCVTPD2PS(b, isa.Y[exact+1])
		n.VINSERTF64X4(operand.U8(1), isa.Y[exact+1], n.V(to), n.V(to))
		return
	}
	n.VCVTPD2PSY(a, isa.X[to])
	n.VCVTPD2PSY(b, isa.X[exact+1])
	n.VINSERTF128(operand.U8(1), isa.X[exact+1], n.V(to), n.V(to))
}

// divide computes the correlations, which are 0 where the window has one grey level.
func (n *normaliser) divide() {
	above, root := n.V(correlation), n.V(spreadWindow)
	if n.Wide() {
		n.VCMPPS(isa.QuietGreater, n.V(empty), root, reg.K1)
		n.VSQRTPS(root, root)
		n.VDIVPS_Z(root, above, reg.K1, above)
		return
	}
	n.VCMPPS(isa.QuietGreater, n.V(empty), root, n.V(uneven))
	n.VSQRTPS(root, root)
	n.VDIVPS(root, above, above)
	n.VANDPS(n.V(uneven), above, above)
}

func (n *normaliser) keepHighest() {
	value := n.V(correlation)
	if n.Wide() {
		n.VCMPPS(isa.QuietGreater, n.V(highest), value, reg.K2)
		n.VMOVAPS(value, reg.K2, n.V(highest))
		n.VMOVDQA32(n.V(thisRow), reg.K2, n.V(highestRow))
		return
	}
	higher := n.V(uneven)
	n.VCMPPS(isa.QuietGreater, n.V(highest), value, higher)
	n.VBLENDVPS(higher, value, n.V(highest), n.V(highest))
	n.VBLENDVPS(higher, n.V(thisRow), n.V(highestRow), n.V(highestRow))
}
