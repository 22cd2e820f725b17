package kernel

// matMulGeneric is the portable product. It adds four rows of weights at a time to a row of outputs, which the compiler
// turns into straight-line code without bounds checks. A tile of accumulators would be slower, since the compiler has too
// few registers for it.
func matMulGeneric(out, in []float32, m int, w *Packed, bias []float32, act Activation) {
	for col := 0; col < w.N; col += panelWidth {
		panel, width := w.panel(col)
		used := min(width, w.N-col)
		for row := range m {
			o := out[row*w.N+col:][:used]
			if bias == nil {
				clear(o)
			} else {
				copy(o, bias[col:])
			}
			addWeightedRows(o, in[row*w.K:][:w.K], panel, width)
			activate(o, act)
		}
	}
}

// addWeightedRows adds to o the rows of a panel, each times its factor.
func addWeightedRows(o, factors, panel []float32, width int) {
	n := len(o)
	if n == panelWidth {
		o := (*[panelWidth]float32)(o)
		for ; len(factors) >= 8; factors = factors[8:] {
			addEightRows(o, (*[8]float32)(factors), (*[8 * panelWidth]float32)(panel))
			panel = panel[8*panelWidth:]
		}
	}
	for ; len(factors) >= 4; factors = factors[4:] {
		x0, x1, x2, x3 := factors[0], factors[1], factors[2], factors[3]
		b0, b1, b2, b3 := panel[:n], panel[width:][:n], panel[2*width:][:n], panel[3*width:][:n]
		for j := range o {
			o[j] += (x0*b0[j] + x1*b1[j]) + (x2*b2[j] + x3*b3[j])
		}
		panel = panel[4*width:]
	}
	for _, x := range factors {
		for j, v := range panel[:n] {
			o[j] += x * v
		}
		panel = panel[width:]
	}
}

// addEightRows adds eight rows of a full panel. With sizes that the compiler knows, eight fit in registers.
func addEightRows(o *[panelWidth]float32, x *[8]float32, b *[8 * panelWidth]float32) {
	const w = panelWidth
	x0, x1, x2, x3, x4, x5, x6, x7 := x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
	for j := range o {
		o[j] += ((x0*b[j] + x1*b[w+j]) + (x2*b[2*w+j] + x3*b[3*w+j])) +
			((x4*b[4*w+j] + x5*b[5*w+j]) + (x6*b[6*w+j] + x7*b[7*w+j]))
	}
}
