package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// forChannels runs f for numbers of channels on both sides of every vector, and a few numbers of rows.
func forChannels(t *testing.T, f func(t *testing.T, r *rand.Rand, rows, c int)) {
	t.Helper()
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for c := 1; c <= 67; c++ {
			for _, rows := range []int{0, 1, 2, 3, 7, 30} {
				f(t, r, rows, c)
			}
		}
	})
}

func TestScaleShift(t *testing.T) {
	forChannels(t, func(t *testing.T, r *rand.Rand, rows, c int) {
		x, xSame := guardedNormals(t, r, rows*c, r.IntN(16))
		scale, scaleSame := guardedNormals(t, r, c, r.IntN(16))
		shift, shiftSame := guardedNormals(t, r, c, r.IntN(16))
		y, beside := guarded(t, rows*c, r.IntN(16))
		act := activations[r.IntN(len(activations))]
		if rows == 3 {
			poison(r, x)
			xSame = func() {}
		}
		ScaleShift(y, x, scale, shift, act)
		xSame()
		scaleSame()
		shiftSame()
		beside()
		for i, got := range y {
			var a accumulate
			a.add(x[i], scale[i%c])
			a.add(shift[i%c], 1)
			if err := a.value(act).check(got); err != nil {
				t.Fatalf("%d rows of %d, activation %d, at %d: %v", rows, c, act, i, err)
			}
		}
		ScaleShift(x, x, scale, shift, act)
		sameBits(t, x, y)
	})
}

// sameBits fails if what was computed in place is not what was computed elsewhere.
func sameBits(t *testing.T, inPlace, elsewhere []float32) {
	t.Helper()
	for i, v := range elsewhere {
		if inPlace[i] != v && v == v {
			t.Fatalf("at %d: %g in place, %g elsewhere", i, inPlace[i], v)
		}
	}
}

func TestMoments(t *testing.T) {
	forChannels(t, func(t *testing.T, r *rand.Rand, rows, c int) {
		x, xSame := guardedNormals(t, r, rows*c, r.IntN(16))
		sum, sumBeside := guarded(t, c, r.IntN(16))
		squares, squaresBeside := guarded(t, c, r.IntN(16))
		Moments(sum, squares, x)
		xSame()
		sumBeside()
		squaresBeside()
		for i := range c {
			var s, q accumulate
			for row := range rows {
				s.add(x[row*c+i], 1)
				q.add(x[row*c+i], x[row*c+i])
			}
			if err := s.value(None).check(sum[i]); err != nil {
				t.Fatalf("%d rows of %d, sum %d: %v", rows, c, i, err)
			}
			if err := q.value(None).check(squares[i]); err != nil {
				t.Fatalf("%d rows of %d, squares %d: %v", rows, c, i, err)
			}
		}
	})
}

func TestScaleShiftBackward(t *testing.T) {
	forChannels(t, func(t *testing.T, r *rand.Rand, rows, c int) {
		x, xSame := guardedNormals(t, r, rows*c, r.IntN(16))
		dy, dySame := guardedNormals(t, r, rows*c, r.IntN(16))
		scale, scaleSame := guardedNormals(t, r, c, r.IntN(16))
		shift, shiftSame := guardedNormals(t, r, c, r.IntN(16))
		du, beside := guarded(t, rows*c, r.IntN(16))
		sum, sumBeside := guarded(t, c, r.IntN(16))
		product, productBeside := guarded(t, c, r.IntN(16))
		act := []Activation{None, HardSwish}[r.IntN(2)]
		ScaleShiftBackward(du, dy, x, scale, shift, act, sum, product)
		for _, check := range []func(){xSame, dySame, scaleSame, shiftSame, beside, sumBeside, productBeside} {
			check()
		}
		for i, got := range du {
			u := float64(scale[i%c])*float64(x[i]) + float64(shift[i%c])
			if math.Abs(math.Abs(u)-3) < 1e-5 {
				continue // on which side of a kink is a matter of rounding
			}
			slope := 1.0
			switch {
			case act == HardSwish && u < -3:
				slope = 0
			case act == HardSwish && u < 3:
				slope = u/3 + 0.5
			}
			bound := 4 * epsilon * math.Abs(float64(dy[i])) * (math.Abs(float64(scale[i%c])*float64(x[i])) + math.Abs(float64(shift[i%c])) + 1)
			if err := (value{float64(dy[i]) * slope, bound}).check(got); err != nil {
				t.Fatalf("%d rows of %d, activation %d, at %d: %v", rows, c, act, i, err)
			}
		}
		checkColumnSums(t, du, x, sum, product)
		elsewhere := slices.Clone(du)
		ScaleShiftBackward(dy, dy, x, scale, shift, act, sum, product)
		sameBits(t, dy, elsewhere)
	})
}

// checkColumnSums compares sums with those of du and du·x.
func checkColumnSums(t *testing.T, du, x, sum, product []float32) {
	t.Helper()
	c := len(sum)
	for i := range c {
		var s, p accumulate
		for at := i; at < len(du); at += c {
			s.add(du[at], 1)
			p.add(du[at], x[at])
		}
		if err := s.value(None).check(sum[i]); err != nil {
			t.Fatalf("sum %d of %d: %v", i, c, err)
		}
		if err := p.value(None).check(product[i]); err != nil {
			t.Fatalf("product %d of %d: %v", i, c, err)
		}
	}
}

func TestScaleShiftBackwardAtKinks(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		x := make([]float32, 40)
		dy, du, one := make([]float32, 40), make([]float32, 40), make([]float32, 40)
		want := make([]float32, 40)
		nan := float32(math.NaN())
		for i := range x {
			one[i], dy[i] = 1, 2
			x[i] = []float32{-4, -3, 3, 4, 0, nan}[i%6]
			want[i] = []float32{0, 0, 2, 2, 1, nan}[i%6]
		}
		ScaleShiftBackward(du, dy, x, one, make([]float32, 40), HardSwish, make([]float32, 40), make([]float32, 40))
		for i, v := range du {
			if v != want[i] && !(v != v && want[i] != want[i]) {
				t.Errorf("slope times 2 at %g: got %g, want %g", x[i], v, want[i])
			}
		}
	})
}

func TestCombine(t *testing.T) {
	forChannels(t, func(t *testing.T, r *rand.Rand, rows, c int) {
		a, aSame := guardedNormals(t, r, rows*c, r.IntN(16))
		b, bSame := guardedNormals(t, r, rows*c, r.IntN(16))
		p, pSame := guardedNormals(t, r, c, r.IntN(16))
		q, qSame := guardedNormals(t, r, c, r.IntN(16))
		s, sSame := guardedNormals(t, r, c, r.IntN(16))
		out, beside := guarded(t, rows*c, r.IntN(16))
		Combine(out, a, b, p, q, s)
		for _, check := range []func(){aSame, bSame, pSame, qSame, sSame, beside} {
			check()
		}
		for i, got := range out {
			var want accumulate
			want.add(p[i%c], a[i])
			want.add(q[i%c], b[i])
			want.add(s[i%c], 1)
			if err := want.value(None).check(got); err != nil {
				t.Fatalf("%d rows of %d, at %d: %v", rows, c, i, err)
			}
		}
		Combine(a, a, b, p, q, s)
		sameBits(t, a, out)
	})
}

func TestChannelLengths(t *testing.T) {
	x := make([]float32, 6)
	mustPanic(t, "no whole rows", func() { ScaleShift(x[:5], x, x[:3], x[:3], None) })
	mustPanic(t, "no channels", func() { Moments(nil, nil, x) })
	mustPanic(t, "short x", func() { ScaleShift(x, x[:3], x[:3], x[:3], None) })
	mustPanic(t, "short shift", func() { ScaleShift(x, x, x[:3], x[:2], None) })
	mustPanic(t, "short squares", func() { Moments(x[:3], x[:2], x) })
	mustPanic(t, "short dy", func() { ScaleShiftBackward(x, x[:3], x, x[:3], x[:3], None, x[:3], x[:3]) })
	mustPanic(t, "activation", func() { ScaleShiftBackward(x, x, x, x[:3], x[:3], ReLU, x[:3], x[:3]) })
	mustPanic(t, "short r", func() { Combine(x, x, x, x[:3], x[:3], x[:2]) })
}
