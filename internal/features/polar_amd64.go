//go:build !purego

package features

import "exemplar/internal/kernel"

func (g *polar) fill(p *patch) {
	variant := kernel.Active()
	if variant == kernel.Generic {
		g.fillGeneric(p)
		return
	}
	if variant == kernel.AVX512 {
		polarAVX512(&g.turns, &g.magnitudes, p)
	} else {
		polarAVX2(&g.turns, &g.magnitudes, p)
	}
}
