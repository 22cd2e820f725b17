package kernel

// matMulTransAGeneric adds inᵀ · dOut to columns from..n-1 of dw. It processes four rows at a time, so that it reads and
// writes dw a quarter as often.
func matMulTransAGeneric(dw, in, dOut []float32, m, k, n, from int) {
	row := 0
	for ; row+4 <= m; row += 4 {
		b := dOut[row*n+from:]
		used := n - from
		b0, b1, b2, b3 := b[:used], b[n:][:used], b[2*n:][:used], b[3*n:][:used]
		a := in[row*k:][:4*k]
		for i := range k {
			a0, a1, a2, a3 := a[i], a[k+i], a[2*k+i], a[3*k+i]
			to := dw[i*n+from:][:used]
			for j := range to {
				to[j] += (a0*b0[j] + a1*b1[j]) + (a2*b2[j] + a3*b3[j])
			}
		}
	}
	for ; row < m; row++ {
		b := dOut[row*n+from:][:n-from]
		for i, v := range in[row*k:][:k] {
			to := dw[i*n+from:][:len(b)]
			for j, d := range b {
				to[j] += v * d
			}
		}
	}
}

// depthwiseWeightsGeneric adds the gradient of one image to channels from..c-1 of dw.
func depthwiseWeightsGeneric(dw, dOut, in []float32, h, w, c, r, stride, from int) {
	q := outSize(w, stride)
	for y := range outSize(h, stride) {
		fromY, toY := taps(y*stride, h, r)
		for x := range q {
			d := dOut[(y*q+x)*c:][from:c]
			fromX, toX := taps(x*stride, w, r)
			for ky := fromY; ky < toY; ky++ {
				for kx := fromX; kx < toX; kx++ {
					pixel := in[((y*stride+ky-r/2)*w+x*stride+kx-r/2)*c:][from:c]
					to := dw[(ky*r+kx)*c:][from:c]
					for i, v := range d {
						to[i] += v * pixel[i]
					}
				}
			}
		}
	}
}
