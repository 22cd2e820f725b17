package kernel

const (
	panelWidth = 64 // columns of a full panel of packed weights: four AVX-512 vectors
	lanes      = 16 // widths of panels are multiples of it: one AVX-512 vector
	alignment  = 64 // bytes: a cache line, so that no vector of weights straddles two
)

// Packed is a matrix of weights in the order in which the product reads it: panels of 64 columns (the last narrower,
// padded with zeros to a multiple of 16), each row-major. The panel of column j begins at data[j*K].
type Packed struct {
	K, N int
	data []float32
}

// Pack lays out w (K,N). The result keeps no reference to w.
func Pack(w []float32, k, n int) *Packed {
	needSizes("Pack", k, n)
	p := &Packed{K: k, N: n, data: Floats(k * paddedTo(n, lanes))}
	p.Set(w)
	return p
}

// PackTransposed lays out the transpose of w (K,N), for products with its N columns as inputs: it is
// Pack(transpose of w, n, k).
func PackTransposed(w []float32, k, n int) *Packed {
	needSizes("PackTransposed", k, n)
	p := &Packed{K: n, N: k, data: Floats(n * paddedTo(k, lanes))}
	p.SetTransposed(w)
	return p
}

// Set lays out other weights w (K,N) in the same memory.
func (p *Packed) Set(w []float32) {
	need("Packed.Set", "w", len(w), p.K*p.N)
	for col := 0; col < p.N; col += panelWidth {
		panel, width := p.panel(col)
		used := min(width, p.N-col)
		for row := range p.K {
			copy(panel[row*width:][:used], w[row*p.N+col:])
		}
	}
}

// SetTransposed lays out the transpose of other weights w (N,K) in the same memory.
func (p *Packed) SetTransposed(w []float32) {
	need("Packed.SetTransposed", "w", len(w), p.K*p.N)
	for col := 0; col < p.N; col += panelWidth {
		panel, width := p.panel(col)
		used := min(width, p.N-col)
		// A few rows of the panel at a time stay in the cache for all columns.
		for row := 0; row < p.K; row += lanes {
			part := panel[row*width : min(row+lanes, p.K)*width]
			for j := range used {
				transposeInto(part[j:], width, w[(col+j)*p.K+row:])
			}
		}
	}
}

// transposeInto sets every width-th element of column to the elements of row.
func transposeInto(column []float32, width int, row []float32) {
	for at := 0; at < len(column); at += width {
		column[at] = row[0]
		row = row[1:]
	}
}

// panel returns the panel that begins at column col, a multiple of panelWidth, and its width.
func (p *Packed) panel(col int) ([]float32, int) {
	width := min(panelWidth, paddedTo(p.N-col, lanes))
	return p.data[col*p.K:][:p.K*width], width
}

// MatMul computes out (M,N) = act(in (M,K) · w + bias). bias (N) may be nil.
func MatMul(out, in []float32, m int, w *Packed, bias []float32, act Activation) {
	needSizes("MatMul", m)
	need("MatMul", "out", len(out), m*w.N)
	need("MatMul", "in", len(in), m*w.K)
	if bias != nil {
		need("MatMul", "bias", len(bias), w.N)
	}
	if m == 0 || w.N == 0 {
		return
	}
	matMul(out[:m*w.N], in[:m*w.K], m, w, bias, act)
}

func paddedTo(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }
