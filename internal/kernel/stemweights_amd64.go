//go:build !purego

package kernel

func stemWeights(dw, dOut, row []float32, q, k int) {
	from := 0
	if active != generic {
		for ; from+8 <= k; from += 8 {
			stemWeightsAVX2(&dw[from], &dOut[from], &row[0], q, k)
		}
	}
	if from < k {
		stemWeightsGeneric(dw, dOut, row, q, k, from)
	}
}

func floatsOfBytes(out []float32, in []byte) {
	whole := 0
	if vectors := len(in) / 8; active != generic && vectors > 0 {
		floatsOfBytesAVX2(&out[0], &in[0], vectors)
		whole = 8 * vectors
	}
	floatsOfBytesGeneric(out[whole:], in[whole:])
}
