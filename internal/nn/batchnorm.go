package nn

import (
	"math"

	"exemplar/internal/kernel"
)

// NormEps is added to variances under the root, in all norms, as in PyTorch.
const NormEps = 1e-5

// momentum is the share of a batch in the running statistics, as in PyTorch.
const momentum = 0.1

// BatchNorm normalises every channel over the batch (Ioffe and Szegedy 2015, algorithm 1)
// and applies an activation. Evaluation uses running statistics in place of the batch's.
//
// The activation is part of the layer because both are computed in one pass over the
// memory: y = act(u), u = scale·x + shift. A batch may be processed in pieces of any size,
// so that a piece stays in the cache from one layer to the next:
//
//	Begin, Accumulate(x) for all pieces, End,      then Apply(y, x) for any of them;
//	BackwardActivation(du, dy, x) for all pieces, EndBackward, then BackwardInput(dx, du, x).
type BatchNorm struct {
	Channels   int
	Gain, Bias *Param
	Mean, Var  []float32 // running statistics
	Act        kernel.Activation

	scale, shift []float32 // of Apply

	rows           int       // number of rows of the batch so far
	sum, squares   []float64 // of x
	mean, invStd   []float64 // of the batch
	dSum, dProduct []float64 // of du and du·x
	piece          [2][]float32
	fromDU, fromX  []float32 // BackwardInput computes fromDU·du + fromX·x + constant
	constant       []float32
}

// NewBatchNorm makes a layer with gain 1, bias 0, running mean 0 and running variance 1.
// The activation is kernel.None or kernel.HardSwish.
func NewBatchNorm(channels int, act kernel.Activation) *BatchNorm {
	b := &BatchNorm{
		Channels: channels, Act: act,
		Gain: newParam(channels, 1), Bias: newParam(channels, 0),
		Mean: make([]float32, channels), Var: newParam(channels, 1).Value,
	}
	b.allocate()
	return b
}

// Replica makes a layer that shares gain and bias, and has gradients and statistics of its
// own. Its running statistics begin as copies.
func (b *BatchNorm) Replica() *BatchNorm {
	r := &BatchNorm{
		Channels: b.Channels, Act: b.Act,
		Gain: b.Gain.replica(), Bias: b.Bias.replica(),
		Mean: append([]float32(nil), b.Mean...), Var: append([]float32(nil), b.Var...),
	}
	r.allocate()
	return r
}

func (b *BatchNorm) allocate() {
	for _, s := range []*[]float32{&b.scale, &b.shift, &b.piece[0], &b.piece[1], &b.fromDU, &b.fromX, &b.constant} {
		*s = make([]float32, b.Channels)
	}
	for _, s := range []*[]float64{&b.sum, &b.squares, &b.mean, &b.invStd, &b.dSum, &b.dProduct} {
		*s = make([]float64, b.Channels)
	}
}

// Affine returns scale and shift of the layer in evaluation, before the
// activation: u = scale·x + shift.
func (b *BatchNorm) Affine() (scale, shift []float32) {
	scale, shift = make([]float32, b.Channels), make([]float32, b.Channels)
	for c := range scale {
		s := float64(b.Gain.Value[c]) / math.Sqrt(float64(b.Var[c])+NormEps)
		scale[c] = float32(s)
		shift[c] = float32(float64(b.Bias.Value[c]) - s*float64(b.Mean[c]))
	}
	return scale, shift
}

// UseRunning makes Apply use the running statistics.
func (b *BatchNorm) UseRunning() {
	b.scale, b.shift = b.Affine()
}

// Begin resets the statistics of the batch.
func (b *BatchNorm) Begin() {
	b.rows = 0
	clear(b.sum)
	clear(b.squares)
}

// Accumulate adds a piece x (rows,Channels) to the batch's statistics.
func (b *BatchNorm) Accumulate(x []float32, rows int) {
	kernel.Moments(b.piece[0], b.piece[1], x[:rows*b.Channels])
	addTo(b.sum, b.piece[0])
	addTo(b.squares, b.piece[1])
	b.rows += rows
}

// End makes Apply use the batch's statistics and updates the running ones, whose variance
// is the unbiased estimate.
func (b *BatchNorm) End() {
	n := float64(b.rows)
	for c := range b.sum {
		mean := b.sum[c] / n
		variance := max(b.squares[c]/n-mean*mean, 0)
		b.mean[c], b.invStd[c] = mean, 1/math.Sqrt(variance+NormEps)
		scale := float64(b.Gain.Value[c]) * b.invStd[c]
		b.scale[c], b.shift[c] = float32(scale), float32(float64(b.Bias.Value[c])-scale*mean)
		b.Mean[c] += momentum * (float32(mean) - b.Mean[c])
		b.Var[c] += momentum * (float32(variance*n/max(n-1, 1)) - b.Var[c])
	}
	clear(b.dSum)
	clear(b.dProduct)
}

// Apply computes y (rows,Channels) from x. y may be x.
func (b *BatchNorm) Apply(y, x []float32, rows int) {
	kernel.ScaleShift(y[:rows*b.Channels], x, b.scale, b.shift, b.Act)
}

// BackwardActivation computes du = dy · act'(u) for a piece, and adds to the sums that
// EndBackward needs. du may be dy.
func (b *BatchNorm) BackwardActivation(du, dy, x []float32, rows int) {
	n := rows * b.Channels
	kernel.ScaleShiftBackward(du[:n], dy[:n], x[:n], b.scale, b.shift, b.Act, b.piece[0], b.piece[1])
	addTo(b.dSum, b.piece[0])
	addTo(b.dProduct, b.piece[1])
}

// EndBackward adds to the gradients of gain and bias. With x̂ = (x-mean)·invStd
// over n rows (Ioffe and Szegedy 2015, section 3, simplified):
//
//	dx = gain·invStd·(du - mean(du) - x̂ · mean(du · x̂))
//
// which is fromDU·du + fromX·x + constant.
func (b *BatchNorm) EndBackward() {
	n := float64(b.rows)
	for c := range b.dSum {
		dNormal := b.invStd[c] * (b.dProduct[c] - b.mean[c]*b.dSum[c]) // sum of du · x̂
		b.Gain.Grad[c] += float32(dNormal)
		b.Bias.Grad[c] += float32(b.dSum[c])
		k := float64(b.Gain.Value[c]) * b.invStd[c]
		fromX := -k * b.invStd[c] * dNormal / n
		b.fromDU[c], b.fromX[c] = float32(k), float32(fromX)
		b.constant[c] = float32(-k*b.dSum[c]/n - fromX*b.mean[c])
	}
}

// BackwardInput computes the gradient of the input, for a piece, from the result du of
// BackwardActivation. dx may be du.
func (b *BatchNorm) BackwardInput(dx, du, x []float32, rows int) {
	n := rows * b.Channels
	kernel.Combine(dx[:n], du[:n], x[:n], b.fromDU, b.fromX, b.constant)
}

func addTo(sum []float64, x []float32) {
	for i, v := range x {
		sum[i] += float64(v)
	}
}
