//go:build !purego

package features

import "exemplar/internal/kernel"

func quantise(out []byte, h *histogram) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		quantiseGeneric(out, h)
		return
	}
	_ = out[DescriptorBytes-1]
	if variant == kernel.AVX512 {
		quantiseAVX512(&out[0], h, clipAt, DescriptorScale*DescriptorScale)
	} else {
		quantiseAVX2(&out[0], h, clipAt, DescriptorScale*DescriptorScale)
	}
}
