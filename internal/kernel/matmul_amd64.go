//go:build !purego

package kernel

// tileAVX2 is the number of columns that the AVX2 code computes at a time.
const tileAVX2 = 16

func matMul(out, in []float32, m int, w *Packed, bias []float32, act Activation) {
	if active == generic || w.K == 0 {
		matMulGeneric(out, in, m, w, bias, act)
		return
	}
	a := &in[0]
	for col := 0; col < w.N; col += panelWidth {
		panel, width := w.panel(col)
		used := min(width, w.N-col)
		var b [panelWidth]float32
		if bias != nil {
			copy(b[:], bias[col:col+used])
		}
		if active == avx512 {
			matMulPanelAVX512(&out[col], a, m, w.K, w.N, &panel[0], &b, act, width, used)
			continue
		}
		for j := 0; j < used; j += tileAVX2 {
			matMul16AVX2(&out[col+j], a, m, w.K, w.N, &panel[j], &b[j], uint64(act), min(tileAVX2, used-j), width)
		}
	}
}

// matMulPanelAVX512 multiplies by one panel, of which the first used columns are stored.
func matMulPanelAVX512(out, in *float32, m, k, n int, panel *float32, bias *[panelWidth]float32, act Activation, width, used int) {
	mask := uint64(1)<<(used-(width-lanes)) - 1
	switch width {
	case 16:
		matMul16AVX512(out, in, m, k, n, panel, &bias[0], uint64(act), mask)
	case 32:
		matMul32AVX512(out, in, m, k, n, panel, &bias[0], uint64(act), mask)
	case 48:
		matMul48AVX512(out, in, m, k, n, panel, &bias[0], uint64(act), mask)
	case 64:
		matMul64AVX512(out, in, m, k, n, panel, &bias[0], uint64(act), mask)
	}
}
