//go:build !purego

package features

import "exemplar/internal/kernel"

func sample(p *patch, img *plane, f *patchFrame) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		sampleGeneric(p, img, f)
		return
	}
	// The limits keep every read inside: two pixels of the last but one row.
	_ = img.pix[int(f.limitY+1)*img.stride+int(f.limitX)+1]
	if variant == kernel.AVX512 {
		samplePatchAVX512(p, places, &img.pix[0], f)
	} else {
		samplePatchAVX2(p, places, &img.pix[0], f)
	}
}
