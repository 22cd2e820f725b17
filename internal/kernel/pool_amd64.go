//go:build !purego

package kernel

func globalAverage(out, in []float32) {
	c := len(out)
	rows := len(in) / c
	scale := 1 / float32(rows)
	switch {
	case active == avx512 && c >= 16:
		averageRowsAVX512(&out[0], &in[0], rows, c, scale)
	case active != generic && c >= 8:
		averageRowsAVX2(&out[0], &in[0], rows, c, scale)
	default:
		globalAverageGeneric(out, in)
	}
}

func scaleChannels(x, s []float32) {
	c := len(s)
	rows, lanes := len(x)/c, lanesOf(active)
	vectors := c / lanes
	if active == generic || vectors == 0 {
		scaleChannelsGeneric(x, s)
		return
	}
	if active == avx512 {
		scaleRowsAVX512(&x[0], &s[0], rows, c, vectors)
	} else {
		scaleRowsAVX2(&x[0], &s[0], rows, c, vectors)
	}
	if rest := vectors * lanes; rest < c {
		for row := range rows {
			scaleChannelsGeneric(x[row*c+rest:][:c-rest], s[rest:])
		}
	}
}
