//go:build !purego

package alignment

import "exemplar/internal/kernel"

func normalise(found *correlations, peaks *columnPeaks, sums *windowSums, t *template) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		normaliseGeneric(found, peaks, sums, t)
		return
	}
	sum := float64(t.sum)
	spread := float32(blockPixels*float64(t.squares) - sum*sum)
	if variant == kernel.AVX512 {
		normaliseAVX512(found, peaks, sums, sum, spread)
	} else {
		normaliseAVX2(found, peaks, sums, sum, spread)
	}
}
