package kernel

// globalAverageGeneric averages the rows of in, each as long as out.
func globalAverageGeneric(out, in []float32) {
	c := len(out)
	scale := 1 / float32(len(in)/c)
	clear(out)
	for ; len(in) >= c; in = in[c:] {
		for i, v := range in[:c] {
			out[i] += v
		}
	}
	for i := range out {
		out[i] *= scale
	}
}

// scaleChannelsGeneric multiplies the rows of x, each as long as s, by s.
func scaleChannelsGeneric(x, s []float32) {
	for ; len(x) >= len(s); x = x[len(s):] {
		row := x[:len(s)]
		for i, v := range s {
			row[i] *= v
		}
	}
}
