//go:build !purego

package features

import "exemplar/internal/kernel"

func filterSymmetric(dst, src []float32, at, step int, half []float32, groups int) {
	taps, variant := len(half)-1, kernel.Active()
	if variant == kernel.Generic || taps == 0 || groups == 0 {
		filterSymmetricGeneric(dst, src, at, step, half, groups)
		return
	}
	n := groups * lanes
	_, _, _ = dst[n-1], src[at-taps*step], src[at+taps*step+n-1]
	if variant == kernel.AVX512 {
		filterSymmetricAVX512(&dst[0], &src[at], step, &half[0], taps, groups)
	} else {
		filterSymmetricAVX2(&dst[0], &src[at], step, &half[0], taps, groups)
	}
}

func subtract(dst, a, b []float32) {
	n := len(dst)
	variant := kernel.Active()
	if variant == kernel.Generic || n == 0 || n%lanes != 0 {
		subtractGeneric(dst, a, b)
		return
	}
	_, _ = a[n-1], b[n-1]
	if variant == kernel.AVX512 {
		subtractAVX512(&dst[0], &a[0], &b[0], n/lanes)
	} else {
		subtractAVX2(&dst[0], &a[0], &b[0], n/lanes)
	}
}

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

func nearestRows(best, second, column []int32, rows, columns []byte) {
	pairs := len(columns) / (2 * blockBytes)
	variant := kernel.Active()
	if variant == kernel.Generic || pairs == 0 {
		nearestRowsGeneric(best, second, column, rows, columns)
		return
	}
	_ = column[2*blockWidth*pairs-1]
	var found [8][16]int32
	var tail [4 * DescriptorBytes]byte
	for i := 0; i < len(best); i += 4 {
		four := rows[i*DescriptorBytes:]
		if len(four) < len(tail) {
			copy(tail[:], four)
			four = tail[:]
		}
		if variant == kernel.AVX512 {
			nearestFourAVX512(&found, &column[0], &four[0], &columns[0], i, pairs)
		} else {
			nearestFourAVX2(&found, &column[0], &four[0], &columns[0], i, pairs)
		}
		for k := range min(4, len(best)-i) {
			best[i+k], second[i+k] = twoLargest(&found[k], &found[4+k])
		}
	}
}

// twoLargest joins the best and second best of each lane.
func twoLargest(first, second *[16]int32) (a, b int32) {
	for l, v := range first {
		b = max(b, second[l], min(a, v))
		a = max(a, v)
	}
	return a, b
}

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
