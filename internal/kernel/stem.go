package kernel

// Stem is the first convolution, from 8-bit pixels: in (N,H,W,3), weights (3,3,3,K) = (row, column, colour, output),
// stride 2, padding 1 with zeros, bias (K) or nil, out (N,(H+1)/2,(W+1)/2,K). Pixels enter as 0 to 255: the caller
// folds the scaling into the weights.
func Stem(out []float32, in []byte, n, h, w int, weights []float32, k int, bias []float32, act Activation) {
	needSizes("Stem", n, h, w, k)
	p, q := outSize(h, 2), outSize(w, 2)
	need("Stem", "out", len(out), n*p*q*k)
	need("Stem", "in", len(in), n*h*w*3)
	need("Stem", "weights", len(weights), 27*k)
	if bias != nil {
		need("Stem", "bias", len(bias), k)
	}
	if n*h*w*k == 0 {
		return
	}
	for i := range n {
		stem(out[i*p*q*k:][:p*q*k], in[i*h*w*3:][:h*w*3], h, w, weights[:27*k], k, bias, act)
	}
}
