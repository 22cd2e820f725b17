//go:build !amd64 || purego

package geometry

func filterSymmetric(dst, src []float32, at, step int, half []float32, groups int) {
	filterSymmetricGeneric(dst, src, at, step, half, groups)
}

func subtract(dst, a, b []float32) { subtractGeneric(dst, a, b) }

func extremaRow(mask []uint16, below, mid, above []float32, at, stride int, threshold float32, groups int) {
	extremaRowGeneric(mask, below, mid, above, at, stride, threshold, groups)
}

func nearestRows(best, second, column []int32, rows, columns []byte) {
	nearestRowsGeneric(best, second, column, rows, columns)
}

func sample(p *patch, img *plane, f *patchFrame) { sampleGeneric(p, img, f) }

func (g *polar) fill(p *patch) { g.fillGeneric(p) }

func (h *histogram) pool(g *polar) { h.poolGeneric(g) }

func quantise(out []byte, h *histogram) { quantiseGeneric(out, h) }

func warpRow(out []byte, src *level, line *warpLine, skip int) {
	warpRowGeneric(out, src, line, skip)
}

func sumWindow(sums *windowSums, pix *[blockPixels]int8, window []byte, stride int) {
	sumWindowGeneric(sums, pix, window, stride)
}

func normalise(found *correlations, peaks *columnPeaks, sums *windowSums, t *template) {
	normaliseGeneric(found, peaks, sums, t)
}
