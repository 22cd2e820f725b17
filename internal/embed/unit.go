package embed

import (
	"exemplar/internal/nn"
	"exemplar/internal/reuse"
)

// unit is a convolution, its batch normalisation with activation, and squeeze-and-excite if
// the architecture has it there.
type unit struct {
	conv            convolution // nil for the stem, which takes bytes
	bn              *nn.BatchNorm
	excite          *nn.SqueezeExcite // or nil
	inSide, outSide int
	inChannels      int
	out             []float32 // of the convolution, for the whole batch
}

// newUnits lists the units of the backbone.
func newUnits(l *layers) []*unit {
	side := l.arch.Input
	units := []*unit{{bn: l.stemBN, inSide: side, outSide: side / 2, inChannels: 3}}
	side /= 2
	for _, b := range l.blocks {
		out := b.depthwise.OutSize(side)
		c := b.depthwise.Channels
		units = append(units,
			&unit{conv: depthwiseConv{b.depthwise}, bn: b.bn1, excite: b.excite, inSide: side, outSide: out, inChannels: c},
			&unit{conv: pointwiseConv{b.pointwise}, bn: b.bn2, inSide: out, outSide: out, inChannels: c})
		side = out
	}
	return units
}

// outSize is the number of output values of a picture.
func (u *unit) outSize() int { return u.outSide * u.outSide * u.bn.Channels }

// output is the convolution's output for the pictures [i, i+m).
func (u *unit) output(i, m int) []float32 {
	return u.out[i*u.outSize():][:m*u.outSize()]
}

// pieceValues is the size of a piece in values, of input or output, whichever is larger. It
// is 128 KiB, so that input, output and gradients fit together into the second-level cache.
const pieceValues = 32 << 10

// eachPiece visits the batch in pieces, the pictures [i, i+m).
func (u *unit) eachPiece(n int, visit func(i, m int)) {
	size := max(u.outSize(), u.inSide*u.inSide*u.inChannels)
	step := max(1, pieceValues/size)
	for i := 0; i < n; i += step {
		visit(i, min(step, n-i))
	}
}

// activate computes the input of the next unit for the pictures [i, i+m).
func (u *unit) activate(p *pieceMemory, i, m int) []float32 {
	positions := u.outSide * u.outSide
	p.activated = reuse.Slice(p.activated, m*u.outSize())
	u.bn.Apply(p.activated, u.output(i, m), m*positions)
	if u.excite != nil {
		p.unscaled = append(p.unscaled[:0], p.activated...)
		u.excite.Forward(p.activated, m, positions, &p.gate)
	}
	return p.activated
}

// convolution is one of the two convolutions of a block, on n maps of side x side.
type convolution interface {
	forward(out, in []float32, n, side int)
	backward(dIn, dOut, in []float32, n, side int)
}

type depthwiseConv struct{ *nn.Depthwise }

func (c depthwiseConv) forward(out, in []float32, n, side int) { c.Forward(out, in, n, side, side) }

func (c depthwiseConv) backward(dIn, dOut, in []float32, n, side int) {
	c.Backward(dIn, dOut, in, n, side, side)
}

type pointwiseConv struct{ *nn.Linear }

func (c pointwiseConv) forward(out, in []float32, n, side int) { c.Forward(out, in, n*side*side) }

func (c pointwiseConv) backward(dIn, dOut, in []float32, n, side int) {
	c.Backward(dIn, dOut, in, n*side*side)
}
