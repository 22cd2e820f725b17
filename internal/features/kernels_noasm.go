//go:build !amd64 || purego

package features

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
