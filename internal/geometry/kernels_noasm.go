//go:build !amd64 || noasm

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

func describePatch(hist *[descriptorBytes]float32, p *patch) { describeGeneric(hist, p) }

func correlate(found *correlations, t *template, window []byte, stride int) {
	correlateGeneric(found, t, window, stride)
}
