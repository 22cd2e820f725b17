package kernel

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stemTaps is the number of rows of the stem's weights.
const stemTaps = 27

// gradient emits the functions that add to the gradients of weights.
func gradient(c *build.Context) {
	both := emitters(c)
	for _, t := range []struct {
		isa     *emitter
		vectors int
		rows    []int
	}{
		{both[0], 1, []int{12, 8, 4, 3, 2, 1}},
		{both[0], 2, []int{6, 4, 2, 1}},
		{both[1], 1, []int{stemTaps, 16, 8, 4, 2, 1}},
		{both[1], 2, []int{12, 8, 4, 2, 1}},
		{both[1], 4, []int{6, 4, 2, 1}},
	} {
		(&transA{emitter: t.isa, vectors: t.vectors}).emit(t.rows)
	}
	for _, s := range both {
		for _, size := range []int{3, 5} {
			for _, stride := range []int{1, 2} {
				(&depthwiseWeights{emitter: s, size: size, stride: stride}).emit()
			}
		}
	}
}

// transA emits the product with a transposed matrix, which is added to the result. A tile of the result stays in registers
// over all rows of both factors. Elements of the first factor are broadcast, the second is read in vectors.
type transA struct {
	*emitter
	vectors                int
	out, a, k, strideA, sn reg.GPVirtual // sn: bytes of a row of b and out
}

func (p *transA) emit(rows []int) {
	width := p.vectors * p.Lanes
	params, doc := "", "columns."
	if p.Wide() {
		params, doc = ", mask uint64", "columns; mask is of the lanes of the last vector."
	}
	p.Begin(fmt.Sprintf("addTransA%d", width), "func(out, a, b *float32, m, k, n int"+params+")",
		"adds aᵀ · b to out (k,n), with a (m,k) and b (m,n), in", fmt.Sprintf("%d %s", width, doc))
	p.out, p.a, p.k = p.Argument("out"), p.Argument("a"), p.Argument("k")
	p.strideA, p.sn = p.Argument("k"), p.Argument("n")
	p.SHLQ(operand.U8(2), p.strideA)
	p.SHLQ(operand.U8(2), p.sn)
	if p.Wide() {
		p.KMOVQ(p.Address("mask"), reg.K1)
	}
	for _, r := range rows {
		p.tile(r)
	}
	p.End()
}

// tile emits the loop over blocks of so many rows of the result.
func (p *transA) tile(rows int) {
	loop, done, step := p.NewLabel("rows"), p.NewLabel("rowsDone"), p.NewLabel("steps")
	p.Place(loop)
	p.CMPQ(p.k, operand.U8(uint8(rows)))
	p.JLT(done)
	for i := range rows * p.vectors {
		p.VXORPS(p.V(i), p.V(i), p.V(i))
	}
	a, b, m := p.CopyOf(p.a), p.Argument("b"), p.Argument("m")
	p.Place(step)
	p.step(rows, a, b)
	p.ADDQ(p.strideA, a)
	p.ADDQ(p.sn, b)
	p.DECQ(m)
	p.JNZ(step)
	p.addTo(rows)
	p.ADDQ(operand.U8(uint8(4*rows)), p.a)
	p.SUBQ(operand.U8(uint8(rows)), p.k)
	p.JMP(loop)
	p.Place(done)
}

func (p *transA) step(rows int, a, b reg.GPVirtual) {
	free := 12
	if p.Wide() {
		free = 24
		if p.vectors == 1 {
			free = stemTaps
		}
	}
	for v := range p.vectors {
		p.moveLast(v, operand.Mem{Base: b, Disp: v * p.VectorBytes()}, p.V(free+v))
	}
	for r := range rows {
		x := operand.Mem{Base: a, Disp: 4 * r}
		if p.vectors == 1 && p.Wide() {
			p.VFMADD231PS_BCST(x, p.V(free), p.V(r))
			continue
		}
		broadcast := p.V(free + p.vectors + r%2)
		p.VBROADCASTSS(x, broadcast)
		for v := range p.vectors {
			p.VFMADD231PS(broadcast, p.V(free+v), p.V(r*p.vectors+v))
		}
	}
}

// moveLast loads vector v of a row, the last one under the mask if there is one.
func (p *transA) moveLast(v int, from operand.Mem, to reg.VecPhysical) {
	if p.Wide() && v == p.vectors-1 {
		p.VMOVUPS_Z(from, reg.K1, to)
		return
	}
	p.VMOVUPS(from, to)
}

// addTo adds the tile to the result and moves out past it.
func (p *transA) addTo(rows int) {
	for r := range rows {
		for v := range p.vectors {
			x, to := p.V(r*p.vectors+v), operand.Mem{Base: p.out, Disp: v * p.VectorBytes()}
			if p.Wide() && v == p.vectors-1 {
				p.VMOVUPS_Z(to, reg.K1, p.V(31))
				p.VADDPS(p.V(31), x, x)
				p.VMOVUPS(x, reg.K1, to)
				continue
			}
			p.VADDPS(to, x, x)
			p.VMOVUPS(x, to)
		}
		p.ADDQ(p.sn, p.out)
	}
}

// depthwiseWeights emits the gradient of depthwise filters for one image. The gradient of a whole filter, or of one row
// of it where registers are short, stays in registers over the image; outputs are taken four at a time, then singly,
// so that an input is loaded once for all outputs that it reaches.
type depthwiseWeights struct {
	*emitter
	size, stride int
	channelBytes reg.GPVirtual
	odd          map[int]reg.GPVirtual
	channel      operand.Mem   // bytes to the vector of channels; all in the frame
	top, rows    operand.Mem   // row of the image under the filter's first row; rows of outputs left
	rowStart     operand.Mem   // address of the first tile's first input
	dOut, at     reg.GPVirtual // address of the tile's outputs; first column
	tileStart    reg.GPVirtual // address of the tile's first input
	inside       reg.GPVirtual
}

func (d *depthwiseWeights) emit() {
	d.Begin(fmt.Sprintf("depthwiseWeights%dx%ds%d", d.size, d.size, d.stride),
		"func(dw, dOut, in *float32, h, w, p, q, c, vectors int)",
		"adds to dw (R,R,c) the gradient for an image: dOut (p,q,c), in (h,w,c), for the first", "vectors of channels.")
	d.channelBytes = d.Argument("c")
	d.SHLQ(operand.U8(2), d.channelBytes)
	d.odd = d.oddMultiples(d.channelBytes, multiplesPerBase)
	for _, m := range []*operand.Mem{&d.channel, &d.top, &d.rows, &d.rowStart} {
		*m = d.AllocLocal(8)
	}
	d.MOVQ(operand.U32(0), d.channel)
	d.dOut, d.at, d.tileStart, d.inside = d.GP64(), d.GP64(), d.GP64(), d.GP32()
	channels := d.NewLabel("channels")
	d.Place(channels)
	for from := 0; from < d.size; from += d.filterRows() {
		d.image(from)
	}
	d.ADDQ(operand.U8(uint8(d.VectorBytes())), d.channel)
	d.DECQ(d.Address("vectors"))
	d.JNZ(channels)
	d.End()
}

// filterRows is the number of rows of the filter whose gradient fits in registers.
func (d *depthwiseWeights) filterRows() int {
	if d.size == 5 && !d.Wide() {
		return 1
	}
	return d.size
}

// image emits the pass over the image for the filter rows from one on.
func (d *depthwiseWeights) image(from int) {
	for i := range d.filterRows() * d.size {
		d.VXORPS(d.V(i), d.V(i), d.V(i))
	}
	d.begins(from)
	rows, fours, ones, rest, done := d.NewLabel("rows"), d.NewLabel("fours"), d.NewLabel("ones"), d.NewLabel("rest"), d.NewLabel("rowDone")
	d.Place(rows)
	d.XORQ(d.at, d.at)
	d.MOVQ(d.rowStart, d.tileStart)
	limit := d.GP64()
	d.Place(fours)
	d.LEAQ(operand.Mem{Base: d.at, Disp: 4}, limit)
	d.CMPQ(limit, d.Address("q"))
	d.JGT(rest)
	d.tile(window{d.size, d.stride, 4}, from)
	d.JMP(fours)
	d.Place(rest)
	d.Place(ones)
	d.CMPQ(d.at, d.Address("q"))
	d.JGE(done)
	d.tile(window{d.size, d.stride, 1}, from)
	d.JMP(ones)
	d.Place(done)
	d.nextRow(rows)
	d.addTo(from)
}

// begins sets the addresses to the image's first tile.
func (d *depthwiseWeights) begins(from int) {
	start, row := d.GP64(), d.Argument("p")
	d.MOVQ(row, d.rows)
	d.MOVQ(operand.I32(int32(from-d.size/2)), row)
	d.MOVQ(row, d.top)
	d.MOVQ(d.Address("w"), start)
	d.IMULQ(row, start)
	d.SUBQ(operand.U8(uint8(d.size/2)), start)
	d.IMULQ(d.channelBytes, start)
	d.ADDQ(d.Address("in"), start)
	d.ADDQ(d.channel, start)
	d.MOVQ(start, d.rowStart)
	d.MOVQ(d.Address("dOut"), d.dOut)
	d.ADDQ(d.channel, d.dOut)
}

// tile adds the products of some outputs with all their inputs, and moves to the next outputs.
func (d *depthwiseWeights) tile(win window, from int) {
	d.findEdges(win, d.inside, d.at)
	out := d.multiples(d.dOut, d.odd, win.tile)
	gradients := d.filterRows() * d.size
	for i := range win.tile {
		d.VMOVUPS(out.at(i, 0), d.V(gradients+i))
	}
	value := d.V(gradients + win.tile)
	in, row, pitch := d.multiples(d.tileStart, d.odd, win.inputs()), d.GP64(), d.Argument("w")
	d.IMULQ(d.channelBytes, pitch)
	d.MOVQ(d.top, row)
	for y := range d.filterRows() {
		outside := d.NewLabel("outside")
		d.CMPQ(row, d.Address("h"))
		d.JCC(outside) // unsigned: above the image too
		for input := range win.inputs() {
			d.ifInside(win, d.inside, input, func() {
				d.VMOVUPS(in.at(input, 0), value)
				for output := range win.tile {
					if x := input - output*d.stride; x >= 0 && x < d.size {
						d.VFMADD231PS(value, d.V(gradients+output), d.V(y*d.size+x))
					}
				}
			})
		}
		d.Place(outside)
		if y+1 < d.filterRows() {
			d.INCQ(row)
			d.advance(in, pitch)
		}
	}
	for range win.tile {
		d.ADDQ(d.channelBytes, d.dOut)
	}
	for range win.tile * d.stride {
		d.ADDQ(d.channelBytes, d.tileStart)
	}
	d.ADDQ(operand.U8(uint8(win.tile)), d.at)
}

func (d *depthwiseWeights) nextRow(again operand.LabelRef) {
	pitch := d.Argument("w")
	d.IMULQ(d.channelBytes, pitch)
	for range d.stride {
		d.ADDQ(pitch, d.rowStart)
		d.INCQ(d.top)
	}
	d.DECQ(d.rows)
	d.JNZ(again)
}

// addTo adds the registers to the gradient.
func (d *depthwiseWeights) addTo(from int) {
	to, skip := d.Argument("dw"), d.GP64()
	d.IMUL3Q(operand.U8(uint8(from*d.size)), d.channelBytes, skip)
	d.ADDQ(skip, to)
	d.ADDQ(d.channel, to)
	for i := range d.filterRows() * d.size {
		d.VADDPS(operand.Mem{Base: to}, d.V(i), d.V(i))
		d.VMOVUPS(d.V(i), operand.Mem{Base: to})
		d.ADDQ(d.channelBytes, to)
	}
}
