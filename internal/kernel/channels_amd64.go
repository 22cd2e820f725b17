//go:build !purego

package kernel

// split divides the channels: AVX-512 code takes the first vectors of 16, AVX2 code the next vectors of 8, and portable
// code the channels from rest on.
type split struct{ wide, narrow, rest int }

func splitChannels(c int) split {
	var s split
	if active == avx512 {
		s.wide = c / 16
		s.rest = 16 * s.wide
	}
	if active != generic {
		s.narrow = (c - s.rest) / 8
		s.rest += 8 * s.narrow
	}
	return s
}

// blockChannels is the number of channels that the widest code takes at a time.
const blockChannels = 64

// foldedRows treats several rows of c channels, n values in all, as one row of 64 channels if possible, since the widest
// code needs 64. It returns the number of channels and of rows in one.
func foldedRows(n, c int) (channels, copies int) {
	if active == avx512 && c < blockChannels && blockChannels%c == 0 && n%blockChannels == 0 {
		return blockChannels, blockChannels / c
	}
	return c, 1
}

// folded is a per-channel parameter, repeated for every row in a folded row.
type folded [blockChannels]float32

func (f *folded) repeat(x []float32, copies int) []float32 {
	if copies == 1 {
		return x
	}
	for i := range copies {
		copy(f[i*len(x):], x)
	}
	return f[:copies*len(x)]
}

// sums returns zeroed memory for the sums of a folded row, or x itself without folding.
func (f *folded) sums(x []float32, copies int) []float32 {
	if copies == 1 {
		return x
	}
	return f[:copies*len(x)]
}

// addTo adds the sums of a folded row to x.
func (f *folded) addTo(x []float32, copies int) {
	if copies == 1 {
		return
	}
	for i, v := range f[:copies*len(x)] {
		x[i%len(x)] += v
	}
}

// blocks is the number of channels that the widest code takes.
func blocks(c int) int {
	if active == avx512 {
		return c / blockChannels * blockChannels
	}
	return 0
}

func scaleShift(y, x, scale, shift []float32, act Activation) {
	c, copies := foldedRows(len(y), len(scale))
	var f [2]folded
	scale, shift = f[0].repeat(scale, copies), f[1].repeat(shift[:len(scale)], copies)
	rows, done := len(y)/c, blocks(c)
	for i := 0; i < done; i += blockChannels {
		scaleShift64AVX512(&y[i], &x[i], &scale[i], &shift[i], rows, c, uint64(act))
	}
	s := splitChannels(c - done)
	if i := done; s.wide > 0 {
		scaleShiftRowsAVX512(&y[i], &x[i], &scale[i], &shift[i], rows, c, s.wide, uint64(act))
	}
	if i := done + 16*s.wide; s.narrow > 0 {
		scaleShiftRowsAVX2(&y[i], &x[i], &scale[i], &shift[i], rows, c, s.narrow, uint64(act))
	}
	if i := done + s.rest; i < c {
		scaleShiftGeneric(y[i:], x[i:], scale[i:], shift[i:], c, act)
	}
}

func moments(sum, squares, x []float32) {
	c, copies := foldedRows(len(x), len(sum))
	var f [2]folded
	to, toSquares := f[0].sums(sum, copies), f[1].sums(squares[:len(sum)], copies)
	rows, done := len(x)/c, blocks(c)
	for i := 0; i < done; i += blockChannels {
		moments64AVX512(&to[i], &toSquares[i], &x[i], rows, c)
	}
	s := splitChannels(c - done)
	if i := done; s.wide > 0 {
		momentsRowsAVX512(&to[i], &toSquares[i], &x[i], rows, c, s.wide)
	}
	if i := done + 16*s.wide; s.narrow > 0 {
		momentsRowsAVX2(&to[i], &toSquares[i], &x[i], rows, c, s.narrow)
	}
	if i := done + s.rest; i < c {
		momentsGeneric(to[i:], toSquares[i:], x[i:], c)
	}
	f[0].addTo(sum, copies)
	f[1].addTo(squares[:len(sum)], copies)
}

func scaleShiftBackward(du, dy, x, scale, shift []float32, act Activation, sum, product []float32) {
	c, copies := foldedRows(len(du), len(scale))
	var f [4]folded
	to, toProduct := f[2].sums(sum, copies), f[3].sums(product[:len(sum)], copies)
	scale, shift = f[0].repeat(scale, copies), f[1].repeat(shift[:len(scale)], copies)
	rows, done := len(du)/c, blocks(c)
	for i := 0; i < done; i += blockChannels {
		scaleShiftBackward64AVX512(&du[i], &dy[i], &x[i], &scale[i], &shift[i], &to[i], &toProduct[i], rows, c, uint64(act))
	}
	s := splitChannels(c - done)
	if i := done; s.wide > 0 {
		scaleShiftBackwardRowsAVX512(&du[i], &dy[i], &x[i], &scale[i], &shift[i], &to[i], &toProduct[i], rows, c, s.wide, uint64(act))
	}
	if i := done + 16*s.wide; s.narrow > 0 {
		scaleShiftBackwardRowsAVX2(&du[i], &dy[i], &x[i], &scale[i], &shift[i], &to[i], &toProduct[i], rows, c, s.narrow, uint64(act))
	}
	if i := done + s.rest; i < c {
		scaleShiftBackwardGeneric(du[i:], dy[i:], x[i:], scale[i:], shift[i:], c, act, to[i:], toProduct[i:])
	}
	f[2].addTo(sum, copies)
	f[3].addTo(product[:len(sum)], copies)
}

func combine(out, a, b, p, q, r []float32) {
	c, copies := foldedRows(len(out), len(p))
	var f [3]folded
	p, q, r = f[0].repeat(p, copies), f[1].repeat(q[:len(p)], copies), f[2].repeat(r[:len(p)], copies)
	rows, done := len(out)/c, blocks(c)
	for i := 0; i < done; i += blockChannels {
		combine64AVX512(&out[i], &a[i], &b[i], &p[i], &q[i], &r[i], rows, c)
	}
	s := splitChannels(c - done)
	if i := done; s.wide > 0 {
		combineRowsAVX512(&out[i], &a[i], &b[i], &p[i], &q[i], &r[i], rows, c, s.wide)
	}
	if i := done + 16*s.wide; s.narrow > 0 {
		combineRowsAVX2(&out[i], &a[i], &b[i], &p[i], &q[i], &r[i], rows, c, s.narrow)
	}
	if i := done + s.rest; i < c {
		combineGeneric(out[i:], a[i:], b[i:], p[i:], q[i:], r[i:], c)
	}
}
