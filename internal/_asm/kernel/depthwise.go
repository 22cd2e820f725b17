package kernel

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwise emits the depthwise convolution of rows that have the same filter rows inside the image: filters of 3x3
// and 5x5, strides 1 and 2, and tiles of 8, 4 or 1 neighbouring outputs.
func depthwise(c *build.Context) {
	for _, s := range emitters(c) {
		for _, size := range []int{3, 5} {
			for _, stride := range []int{1, 2} {
				for _, tile := range []int{8, 4, 1} {
					(&depthwiseRows{emitter: s, window: window{size, stride, tile}}).emit()
				}
			}
		}
	}
}

// depthwiseRows emits one function. A tile is a vector of channels of neighbouring outputs in a row. Each input of the
// tile is loaded once per filter row and used for all outputs that it reaches, so there are fewer loads than
// multiply-adds, and the weights of a filter row stay in registers. The first and last size/2 inputs of a tile, its
// edges, may lie beside the image and are skipped then; the jumps repeat from row to row and are predicted well.
// (Loads under an empty mask would do without jumps, but take microcode where the page beside the image is missing.)
// A last tile, or a last vector of channels, that would reach past the end is moved back and overlaps its neighbour.
type depthwiseRows struct {
	*emitter
	window
	channelBytes reg.GPVirtual // of all channels of a pixel
	odd          map[int]reg.GPVirtual
	at, channel  reg.GPVirtual // first output of the tile; byte offset of the vector of channels
	in, out      operand.Mem   // of the row, in the frame
	inside       reg.GPVirtual // bit e says whether edge e is in the image
}

// window is a tile of neighbouring outputs in a row, for a filter of one size and stride.
type window struct{ size, stride, tile int }

// inputs is the number of neighbouring inputs that a tile depends on.
func (w window) inputs() int { return (w.tile-1)*w.stride + w.size }

// edgeInput is the input of edge e: those that may lie beside the image are the first and the last size/2 of a tile.
func (w window) edgeInput(e int) int {
	if half := w.size / 2; e >= half {
		return w.inputs() - 1 - (e - half)
	}
	return e
}

// edge is the number of an input's edge; -1 is an input that is always inside.
func (w window) edge(input int) int {
	for e := range w.size / 2 * 2 {
		if w.edgeInput(e) == input {
			return e
		}
	}
	return -1
}

func (d *depthwiseRows) emit() {
	d.Begin(fmt.Sprintf("depthwise%dx%ds%dt%d", d.size, d.size, d.stride, d.tile),
		"func(out, in, weights, bias *float32, rows, taps, w, q, c int, act uint64)",
		fmt.Sprintf("computes rows of q >= %d outputs from rows of w inputs with c >= %d channels. in and weights begin", d.tile, d.Lanes),
		"at the first of the filter rows, taps in all, that lie in the image. bias may be nil.")
	d.setUp()
	rows, channels, tiles := d.NewLabel("rows"), d.NewLabel("channels"), d.NewLabel("tiles")
	d.Place(rows)
	d.XORQ(d.channel, d.channel)
	d.Place(channels)
	d.XORQ(d.at, d.at)
	d.Place(tiles)
	d.findEdges(d.window, d.inside, d.at)
	d.initialise()
	d.products()
	d.activation(d.Argument("act"), d.tile, d.tile)
	d.store()
	d.nextOverlapping(d.at, d.Argument("q"), d.tile, tiles)
	d.nextOverlapping(d.channel, d.channelBytes, d.VectorBytes(), channels)
	d.nextRow(rows)
	d.End()
}

func (d *depthwiseRows) setUp() {
	d.channelBytes = d.Argument("c")
	d.SHLQ(operand.U8(2), d.channelBytes)
	d.odd = d.oddMultiples(d.channelBytes, min(d.inputs(), multiplesPerBase))
	d.at, d.channel, d.inside = d.GP64(), d.GP64(), d.GP32()
	d.in, d.out = d.AllocLocal(8), d.AllocLocal(8)
	d.MOVQ(d.Argument("in"), d.in)
	d.MOVQ(d.Argument("out"), d.out)
}

// findEdges sets bit e of inside if edge e of the window of output at is in the image, with a column in [0, w).
func (s *emitter) findEdges(win window, inside, at reg.GPVirtual) {
	w, column := s.Argument("w"), s.GP64()
	s.XORL(inside, inside)
	for e := win.size/2*2 - 1; e >= 0; e-- {
		first := operand.Mem{Base: at, Disp: win.edgeInput(e) - win.size/2}
		if win.stride == 2 {
			first = first.Idx(at, 1)
		}
		s.LEAQ(first, column)
		s.CMPQ(column, w) // carry if below as unsigned numbers, which negative columns are not
		s.ADCL(inside, inside)
	}
}

// ifInside emits the code that uses an input of the window, with a jump around it if the input is an edge.
func (s *emitter) ifInside(win window, inside reg.GPVirtual, input int, use func()) {
	e := win.edge(input)
	if e < 0 {
		use()
		return
	}
	beside := s.NewLabel("beside")
	s.BTL(operand.U8(uint8(e)), inside)
	s.JCC(beside)
	use()
	s.Place(beside)
}

func (d *depthwiseRows) initialise() {
	bias := d.Argument("bias")
	none, done := d.NewLabel("unbiased"), d.NewLabel("biased")
	d.TESTQ(bias, bias)
	d.JZ(none)
	d.VMOVUPS(operand.Mem{Base: bias, Index: d.channel, Scale: 1}, d.V(0))
	d.JMP(done)
	d.Place(none)
	d.VXORPS(d.V(0), d.V(0), d.V(0))
	d.Place(done)
	for i := 1; i < d.tile; i++ {
		d.VMOVAPS(d.V(0), d.V(i))
	}
}

// products emits the loop over filter rows.
func (d *depthwiseRows) products() {
	first := d.CopyOf(d.at)
	if d.stride == 2 {
		d.ADDQ(first, first)
	}
	d.SUBQ(operand.U8(uint8(d.size/2)), first)
	d.IMULQ(d.channelBytes, first)
	d.ADDQ(d.channel, first)
	d.ADDQ(d.in, first)
	in := d.multiples(first, d.odd, d.inputs())
	w := d.Argument("weights")
	d.ADDQ(d.channel, w)
	weights := d.multiples(w, d.odd, d.size)
	taps, pitch := d.Argument("taps"), d.Argument("w")
	d.IMULQ(d.channelBytes, pitch)
	loop := d.NewLabel("taps")
	d.Place(loop)
	d.filterRow(in, weights)
	d.advance(in, pitch)
	for range d.size {
		d.advance(weights, d.channelBytes)
	}
	d.DECQ(taps)
	d.JNZ(loop)
}

// filterRow adds the products of one row of the filter.
func (d *depthwiseRows) filterRow(in, weights *multiples) {
	for x := range d.size {
		d.VMOVUPS(weights.at(x, 0), d.V(d.tile+x))
	}
	for input := range d.inputs() {
		value := d.V(d.tile + d.size)
		if d.Wide() && input%2 == 1 {
			value = d.V(d.tile + d.size + 1)
		}
		d.ifInside(d.window, d.inside, input, func() {
			d.VMOVUPS(in.at(input, 0), value)
			for output := range d.tile {
				if x := input - output*d.stride; x >= 0 && x < d.size {
					d.VFMADD231PS(value, d.V(d.tile+x), d.V(output))
				}
			}
		})
	}
}

func (d *depthwiseRows) store() {
	to := d.CopyOf(d.at)
	d.IMULQ(d.channelBytes, to)
	d.ADDQ(d.channel, to)
	d.ADDQ(d.out, to)
	out := d.multiples(to, d.odd, d.tile)
	for i := range d.tile {
		d.VMOVUPS(d.V(i), out.at(i, 0))
	}
}

// nextOverlapping moves position by step and jumps to again, unless it was at the end; the last step is shortened so
// that it ends at end.
func (s *emitter) nextOverlapping(position, end reg.GPVirtual, step int, again operand.LabelRef) {
	last, fits := s.CopyOf(end), s.NewLabel("fits")
	s.SUBQ(operand.U8(uint8(step)), last)
	s.CMPQ(position, last)
	done := s.NewLabel("through")
	s.JGE(done)
	s.ADDQ(operand.U8(uint8(step)), position)
	s.CMPQ(position, last)
	s.JLE(fits)
	s.MOVQ(last, position)
	s.Place(fits)
	s.JMP(again)
	s.Place(done)
}

// nextRow moves to the next row of outputs, if there is one.
func (d *depthwiseRows) nextRow(again operand.LabelRef) {
	in, out := d.Argument("w"), d.Argument("q")
	d.IMULQ(d.channelBytes, in)
	d.IMULQ(d.channelBytes, out)
	if d.stride == 2 {
		d.ADDQ(in, in)
	}
	d.ADDQ(in, d.in)
	d.ADDQ(out, d.out)
	d.DECQ(d.Address("rows"))
	d.JNZ(again)
}
