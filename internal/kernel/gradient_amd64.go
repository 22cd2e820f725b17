//go:build !purego

package kernel

func matMulTransA(dw, in, dOut []float32, m, k, n int) {
	switch active {
	case avx512:
		for col := 0; col < n; col += panelWidth {
			matMulTransAColumnsAVX512(dw[col:], in, dOut[col:], m, k, n, min(panelWidth, n-col))
		}
	case avx2:
		col := 0
		for ; col+16 <= n; col += 16 {
			addTransA16AVX2(&dw[col], &in[0], &dOut[col], m, k, n)
		}
		if col+8 <= n {
			addTransA8AVX2(&dw[col], &in[0], &dOut[col], m, k, n)
			col += 8
		}
		if col < n {
			matMulTransAGeneric(dw, in, dOut, m, k, n, col)
		}
	default:
		matMulTransAGeneric(dw, in, dOut, m, k, n, 0)
	}
}

// matMulTransAColumnsAVX512 computes the first used columns, at most 64.
func matMulTransAColumnsAVX512(dw, in, dOut []float32, m, k, n, used int) {
	last := (used-1)%lanes + 1 // columns in the last vector
	mask := uint64(1)<<last - 1
	switch vectors := (used + lanes - 1) / lanes; vectors {
	case 1:
		addTransA16AVX512(&dw[0], &in[0], &dOut[0], m, k, n, mask)
	case 2:
		addTransA32AVX512(&dw[0], &in[0], &dOut[0], m, k, n, mask)
	case 3:
		matMulTransAColumnsAVX512(dw, in, dOut, m, k, n, 2*lanes)
		addTransA16AVX512(&dw[2*lanes], &in[0], &dOut[2*lanes], m, k, n, mask)
	case 4:
		addTransA64AVX512(&dw[0], &in[0], &dOut[0], m, k, n, mask)
	}
}

// depthwiseWeightsCodes has the assembly by size 3, 5 and stride 1, 2.
type depthwiseWeightsCodes [2][2]func(dw, dOut, in *float32, h, w, p, q, c, vectors int)

var depthwiseWeightsAVX2 = depthwiseWeightsCodes{
	{depthwiseWeights3x3s1AVX2, depthwiseWeights3x3s2AVX2},
	{depthwiseWeights5x5s1AVX2, depthwiseWeights5x5s2AVX2},
}

var depthwiseWeightsAVX512 = depthwiseWeightsCodes{
	{depthwiseWeights3x3s1AVX512, depthwiseWeights3x3s2AVX512},
	{depthwiseWeights5x5s1AVX512, depthwiseWeights5x5s2AVX512},
}

func depthwiseWeights(dw, dOut, in []float32, h, w, c, r, stride int) {
	s, p, q := splitChannels(c), outSize(h, stride), outSize(w, stride)
	if s.wide > 0 {
		depthwiseWeightsAVX512[(r-3)/2][stride-1](&dw[0], &dOut[0], &in[0], h, w, p, q, c, s.wide)
	}
	if i := 16 * s.wide; s.narrow > 0 {
		depthwiseWeightsAVX2[(r-3)/2][stride-1](&dw[i], &dOut[i], &in[i], h, w, p, q, c, s.narrow)
	}
	if s.rest < c {
		depthwiseWeightsGeneric(dw, dOut, in, h, w, c, r, stride, s.rest)
	}
}
