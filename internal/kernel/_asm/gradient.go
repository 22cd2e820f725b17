package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stemTaps is the number of rows of the stem's weights.
const stemTaps = 27

// gradient emits what adds to the gradients of weights.
func gradient(c *build.Context) {
	both := isas(c)
	for _, t := range []struct {
		isa     *isa
		vectors int
		rows    []int
	}{
		{both[0], 1, []int{12, 8, 4, 3, 2, 1}},
		{both[0], 2, []int{6, 4, 2, 1}},
		{both[1], 1, []int{stemTaps, 16, 8, 4, 2, 1}},
		{both[1], 2, []int{12, 8, 4, 2, 1}},
		{both[1], 4, []int{6, 4, 2, 1}},
	} {
		(&transA{isa: t.isa, vectors: t.vectors}).emit(t.rows)
	}
	for _, s := range both {
		for _, size := range []int{3, 5} {
			for _, stride := range []int{1, 2} {
				(&depthwiseWeights{isa: s, size: size, stride: stride}).emit()
			}
		}
	}
}

// transA emits the product of a transposed matrix, added to what is there. A tile of the result stays in registers
// over all rows of both factors, of which the first gives neighbouring broadcasts and the second vectors.
type transA struct {
	*isa
	vectors                int
	out, a, k, strideA, sn reg.GPVirtual // sn: bytes of a row of b and out
}

func (p *transA) emit(rows []int) {
	width := p.vectors * p.lanes
	params, doc := "", "columns."
	if p.wide() {
		params, doc = ", mask uint64", "columns; mask is of the lanes of the last vector."
	}
	p.begin(fmt.Sprintf("addTransA%d", width), "func(out, a, b *float32, m, k, n int"+params+")",
		"adds aᵀ · b to out (k,n), with a (m,k) and b (m,n), in", fmt.Sprintf("%d %s", width, doc))
	p.out, p.a, p.k = p.load("out"), p.load("a"), p.load("k")
	p.strideA, p.sn = p.load("k"), p.load("n")
	p.SHLQ(operand.U8(2), p.strideA)
	p.SHLQ(operand.U8(2), p.sn)
	if p.wide() {
		p.KMOVQ(p.param("mask"), reg.K1)
	}
	for _, r := range rows {
		p.tile(r)
	}
	p.end()
}

// tile emits the loop over blocks of so many rows of the result.
func (p *transA) tile(rows int) {
	loop, done, step := p.label("rows"), p.label("rowsDone"), p.label("steps")
	p.place(loop)
	p.CMPQ(p.k, operand.U8(uint8(rows)))
	p.JLT(done)
	for i := range rows * p.vectors {
		p.VXORPS(p.v(i), p.v(i), p.v(i))
	}
	a, b, m := p.copyOf(p.a), p.load("b"), p.load("m")
	p.place(step)
	p.step(rows, a, b)
	p.ADDQ(p.strideA, a)
	p.ADDQ(p.sn, b)
	p.DECQ(m)
	p.JNZ(step)
	p.addTo(rows)
	p.ADDQ(operand.U8(uint8(4*rows)), p.a)
	p.SUBQ(operand.U8(uint8(rows)), p.k)
	p.JMP(loop)
	p.place(done)
}

func (p *transA) step(rows int, a, b reg.GPVirtual) {
	free := 12
	if p.wide() {
		free = 24
		if p.vectors == 1 {
			free = stemTaps
		}
	}
	for v := range p.vectors {
		p.moveLast(v, operand.Mem{Base: b, Disp: v * p.vectorBytes()}, p.v(free+v))
	}
	for r := range rows {
		x := operand.Mem{Base: a, Disp: 4 * r}
		if p.vectors == 1 && p.wide() {
			p.VFMADD231PS_BCST(x, p.v(free), p.v(r))
			continue
		}
		broadcast := p.v(free + p.vectors + r%2)
		p.VBROADCASTSS(x, broadcast)
		for v := range p.vectors {
			p.VFMADD231PS(broadcast, p.v(free+v), p.v(r*p.vectors+v))
		}
	}
}

// moveLast loads vector v of a row, the last one under the mask if there is one.
func (p *transA) moveLast(v int, from operand.Mem, to reg.VecPhysical) {
	if p.wide() && v == p.vectors-1 {
		p.VMOVUPS_Z(from, reg.K1, to)
		return
	}
	p.VMOVUPS(from, to)
}

// addTo adds the tile to the result and moves out past it.
func (p *transA) addTo(rows int) {
	for r := range rows {
		for v := range p.vectors {
			x, to := p.v(r*p.vectors+v), operand.Mem{Base: p.out, Disp: v * p.vectorBytes()}
			if p.wide() && v == p.vectors-1 {
				p.VMOVUPS_Z(to, reg.K1, p.v(31))
				p.VADDPS(p.v(31), x, x)
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
	*isa
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
	d.begin(fmt.Sprintf("depthwiseWeights%dx%ds%d", d.size, d.size, d.stride),
		"func(dw, dOut, in *float32, h, w, p, q, c, vectors int)",
		"adds to dw (R,R,c) the gradient for an image: dOut (p,q,c), in (h,w,c), for the first", "vectors of channels.")
	d.channelBytes = d.load("c")
	d.SHLQ(operand.U8(2), d.channelBytes)
	d.odd = d.oddMultiples(d.channelBytes, multiplesPerBase)
	for _, m := range []*operand.Mem{&d.channel, &d.top, &d.rows, &d.rowStart} {
		*m = d.AllocLocal(8)
	}
	d.MOVQ(operand.U32(0), d.channel)
	d.dOut, d.at, d.tileStart, d.inside = d.GP64(), d.GP64(), d.GP64(), d.GP32()
	channels := d.label("channels")
	d.place(channels)
	for from := 0; from < d.size; from += d.filterRows() {
		d.image(from)
	}
	d.ADDQ(operand.U8(uint8(d.vectorBytes())), d.channel)
	d.DECQ(d.param("vectors"))
	d.JNZ(channels)
	d.end()
}

// filterRows is the number of rows of the filter whose gradient fits in registers.
func (d *depthwiseWeights) filterRows() int {
	if d.size == 5 && !d.wide() {
		return 1
	}
	return d.size
}

// image emits the pass over the image for the filter rows from one on.
func (d *depthwiseWeights) image(from int) {
	for i := range d.filterRows() * d.size {
		d.VXORPS(d.v(i), d.v(i), d.v(i))
	}
	d.begins(from)
	rows, fours, ones, rest, done := d.label("rows"), d.label("fours"), d.label("ones"), d.label("rest"), d.label("rowDone")
	d.place(rows)
	d.XORQ(d.at, d.at)
	d.MOVQ(d.rowStart, d.tileStart)
	limit := d.GP64()
	d.place(fours)
	d.LEAQ(operand.Mem{Base: d.at, Disp: 4}, limit)
	d.CMPQ(limit, d.param("q"))
	d.JGT(rest)
	d.tile(window{d.size, d.stride, 4}, from)
	d.JMP(fours)
	d.place(rest)
	d.place(ones)
	d.CMPQ(d.at, d.param("q"))
	d.JGE(done)
	d.tile(window{d.size, d.stride, 1}, from)
	d.JMP(ones)
	d.place(done)
	d.nextRow(rows)
	d.addTo(from)
}

// begins sets the addresses to the image's first tile.
func (d *depthwiseWeights) begins(from int) {
	start, row := d.GP64(), d.load("p")
	d.MOVQ(row, d.rows)
	d.MOVQ(operand.I32(int32(from-d.size/2)), row)
	d.MOVQ(row, d.top)
	d.MOVQ(d.param("w"), start)
	d.IMULQ(row, start)
	d.SUBQ(operand.U8(uint8(d.size/2)), start)
	d.IMULQ(d.channelBytes, start)
	d.ADDQ(d.param("in"), start)
	d.ADDQ(d.channel, start)
	d.MOVQ(start, d.rowStart)
	d.MOVQ(d.param("dOut"), d.dOut)
	d.ADDQ(d.channel, d.dOut)
}

// tile adds the products of some outputs with all that they saw, and moves on.
func (d *depthwiseWeights) tile(win window, from int) {
	d.findEdges(win, d.inside, d.at)
	out := d.multiples(d.dOut, d.odd, win.tile)
	gradients := d.filterRows() * d.size
	for i := range win.tile {
		d.VMOVUPS(out.at(i, 0), d.v(gradients+i))
	}
	value := d.v(gradients + win.tile)
	in, row, pitch := d.multiples(d.tileStart, d.odd, win.inputs()), d.GP64(), d.load("w")
	d.IMULQ(d.channelBytes, pitch)
	d.MOVQ(d.top, row)
	for y := range d.filterRows() {
		outside := d.label("outside")
		d.CMPQ(row, d.param("h"))
		d.JCC(outside) // unsigned: above the image too
		for input := range win.inputs() {
			d.ifInside(win, d.inside, input, func() {
				d.VMOVUPS(in.at(input, 0), value)
				for output := range win.tile {
					if x := input - output*d.stride; x >= 0 && x < d.size {
						d.VFMADD231PS(value, d.v(gradients+output), d.v(y*d.size+x))
					}
				}
			})
		}
		d.place(outside)
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
	pitch := d.load("w")
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
	to, skip := d.load("dw"), d.GP64()
	d.IMUL3Q(operand.U8(uint8(from*d.size)), d.channelBytes, skip)
	d.ADDQ(skip, to)
	d.ADDQ(d.channel, to)
	for i := range d.filterRows() * d.size {
		d.VADDPS(operand.Mem{Base: to}, d.v(i), d.v(i))
		d.VMOVUPS(d.v(i), operand.Mem{Base: to})
		d.ADDQ(d.channelBytes, to)
	}
}
