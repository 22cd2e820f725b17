//go:build !amd64 || purego

package alignment

func warpRow(out []byte, src *photoLevel, line *warpLine, skip int) {
	warpRowGeneric(out, src, line, skip)
}

func sumWindow(sums *windowSums, pix *[blockPixels]int8, window []byte, stride int) {
	sumWindowGeneric(sums, pix, window, stride)
}

func normalise(found *correlations, peaks *columnPeaks, sums *windowSums, t *template) {
	normaliseGeneric(found, peaks, sums, t)
}
