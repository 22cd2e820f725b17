//go:build !purego

package kernel

// split says how the channels are shared out: the first vectors of 16 to AVX-512 code, the next vectors of 8 to AVX2
// code, and those from rest on to portable code.
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

func scaleShift(y, x, scale, shift []float32, act Activation) {
	c := len(scale)
	s, rows := splitChannels(c), len(y)/c
	if s.wide > 0 {
		scaleShiftRowsAVX512(&y[0], &x[0], &scale[0], &shift[0], rows, c, s.wide, uint64(act))
	}
	if i := 16 * s.wide; s.narrow > 0 {
		scaleShiftRowsAVX2(&y[i], &x[i], &scale[i], &shift[i], rows, c, s.narrow, uint64(act))
	}
	if i := s.rest; i < c {
		scaleShiftGeneric(y[i:], x[i:], scale[i:], shift[i:], c, act)
	}
}

func moments(sum, squares, x []float32) {
	c := len(sum)
	s, rows := splitChannels(c), len(x)/c
	if s.wide > 0 {
		momentsRowsAVX512(&sum[0], &squares[0], &x[0], rows, c, s.wide)
	}
	if i := 16 * s.wide; s.narrow > 0 {
		momentsRowsAVX2(&sum[i], &squares[i], &x[i], rows, c, s.narrow)
	}
	if i := s.rest; i < c {
		momentsGeneric(sum[i:], squares[i:], x[i:], c)
	}
}

func scaleShiftBackward(du, dy, x, scale, shift []float32, act Activation, sum, product []float32) {
	c := len(scale)
	s, rows := splitChannels(c), len(du)/c
	if s.wide > 0 {
		scaleShiftBackwardRowsAVX512(&du[0], &dy[0], &x[0], &scale[0], &shift[0], &sum[0], &product[0], rows, c, s.wide, uint64(act))
	}
	if i := 16 * s.wide; s.narrow > 0 {
		scaleShiftBackwardRowsAVX2(&du[i], &dy[i], &x[i], &scale[i], &shift[i], &sum[i], &product[i], rows, c, s.narrow, uint64(act))
	}
	if i := s.rest; i < c {
		scaleShiftBackwardGeneric(du[i:], dy[i:], x[i:], scale[i:], shift[i:], c, act, sum[i:], product[i:])
	}
}

func combine(out, a, b, p, q, r []float32) {
	c := len(p)
	s, rows := splitChannels(c), len(out)/c
	if s.wide > 0 {
		combineRowsAVX512(&out[0], &a[0], &b[0], &p[0], &q[0], &r[0], rows, c, s.wide)
	}
	if i := 16 * s.wide; s.narrow > 0 {
		combineRowsAVX2(&out[i], &a[i], &b[i], &p[i], &q[i], &r[i], rows, c, s.narrow)
	}
	if i := s.rest; i < c {
		combineGeneric(out[i:], a[i:], b[i:], p[i:], q[i:], r[i:], c)
	}
}
