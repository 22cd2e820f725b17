//go:build !purego

package alignment

import "exemplar/internal/kernel"

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
