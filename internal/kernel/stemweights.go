package kernel

// StemBackwardWeights adds to dw (3,3,3,K) the gradient of [Stem]'s weights, for pixels of 0 to 255: dOut (N,P,Q,K),
// in (N,H,W,3). rows is working memory, which it returns, grown if necessary, for the next call.
func StemBackwardWeights(dw, dOut []float32, in []byte, n, h, w, k int, rows []float32) []float32 {
	needSizes("StemBackwardWeights", n, h, w, k)
	p, q := outSize(h, 2), outSize(w, 2)
	need("StemBackwardWeights", "dw", len(dw), 27*k)
	need("StemBackwardWeights", "dOut", len(dOut), n*p*q*k)
	need("StemBackwardWeights", "in", len(in), n*h*w*3)
	pitch := (w + 3) * 3 // with a pixel before the row, and two after it if w is odd
	if len(rows) < 3*pitch {
		rows = make([]float32, 3*pitch)
	}
	if n*h*w*k == 0 {
		return rows
	}
	for i := range n {
		s := stemRows{rows[:pitch], rows[pitch:][:pitch], rows[2*pitch:][:pitch]}
		clear(rows[:3*pitch])
		picture, gradient := in[i*h*w*3:][:h*w*3], dOut[i*p*q*k:][:p*q*k]
		for y := range p {
			s.load(1, picture, 2*y, h, w)
			s.load(2, picture, 2*y+1, h, w)
			for r, row := range s {
				stemWeights(dw[9*r*k:][:9*k], gradient[y*q*k:][:q*k], row, q, k)
			}
			s[0], s[2] = s[2], s[0]
		}
	}
	return rows
}

// stemRows are the three rows of pixels on which a row of outputs depends, each after a pixel of zeros.
type stemRows [3][]float32

// load fills row i with a row of the picture, or with zeros below it.
func (s stemRows) load(i int, picture []byte, row, h, w int) {
	to := s[i][3 : 3+3*w]
	if row >= h {
		clear(to)
		return
	}
	floatsOfBytes(to, picture[3*w*row:][:3*w])
}

func stemWeightsGeneric(dw, dOut, row []float32, q, k, from int) {
	for x := range q {
		d := dOut[x*k+from : (x+1)*k]
		for tap, v := range row[6*x:][:9] {
			addScaledGeneric(dw[tap*k+from:][:len(d)], d, v)
		}
	}
}

func floatsOfBytesGeneric(out []float32, in []byte) {
	for i, v := range in {
		out[i] = float32(v)
	}
}
