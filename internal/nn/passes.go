package nn

import "exemplar/internal/kernel"

// The passes over activations and gradients that training needs. Rows are of as
// many channels as the per-channel slices have.

// scaleShift computes y = act(scale·x + shift). y may be x.
func scaleShift(y, x, scale, shift []float32, act kernel.Activation) {
	c := len(scale)
	shift = shift[:c]
	for ; len(y) > 0; y, x = y[c:], x[c:] {
		to, from := y[:c], x[:c]
		if act != kernel.HardSwish {
			for i, s := range scale {
				to[i] = s*from[i] + shift[i]
			}
			continue
		}
		for i, s := range scale {
			u := s*from[i] + shift[i]
			to[i] = u * min(max(u*(1.0/6)+0.5, 0), 1)
		}
	}
}

// sumMoments sets sum and squares to the sums of x and x² over the rows.
func sumMoments(sum, squares, x []float32) {
	c := len(sum)
	squares = squares[:c]
	clear(sum)
	clear(squares)
	for ; len(x) > 0; x = x[c:] {
		row := x[:c]
		for i, v := range row {
			sum[i] += v
			squares[i] += v * v
		}
	}
}

// activationBackward computes du = dy · act'(scale·x + shift), and sets sum and
// product to the sums of du and du·x over the rows. du may be dy.
func activationBackward(du, dy, x, scale, shift []float32, act kernel.Activation, sum, product []float32) {
	c := len(scale)
	shift, sum, product = shift[:c], sum[:c], product[:c]
	clear(sum)
	clear(product)
	for ; len(du) > 0; du, dy, x = du[c:], dy[c:], x[c:] {
		to, from, row := du[:c], dy[:c], x[:c]
		for i, s := range scale {
			d := from[i]
			if act == kernel.HardSwish {
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

// combine computes out = p·a + q·b + r, with p, q and r per channel. out may be a.
func combine(out, a, b, p, q, r []float32) {
	c := len(p)
	q, r = q[:c], r[:c]
	for ; len(out) > 0; out, a, b = out[c:], a[c:], b[c:] {
		to, x, y := out[:c], a[:c], b[:c]
		for i, s := range p {
			to[i] = s*x[i] + q[i]*y[i] + r[i]
		}
	}
}

// addProductTransposed adds aᵀ · b to out (k,n): a (m,k), b (m,n). Four rows go
// at a time, which reads and writes out a quarter as often.
func addProductTransposed(out, a, b []float32, m, k, n int) {
	row := 0
	for ; row+4 <= m; row += 4 {
		addFourRows(out, a[row*k:][:4*k], b[row*n:][:4*n], k, n)
	}
	for ; row < m; row++ {
		from := b[row*n:][:n]
		for i, v := range a[row*k:][:k] {
			addScaled(out[i*n:][:n], from, v)
		}
	}
}

func addFourRows(out, a, b []float32, k, n int) {
	b0, b1, b2, b3 := b[:n], b[n:][:n], b[2*n:][:n], b[3*n:][:n]
	for i := range k {
		a0, a1, a2, a3 := a[i], a[k+i], a[2*k+i], a[3*k+i]
		to := out[i*n:][:n]
		for j := range to {
			to[j] += a0*b0[j] + a1*b1[j] + a2*b2[j] + a3*b3[j]
		}
	}
}

// addRows adds the sum of x's rows to sum.
func addRows(sum, x []float32, rows int) {
	c := len(sum)
	for i := range rows {
		addScaled(sum, x[i*c:][:c], 1)
	}
}

// sumProducts sets sum to the sums of a·b over the rows.
func sumProducts(sum, a, b []float32) {
	c := len(sum)
	clear(sum)
	for ; len(a) > 0; a, b = a[c:], b[c:] {
		x, y := a[:c], b[:c]
		for i, v := range x {
			sum[i] += v * y[i]
		}
	}
}

// scaleAndAdd computes x = x·scale + weight·add, row by row.
func scaleAndAdd(x, scale, add []float32, weight float32) {
	c := len(scale)
	add = add[:c]
	for ; len(x) > 0; x = x[c:] {
		row := x[:c]
		for i, s := range scale {
			row[i] = row[i]*s + weight*add[i]
		}
	}
}

// addScaled computes y += s·x.
func addScaled(y, x []float32, s float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += s * v
	}
}

// addDepthwiseWeights adds to dW (r,r,C) the gradient of the filters for one
// picture: dOut (P,Q,C), in (H,W,C).
func addDepthwiseWeights(dW, dOut, in []float32, h, w, c, r, stride int) {
	p, q := (h+stride-1)/stride, (w+stride-1)/stride
	for y := range p {
		for x := range q {
			d := dOut[(y*q+x)*c:][:c]
			top, left := y*stride-r/2, x*stride-r/2
			for i := max(0, -top); i < min(r, h-top); i++ {
				for j := max(0, -left); j < min(r, w-left); j++ {
					from := in[((top+i)*w+left+j)*c:][:c]
					to := dW[(i*r+j)*c:][:c]
					for k, v := range d {
						to[k] += v * from[k]
					}
				}
			}
		}
	}
}

// transposed returns a (m,n) as (n,m).
func transposed(a []float32, m, n int) []float32 {
	out := make([]float32, m*n)
	for i := range m {
		for j, v := range a[i*n:][:n] {
			out[j*m+i] = v
		}
	}
	return out
}
