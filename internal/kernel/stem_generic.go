package kernel

// stemGeneric is the portable stem of one image.
func stemGeneric(out []float32, in []byte, h, w int, weights []float32, k int, bias []float32, act Activation) {
	for p := range outSize(h, 2) {
		fromY, toY := taps(p*2, h, 3)
		for q := range outSize(w, 2) {
			fromX, toX := taps(q*2, w, 3)
			o := out[:k]
			out = out[k:]
			clear(o)
			copy(o, bias)
			for ky := fromY; ky < toY; ky++ {
				pixels := in[((2*p+ky-1)*w+2*q-1+fromX)*3:][:3*(toX-fromX)]
				addPixels(o, pixels, weights[(ky*3+fromX)*3*k:])
			}
			activate(o, act)
		}
	}
}

// addPixels adds to o the products of neighbouring bytes and their rows of weights.
func addPixels(o []float32, pixels []byte, w []float32) {
	k := len(o)
	for ; len(pixels) >= 3; pixels = pixels[3:] {
		r, g, b := float32(pixels[0]), float32(pixels[1]), float32(pixels[2])
		wr, wg, wb := w[:k], w[k:][:k], w[2*k:][:k]
		for i := range o {
			o[i] += r*wr[i] + g*wg[i] + b*wb[i]
		}
		w = w[3*k:]
	}
}
