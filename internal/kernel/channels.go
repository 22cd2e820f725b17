package kernel

import "fmt"

// The functions of this file work on rows of C channels, where C is the length of the per-channel slices. Batch
// normalisation consists of them.

// ScaleShift computes y = act(scale·x + shift) for y and x (rows,C). y may be x.
func ScaleShift(y, x, scale, shift []float32, act Activation) {
	c := len(scale)
	needChannels("ScaleShift", c, len(y), len(x), len(shift))
	forParts(len(y), c, func(from, to int) { scaleShift(y[from:to], x[from:to], scale, shift, act) })
}

// Moments sets sum and squares (C) to the sums of x and of x² over the rows of x (rows,C).
func Moments(sum, squares, x []float32) {
	c := len(sum)
	needChannels("Moments", c, len(x), len(x), len(squares))
	clear(sum)
	clear(squares[:c])
	forParts(len(x), c, func(from, to int) { moments(sum, squares, x[from:to]) })
}

// ScaleShiftBackward computes du = dy · act'(u) with u = scale·x + shift, and sets sum and product (C) to the sums of
// du and of du·x over the rows. act is None or HardSwish. The slope of HardSwish is 0 up to -3, u/3 + 1/2 up to 3, and
// 1 from there on. du may be dy.
func ScaleShiftBackward(du, dy, x, scale, shift []float32, act Activation, sum, product []float32) {
	c := len(scale)
	if act != None && act != HardSwish {
		panic(fmt.Sprintf("kernel: ScaleShiftBackward: activation %d, want None or HardSwish", act))
	}
	needChannels("ScaleShiftBackward", c, len(du), min(len(dy), len(x)), min(len(shift), len(sum), len(product)))
	clear(sum[:c])
	clear(product[:c])
	forParts(len(du), c, func(from, to int) {
		scaleShiftBackward(du[from:to], dy[from:to], x[from:to], scale, shift, act, sum[:c], product)
	})
}

// Combine computes out = p·a + q·b + r for out, a and b (rows,C), and p, q and r (C). out may be a or b.
func Combine(out, a, b, p, q, r []float32) {
	needChannels("Combine", len(p), len(out), min(len(a), len(b)), min(len(q), len(r)))
	forParts(len(out), len(p), func(from, to int) { combine(out[from:to], a[from:to], b[from:to], p, q, r) })
}

// needChannels panics unless n values are whole rows of c channels and the other slices are long enough.
func needChannels(op string, c, n, inputs, perChannel int) {
	if n > 0 && (c == 0 || n%c != 0) {
		panic(fmt.Sprintf("kernel: %s: %d values are no rows of %d channels", op, n, c))
	}
	need(op, "input", inputs, n)
	need(op, "per-channel slice", perChannel, c)
}

// forParts calls f for parts of n values that are whole rows of c channels. A part stays in the first-level cache,
// since the assembly passes over it once for each vector of channels.
func forParts(n, c int, f func(from, to int)) {
	const values = 8192
	part := max(1, values/max(1, c)) * c
	for at := 0; at < n; at += part {
		f(at, min(at+part, n))
	}
}
