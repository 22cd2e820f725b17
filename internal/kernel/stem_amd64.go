//go:build !purego

package kernel

const (
	stemGroup = 8                // output channels that are computed at a time
	stemStrip = 128              // outputs of a row that are computed at a time
	stemRow   = 6*stemStrip + 64 // bytes of pixels with padding, and of what the assembly reads past them
)

func stem(out []float32, in []byte, h, w int, weights []float32, k int, bias []float32, act Activation) {
	q, lanes := outSize(w, 2), lanesOf(active)
	if active == generic || k < stemGroup || q < lanes {
		stemGeneric(out, in, h, w, weights, k, bias, act)
		return
	}
	for channel := 0; channel < k; channel += stemGroup {
		channel = min(channel, k-stemGroup)
		var gw [27 * stemGroup]float32
		var gb [stemGroup]float32
		for tap := range 27 {
			copy(gw[tap*stemGroup:][:stemGroup], weights[tap*k+channel:])
		}
		if bias != nil {
			copy(gb[:], bias[channel:])
		}
		for x := 0; x < q; x += stemStrip {
			x = min(x, q-lanes)
			stemColumns(out[x*k+channel:], in, h, w, x, min(stemStrip, q-x), k, &gw, &gb, act)
		}
	}
}

// stemColumns computes a group of channels for count columns of outputs from column x on. out begins at the group's first
// channel of column x.
func stemColumns(out []float32, in []byte, h, w, x, count, k int, weights *[27 * stemGroup]float32, bias *[stemGroup]float32, act Activation) {
	var rows [3][stemRow]byte
	above, middle, below := &rows[0], &rows[1], &rows[2] // above starts as zeros, the padding
	q := outSize(w, 2)
	for y := range outSize(h, 2) {
		stemPixels(middle, in, 2*y, h, w, 2*x-1)
		stemPixels(below, in, 2*y+1, h, w, 2*x-1)
		o := &out[y*q*k]
		if active == avx512 {
			stemRowAVX512(o, &above[0], &middle[0], &below[0], &weights[0], &bias[0], k, count, uint64(act))
		} else {
			stemRowAVX2(o, &above[0], &middle[0], &below[0], &weights[0], &bias[0], k, count, uint64(act))
		}
		above, below = below, above
	}
}

// stemPixels copies a row of the image from a column on, which may be -1, with zeros outside of the image.
func stemPixels(to *[stemRow]byte, in []byte, row, h, w, column int) {
	if row >= h {
		clear(to[:])
		return
	}
	skipped := max(0, -column)
	in = in[row*w*3:][:w*3]
	n := copy(to[3*skipped:], in[3*(column+skipped):])
	clear(to[3*skipped+n:])
}
