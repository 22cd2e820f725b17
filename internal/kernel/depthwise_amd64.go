//go:build !purego

package kernel

// depthwiseTiles are the sizes of tiles, in neighbouring outputs, for which there is assembly.
var depthwiseTiles = [...]int{8, 4, 1}

// depthwiseCode is the assembly for one size and stride, by tile.
type depthwiseCode [len(depthwiseTiles)]func(out, in, weights, bias *float32, rows, taps, w, q, c int, act uint64)

// depthwiseCodes has the assembly by size 3, 5 and stride 1, 2.
type depthwiseCodes [2][2]depthwiseCode

var depthwiseAVX2 = depthwiseCodes{{
	{depthwise3x3s1t8AVX2, depthwise3x3s1t4AVX2, depthwise3x3s1t1AVX2},
	{depthwise3x3s2t8AVX2, depthwise3x3s2t4AVX2, depthwise3x3s2t1AVX2},
}, {
	{depthwise5x5s1t8AVX2, depthwise5x5s1t4AVX2, depthwise5x5s1t1AVX2},
	{depthwise5x5s2t8AVX2, depthwise5x5s2t4AVX2, depthwise5x5s2t1AVX2},
}}

var depthwiseAVX512 = depthwiseCodes{{
	{depthwise3x3s1t8AVX512, depthwise3x3s1t4AVX512, depthwise3x3s1t1AVX512},
	{depthwise3x3s2t8AVX512, depthwise3x3s2t4AVX512, depthwise3x3s2t1AVX512},
}, {
	{depthwise5x5s1t8AVX512, depthwise5x5s1t4AVX512, depthwise5x5s1t1AVX512},
	{depthwise5x5s2t8AVX512, depthwise5x5s2t4AVX512, depthwise5x5s2t1AVX512},
}}

func depthwise(out, in []float32, h, w, c int, weights []float32, r, stride int, bias []float32, act Activation) {
	codes := &depthwiseAVX2
	switch {
	case active == generic || c < 8:
		depthwiseGeneric(out, in, h, w, c, weights, r, stride, bias, act)
		return
	case active == avx512 && c >= 16:
		codes = &depthwiseAVX512
	}
	p, q := outSize(h, stride), outSize(w, stride)
	code := codes[(r-3)/2][stride-1][depthwiseTile(q)]
	var b *float32
	if bias != nil {
		b = &bias[0]
	}
	for y := 0; y < p; {
		from, to := taps(y*stride, h, r)
		rows := 1 // rows with the same part of the filter inside the image
		for ; y+rows < p; rows++ {
			if f, t := taps((y+rows)*stride, h, r); f != from || t != to {
				break
			}
		}
		inRow := y*stride + from - r/2
		code(&out[y*q*c], &in[inRow*w*c], &weights[from*r*c], b, rows, to-from, w, q, c, uint64(act))
		y += rows
	}
}

// depthwiseTile chooses the index of a tile for rows of q outputs: 8, or 4 if fewer outputs are then computed twice.
func depthwiseTile(q int) int {
	switch {
	case q >= 8 && paddedTo(q, 8) == paddedTo(q, 4):
		return 0
	case q >= 4:
		return 1
	}
	return 2
}
