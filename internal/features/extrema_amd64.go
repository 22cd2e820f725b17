//go:build !purego

package features

import "exemplar/internal/kernel"

func extremaRow(mask []uint16, below, mid, above []float32, at, stride int, threshold float32, groups int) {
	variant := kernel.Active()
	if variant == kernel.Generic || groups <= 0 {
		extremaRowGeneric(mask, below, mid, above, at, stride, threshold, groups)
		return
	}
	last := at + groups*lanes + stride
	_, _, _, _, _ = mask[groups-1], below[last], mid[last], above[last], mid[at-stride-1]
	if variant == kernel.AVX512 {
		extremaRowAVX512(&mask[0], &below[at], &mid[at], &above[at], stride, threshold, groups)
	} else {
		extremaRowAVX2(&mask[0], &below[at], &mid[at], &above[at], stride, threshold, groups)
	}
}
