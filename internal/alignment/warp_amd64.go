//go:build !purego

package alignment

import "exemplar/internal/kernel"

// warpRow needs len(out) to be a multiple of lanes.
func warpRow(out []byte, src *photoLevel, line *warpLine, skip int) {
	variant := kernel.Active()
	if variant == kernel.Generic || len(out)%lanes != 0 || cap(src.pix) < photoLevelSize(src.w, src.h) {
		warpRowGeneric(out, src, line, skip)
		return
	}
	if variant == kernel.AVX512 {
		warpRowAVX512(&out[0], &src.pix[0], src.w, line, skip, len(out)/lanes)
	} else {
		warpRowAVX2(&out[0], &src.pix[0], src.w, line, skip, len(out)/lanes)
	}
}
