package nn

import (
	"math"
	"math/rand/v2"
	"sync"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// Conv is a convolution of all channels by square filters, with zeros around the input. In
// contrast to other layers, several goroutines may call its Forward at once.
//
// It copies the inputs of some rows of outputs next to each other (im2col) and multiplies
// them by the matrix of weights.
type Conv struct {
	In, Out           int    // channels
	Size, Stride, Pad int    // of the filters; zeros on each side
	Weight            *Param // (Size,Size,In,Out): row, column, input, output
	Bias              *Param // (Out)

	packed *packs // of Weight as a matrix (Size·Size·In,Out); shared by replicas
}

// NewConv makes a layer of zeros.
func NewConv(in, out, size, stride, pad int) *Conv {
	return &Conv{
		In: in, Out: out, Size: size, Stride: stride, Pad: pad,
		Weight: newParam(size*size*in*out, 0), Bias: newParam(out, 0), packed: &packs{},
	}
}

// Replica shares the layer's values and packed weights and has gradients of its
// own.
func (c *Conv) Replica() *Conv {
	r := *c
	r.Weight, r.Bias = c.Weight.replica(), c.Bias.replica()
	return &r
}

// InitFanIn draws the weights normally, with variance 2/(Size²·In), as suits a
// ReLU after the layer (He et al. 2015, eq. 10). The biases become zeros.
func (c *Conv) InitFanIn(rng *rand.Rand) {
	c.Weight.fillNormal(rng, math.Sqrt(2/float64(c.taps())))
	clear(c.Bias.Value)
}

// Pack makes Forward and Backward use the present weights, also in all replicas.
func (c *Conv) Pack() { c.packed.set(c.Weight.Value, c.taps(), c.Out) }

// taps is the number of inputs to one output.
func (c *Conv) taps() int { return c.Size * c.Size * c.In }

// OutSize is the extent of the output along an axis where the input's is n.
func (c *Conv) OutSize(n int) int { return max(0, n+2*c.Pad-c.Size+c.Stride) / c.Stride }

// Forward computes out (N,P,Q,Out) = act(convolution of in (N,H,W,In) + Bias).
func (c *Conv) Forward(out, in []float32, n, h, w int, act kernel.Activation) {
	if c.Size == 1 && c.Stride == 1 && c.Pad == 0 { // the inputs lie next to each other already
		kernel.MatMul(out, in, n*h*w, c.packed.forward, c.Bias.Value, act)
		return
	}
	c.eachStrip(n, h, w, func(s *strip) {
		c.gather(s, in)
		kernel.MatMul(out[s.first*c.Out:], s.taps, s.count, c.packed.forward, c.Bias.Value, act)
	})
}

// Backward computes dIn, if it is not nil, and adds to the gradients of the
// weights and the bias. dOut is the gradient before Forward's activation.
func (c *Conv) Backward(dIn, dOut, in []float32, n, h, w int) {
	if dIn != nil {
		clear(dIn[:n*h*w*c.In])
	}
	c.eachStrip(n, h, w, func(s *strip) {
		d := dOut[s.first*c.Out:][:s.count*c.Out]
		c.gather(s, in)
		kernel.MatMulTransA(c.Weight.Grad, s.taps, d, s.count, c.taps(), c.Out)
		addRows(c.Bias.Grad, d, s.count)
		if dIn != nil {
			kernel.MatMul(s.taps, d, s.count, c.packed.backward, nil, kernel.None)
			c.scatter(dIn, s)
		}
	})
}

// stripFloats is the size of a strip in floats: a quarter of a cache of 1 MiB, in which the
// weights and the inputs must fit as well. A single row of outputs may need more.
const stripFloats = 1 << 16

// strip is some rows of outputs of one picture, with their inputs.
type strip struct {
	taps         []float32 // (count,Size·Size·In): the inputs to each output
	first, count int       // outputs: position in the batch, number
	top          int       // the first row of outputs
	picture      int       // of the batch
	h, w, q      int       // size of the input, width of the output
}

// strips keeps memory from call to call.
var strips = sync.Pool{New: func() any { return new(strip) }}

// eachStrip visits the outputs of a batch of h x w inputs in strips. The taps of a strip are
// not set yet.
func (c *Conv) eachStrip(n, h, w int, visit func(s *strip)) {
	p, q := c.OutSize(h), c.OutSize(w)
	if p*q == 0 {
		return
	}
	rows := min(p, max(1, stripFloats/(q*c.taps())))
	s := strips.Get().(*strip)
	defer strips.Put(s)
	memory := reuse.Slice(s.taps[:cap(s.taps)], rows*q*c.taps())
	for i := range n {
		for top := 0; top < p; top += rows {
			count := min(rows, p-top) * q
			*s = strip{memory[:count*c.taps()], (i*p + top) * q, count, top, i, h, w, q}
			visit(s)
		}
	}
}

// gather sets the taps of a strip to the inputs, and to zeros beyond the edge.
func (c *Conv) gather(s *strip, in []float32) {
	taps, wide := c.taps(), c.Size*c.In
	c.eachFilterRow(s, func(to []float32, row int) {
		for x := range s.q {
			run := to[x*taps:][:wide]
			left := x*c.Stride - c.Pad
			if row >= 0 && left >= 0 && left+c.Size <= s.w {
				if from := in[(row+left)*c.In:]; wide == 16 { // of pictures: a copy without a call
					*(*[16]float32)(run) = *(*[16]float32)(from)
				} else {
					copy(run, from)
				}
				continue
			}
			clear(run)
			if from, to := max(left, 0), min(left+c.Size, s.w); row >= 0 && from < to {
				copy(run[(from-left)*c.In:], in[(row+from)*c.In:(row+to)*c.In])
			}
		}
	})
}

// scatter adds the taps of a strip to dIn, at the positions from which gather takes them.
func (c *Conv) scatter(dIn []float32, s *strip) {
	c.eachFilterRow(s, func(taps []float32, row int) {
		for x := 0; x < s.q && row >= 0; x++ {
			left := x*c.Stride - c.Pad
			if from, to := max(left, 0), min(left+c.Size, s.w); from < to {
				kernel.AddScaled(dIn[(row+from)*c.In:], taps[x*c.taps()+(from-left)*c.In:][:(to-from)*c.In], 1)
			}
		}
	})
}

// eachFilterRow visits the rows of the filters for every row of a strip's outputs. taps
// begins with the taps of the row's first output; row is the position in the batch of the
// row of inputs, or -1 if it is outside.
func (c *Conv) eachFilterRow(s *strip, visit func(taps []float32, row int)) {
	for y := range s.count / s.q {
		for k := range c.Size {
			row := (s.top+y)*c.Stride - c.Pad + k
			if row < 0 || row >= s.h {
				row = -1
			} else {
				row = (s.picture*s.h + row) * s.w
			}
			visit(s.taps[y*s.q*c.taps()+k*c.Size*c.In:], row)
		}
	}
}
