package kernel

// The portable functions take rows of c channels and compute the first ones of each row, as many as the per-channel slices
// have.

func scaleShiftGeneric(y, x, scale, shift []float32, c int, act Activation) {
	n := len(scale)
	shift = shift[:n]
	for at := 0; at+n <= len(y); at += c {
		to, from := y[at:][:n], x[at:][:n]
		for i, s := range scale {
			to[i] = s*from[i] + shift[i]
		}
		activate(to, act)
	}
}

func momentsGeneric(sum, squares, x []float32, c int) {
	n := len(sum)
	squares = squares[:n]
	for at := 0; at+n <= len(x); at += c {
		for i, v := range x[at:][:n] {
			sum[i] += v
			squares[i] += v * v
		}
	}
}

func scaleShiftBackwardGeneric(du, dy, x, scale, shift []float32, c int, act Activation, sum, product []float32) {
	n := len(scale)
	shift, sum, product = shift[:n], sum[:n], product[:n]
	for at := 0; at+n <= len(du); at += c {
		to, from, row := du[at:][:n], dy[at:][:n], x[at:][:n]
		for i, s := range scale {
			d := from[i]
			if act == HardSwish {
				d *= hardSwishSlope(s*row[i] + shift[i])
			}
			to[i] = d
			sum[i] += d
			product[i] += d * row[i]
		}
	}
}

// hardSwishSlope is the derivative of u · min(max(u/6 + 1/2, 0), 1).
func hardSwishSlope(u float32) float32 {
	switch {
	case u <= -3:
		return 0
	case u >= 3:
		return 1
	}
	return u*(1.0/3) + 0.5
}

func combineGeneric(out, a, b, p, q, r []float32, c int) {
	n := len(p)
	q, r = q[:n], r[:n]
	for at := 0; at+n <= len(out); at += c {
		to, x, y := out[at:][:n], a[at:][:n], b[at:][:n]
		for i, s := range p {
			to[i] = s*x[i] + q[i]*y[i] + r[i]
		}
	}
}
