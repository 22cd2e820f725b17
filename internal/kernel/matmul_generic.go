package kernel

// matMulGeneric is the portable product. It keeps a block of 2 rows and 4 columns in registers.
func matMulGeneric(out, in []float32, m int, w *Packed, bias []float32, act Activation) {
	for col := 0; col < w.N; col += panelWidth {
		panel, width := w.panel(col)
		used := min(width, w.N-col)
		for j := 0; j < used; j += 4 {
			var b [4]float32
			if bias != nil {
				copy(b[:], bias[col+j:])
			}
			columns := out[col+j:]
			matMulColumns(columns, in, m, w.K, w.N, min(4, used-j), panel, j, width, &b)
		}
	}
	activate(out, act)
}

// matMulColumns computes columns j to j+3 of a panel, of which used are stored. out begins at the first of them.
func matMulColumns(out, in []float32, m, k, n, used int, panel []float32, j, width int, bias *[4]float32) {
	row := 0
	for ; row+2 <= m; row += 2 {
		a0, a1 := in[row*k:][:k], in[(row+1)*k:][:k]
		c00, c01, c02, c03 := bias[0], bias[1], bias[2], bias[3]
		c10, c11, c12, c13 := bias[0], bias[1], bias[2], bias[3]
		at := j
		for i, x := range a0 {
			b := (*[4]float32)(panel[at:])
			y := a1[i]
			c00 += x * b[0]
			c01 += x * b[1]
			c02 += x * b[2]
			c03 += x * b[3]
			c10 += y * b[0]
			c11 += y * b[1]
			c12 += y * b[2]
			c13 += y * b[3]
			at += width
		}
		copy(out[row*n:][:used], []float32{c00, c01, c02, c03})
		copy(out[(row+1)*n:][:used], []float32{c10, c11, c12, c13})
	}
	if row < m {
		c0, c1, c2, c3 := bias[0], bias[1], bias[2], bias[3]
		at := j
		for _, x := range in[row*k:][:k] {
			b := (*[4]float32)(panel[at:])
			c0 += x * b[0]
			c1 += x * b[1]
			c2 += x * b[2]
			c3 += x * b[3]
			at += width
		}
		copy(out[row*n:][:used], []float32{c0, c1, c2, c3})
	}
}
