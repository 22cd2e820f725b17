package kernel

// depthwiseGeneric is the portable depthwise convolution of one image.
func depthwiseGeneric(out, in []float32, h, w, c int, weights []float32, r, stride int, bias []float32, act Activation) {
	for p := range outSize(h, stride) {
		fromY, toY := taps(p*stride, h, r)
		for q := range outSize(w, stride) {
			fromX, toX := taps(q*stride, w, r)
			o := out[:c]
			out = out[c:]
			clear(o)
			copy(o, bias)
			for ky := fromY; ky < toY; ky++ {
				inRow := in[((p*stride+ky-r/2)*w+q*stride-r/2+fromX)*c:]
				addTaps(o, inRow, weights[(ky*r+fromX)*c:], toX-fromX)
			}
			activate(o, act)
		}
	}
}

// addTaps adds to o the products of count neighbouring pixels and their weights.
func addTaps(o, in, w []float32, count int) {
	c := len(o)
	if count == 5 {
		a0, a1, w0, w1 := in[:c], in[c:][:c], w[:c], w[c:][:c]
		for i := range o {
			o[i] += a0[i]*w0[i] + a1[i]*w1[i]
		}
		in, w, count = in[2*c:], w[2*c:], 3
	}
	if count == 3 {
		a0, a1, a2 := in[:c], in[c:][:c], in[2*c:][:c]
		w0, w1, w2 := w[:c], w[c:][:c], w[2*c:][:c]
		for i := range o {
			o[i] += a0[i]*w0[i] + a1[i]*w1[i] + a2[i]*w2[i]
		}
		return
	}
	for t := range count {
		a, b := in[t*c:][:c], w[t*c:][:c]
		for i := range o {
			o[i] += a[i] * b[i]
		}
	}
}
