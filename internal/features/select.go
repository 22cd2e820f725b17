package features

import (
	"cmp"
	"slices"
)

// selectUniform keeps at most n extrema, distributed over grid x grid cells of the
// picture: of each cell the strongest up to a common quota. The quota is the smallest
// one with which n are kept, so that what some cells lack goes to the others. The
// result is in order of strength.
func selectUniform(all []extremum, w, h, grid, n int) []extremum {
	slices.SortStableFunc(all, byStrength)
	if len(all) <= n {
		return all
	}
	quota := cellQuota(all, w, h, grid, n)
	taken := make([]int, grid*grid)
	kept := all[:0]
	for _, e := range all {
		c := cellOf(e, w, h, grid)
		if taken[c] < quota && len(kept) < n {
			taken[c]++
			kept = append(kept, e)
		}
	}
	return kept
}

func byStrength(a, b extremum) int {
	return cmp.Or(
		cmp.Compare(abs(b.response), abs(a.response)),
		cmp.Compare(a.octave, b.octave), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x),
	)
}

// cellQuota is the smallest quota per cell with which at least n extrema are kept.
func cellQuota(all []extremum, w, h, grid, n int) int {
	count := make([]int, grid*grid)
	for _, e := range all {
		count[cellOf(e, w, h, grid)]++
	}
	quota, total := 0, 0
	for total < n {
		quota++
		total = 0
		for _, c := range count {
			total += min(c, quota)
		}
	}
	return quota
}

func cellOf(e extremum, w, h, grid int) int {
	scale := float32(int(1) << e.octave)
	x := min(grid-1, int(e.x*scale)*grid/w)
	y := min(grid-1, int(e.y*scale)*grid/h)
	return y*grid + x
}
