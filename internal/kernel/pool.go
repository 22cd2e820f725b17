package kernel

// GlobalAverage computes the mean of each channel over the positions of an image: in (N,HW,C), out (N,C).
func GlobalAverage(out, in []float32, n, hw, c int) {
	needSizes("GlobalAverage", n, hw, c)
	need("GlobalAverage", "out", len(out), n*c)
	need("GlobalAverage", "in", len(in), n*hw*c)
	if hw*c == 0 {
		clear(out[:n*c])
		return
	}
	for i := range n {
		globalAverage(out[i*c:][:c], in[i*hw*c:][:hw*c])
	}
}

// ScaleChannels multiplies, in place, every position of x (N,HW,C) by the factors s (N,C) of its image.
func ScaleChannels(x []float32, n, hw, c int, s []float32) {
	needSizes("ScaleChannels", n, hw, c)
	need("ScaleChannels", "x", len(x), n*hw*c)
	need("ScaleChannels", "s", len(s), n*c)
	if hw*c == 0 {
		return
	}
	for i := range n {
		scaleChannels(x[i*hw*c:][:hw*c], s[i*c:][:c])
	}
}
