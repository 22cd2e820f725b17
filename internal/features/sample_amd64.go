//go:build !purego

package features

import "exemplar/internal/kernel"

func sample(p *patch, img *plane, f *patchFrame) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		sampleGeneric(p, img, f)
		return
	}
	// The assembly clamps to the limits, so this pixel and its neighbours are the last read.
	_ = img.pix[int(f.limitY+1)*img.stride+int(f.limitX)+1]
	if variant == kernel.AVX512 {
		samplePatchAVX512(p, places, &img.pix[0], f)
	} else {
		samplePatchAVX2(p, places, &img.pix[0], f)
	}
}
