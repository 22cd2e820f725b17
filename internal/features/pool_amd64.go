//go:build !purego

package features

import "exemplar/internal/kernel"

func (h *histogram) pool(g *polar) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		h.poolGeneric(g)
		return
	}
	if variant == kernel.AVX512 {
		poolAVX512(h, &g.turns, &g.magnitudes, &pooling, &poolingColumns)
	} else {
		poolAVX2(h, &g.turns, &g.magnitudes, &pooling, &poolingColumns)
	}
}
