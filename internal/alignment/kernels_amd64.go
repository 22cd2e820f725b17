//go:build !purego

package alignment

import "exemplar/internal/kernel"

// warpRow needs len(out) to be a multiple of lanes.
func warpRow(out []byte, src *level, line *warpLine, skip int) {
	variant := kernel.Active()
	if variant == kernel.Generic || len(out)%lanes != 0 || cap(src.pix) < levelSize(src.w, src.h) {
		warpRowGeneric(out, src, line, skip)
		return
	}
	if variant == kernel.AVX512 {
		warpRowAVX512(&out[0], &src.pix[0], src.w, line, skip, len(out)/lanes)
	} else {
		warpRowAVX2(&out[0], &src.pix[0], src.w, line, skip, len(out)/lanes)
	}
}

func sumWindow(sums *windowSums, pix *[blockPixels]int8, window []byte, stride int) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		sumWindowGeneric(sums, pix, window, stride)
		return
	}
	// The kernels read at most 32 bytes from where the last group starts.
	_ = window[(windowSide-1)*stride+blockSide-4+31]
	if variant == kernel.AVX512 {
		sumWindowAVX512(sums, &pix[0], &window[0], stride)
	} else {
		sumWindowAVX2(sums, &pix[0], &window[0], stride)
	}
}

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
