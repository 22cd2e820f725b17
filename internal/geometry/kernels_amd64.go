//go:build !purego

package geometry

import "exemplar/internal/kernel"

// The variants of [kernel.Active] for which there is assembly here too.
const (
	avx2   = "avx2"
	avx512 = "avx512"
)

// assembly is the variant of the assembly that runs, or "" for none.
func assembly() string {
	if v := kernel.Active(); v == avx2 || v == avx512 {
		return v
	}
	return ""
}

//go:noescape
func filterSymmetricAVX2(dst, src *float32, step int, half *float32, taps, groups int)

//go:noescape
func filterSymmetricAVX512(dst, src *float32, step int, half *float32, taps, groups int)

//go:noescape
func subtractAVX2(dst, a, b *float32, groups int)

//go:noescape
func subtractAVX512(dst, a, b *float32, groups int)

//go:noescape
func extremaRowAVX2(mask *uint16, below, mid, above *float32, stride int, threshold float32, groups int)

//go:noescape
func extremaRowAVX512(mask *uint16, below, mid, above *float32, stride int, threshold float32, groups int)

//go:noescape
func nearestFourAVX2(lanes *[8][16]int32, column *int32, rows, columns *byte, row, pairs int)

//go:noescape
func nearestFourAVX512(lanes *[8][16]int32, column *int32, rows, columns *byte, row, pairs int)

func filterSymmetric(dst, src []float32, at, step int, half []float32, groups int) {
	taps, variant := len(half)-1, assembly()
	if variant == "" || taps == 0 || groups == 0 {
		filterSymmetricGeneric(dst, src, at, step, half, groups)
		return
	}
	n := groups * lanes
	_, _, _ = dst[n-1], src[at-taps*step], src[at+taps*step+n-1]
	if variant == avx512 {
		filterSymmetricAVX512(&dst[0], &src[at], step, &half[0], taps, groups)
	} else {
		filterSymmetricAVX2(&dst[0], &src[at], step, &half[0], taps, groups)
	}
}

func subtract(dst, a, b []float32) {
	n := len(dst)
	variant := assembly()
	if variant == "" || n == 0 || n%lanes != 0 {
		subtractGeneric(dst, a, b)
		return
	}
	_, _ = a[n-1], b[n-1]
	if variant == avx512 {
		subtractAVX512(&dst[0], &a[0], &b[0], n/lanes)
	} else {
		subtractAVX2(&dst[0], &a[0], &b[0], n/lanes)
	}
}

func extremaRow(mask []uint16, below, mid, above []float32, at, stride int, threshold float32, groups int) {
	variant := assembly()
	if variant == "" || groups <= 0 {
		extremaRowGeneric(mask, below, mid, above, at, stride, threshold, groups)
		return
	}
	last := at + groups*lanes + stride
	_, _, _, _, _ = mask[groups-1], below[last], mid[last], above[last], mid[at-stride-1]
	if variant == avx512 {
		extremaRowAVX512(&mask[0], &below[at], &mid[at], &above[at], stride, threshold, groups)
	} else {
		extremaRowAVX2(&mask[0], &below[at], &mid[at], &above[at], stride, threshold, groups)
	}
}

func nearestRows(best, second, column []int32, rows, columns []byte) {
	pairs := len(columns) / (2 * blockBytes)
	variant := assembly()
	if variant == "" || pairs == 0 {
		nearestRowsGeneric(best, second, column, rows, columns)
		return
	}
	_ = column[2*blockWidth*pairs-1]
	var found [8][16]int32
	var tail [4 * descriptorBytes]byte
	for i := 0; i < len(best); i += 4 {
		four := rows[i*descriptorBytes:]
		if len(four) < len(tail) {
			copy(tail[:], four)
			four = tail[:]
		}
		if variant == avx512 {
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

//go:noescape
func samplePatchAVX2(p *patch, places *patchPlaces, pix *float32, frame *patchFrame)

//go:noescape
func samplePatchAVX512(p *patch, places *patchPlaces, pix *float32, frame *patchFrame)

//go:noescape
func polarAVX2(turns, magnitudes *[256]float32, p *patch)

//go:noescape
func polarAVX512(turns, magnitudes *[256]float32, p *patch)

//go:noescape
func poolAVX2(hist *histogram, turns, magnitudes *[256]float32, rowWeights *[patchSide][spatialBins]float32, columnWeights *[spatialBins][patchSide]float32)

//go:noescape
func poolAVX512(hist *histogram, turns, magnitudes *[256]float32, rowWeights *[patchSide][spatialBins]float32, columnWeights *[spatialBins][patchSide]float32)

//go:noescape
func quantiseAVX2(out *byte, hist *histogram, clip, scale float32)

//go:noescape
func quantiseAVX512(out *byte, hist *histogram, clip, scale float32)

//go:noescape
func warpRowAVX2(out, pix *byte, width int, line *warpLine, skip, groups int)

//go:noescape
func warpRowAVX512(out, pix *byte, width int, line *warpLine, skip, groups int)

func sample(p *patch, img *plane, f *patchFrame) {
	variant := assembly()
	if variant == "" {
		sampleGeneric(p, img, f)
		return
	}
	// The limits keep every read inside: two pixels of the last but one row.
	_ = img.pix[int(f.limitY+1)*img.stride+int(f.limitX)+1]
	if variant == avx512 {
		samplePatchAVX512(p, places, &img.pix[0], f)
	} else {
		samplePatchAVX2(p, places, &img.pix[0], f)
	}
}

func (g *polar) fill(p *patch) {
	variant := assembly()
	if variant == "" {
		g.fillGeneric(p)
		return
	}
	if variant == avx512 {
		polarAVX512(&g.turns, &g.magnitudes, p)
	} else {
		polarAVX2(&g.turns, &g.magnitudes, p)
	}
}

func (h *histogram) pool(g *polar) {
	variant := assembly()
	if variant == "" {
		h.poolGeneric(g)
		return
	}
	if variant == avx512 {
		poolAVX512(h, &g.turns, &g.magnitudes, &pooling, &poolingColumns)
	} else {
		poolAVX2(h, &g.turns, &g.magnitudes, &pooling, &poolingColumns)
	}
}

func quantise(out []byte, h *histogram) {
	variant := assembly()
	if variant == "" {
		quantiseGeneric(out, h)
		return
	}
	_ = out[descriptorBytes-1]
	if variant == avx512 {
		quantiseAVX512(&out[0], h, clipAt, descriptorScale*descriptorScale)
	} else {
		quantiseAVX2(&out[0], h, clipAt, descriptorScale*descriptorScale)
	}
}

// warpRow needs len(out) to be a multiple of lanes.
func warpRow(out []byte, src *level, line *warpLine, skip int) {
	variant := assembly()
	if variant == "" || len(out)%lanes != 0 || cap(src.pix) < levelSize(src.w, src.h) {
		warpRowGeneric(out, src, line, skip)
		return
	}
	if variant == avx512 {
		warpRowAVX512(&out[0], &src.pix[0], src.w, line, skip, len(out)/lanes)
	} else {
		warpRowAVX2(&out[0], &src.pix[0], src.w, line, skip, len(out)/lanes)
	}
}

//go:noescape
func sumWindowAVX2(sums *windowSums, pix *int8, window *byte, stride int)

//go:noescape
func sumWindowAVX512(sums *windowSums, pix *int8, window *byte, stride int)

func sumWindow(sums *windowSums, pix *[blockPixels]int8, window []byte, stride int) {
	variant := assembly()
	if variant == "" {
		sumWindowGeneric(sums, pix, window, stride)
		return
	}
	// The kernels read at most 32 bytes from where the last group starts.
	_ = window[(windowSide-1)*stride+blockSide-4+31]
	if variant == avx512 {
		sumWindowAVX512(sums, &pix[0], &window[0], stride)
	} else {
		sumWindowAVX2(sums, &pix[0], &window[0], stride)
	}
}

//go:noescape
func normaliseAVX2(found *correlations, peaks *columnPeaks, sums *windowSums, templateSum float64, spread float32)

//go:noescape
func normaliseAVX512(found *correlations, peaks *columnPeaks, sums *windowSums, templateSum float64, spread float32)

func normalise(found *correlations, peaks *columnPeaks, sums *windowSums, t *template) {
	variant := assembly()
	if variant == "" {
		normaliseGeneric(found, peaks, sums, t)
		return
	}
	sum := float64(t.sum)
	spread := float32(blockPixels*float64(t.squares) - sum*sum)
	if variant == avx512 {
		normaliseAVX512(found, peaks, sums, sum, spread)
	} else {
		normaliseAVX2(found, peaks, sums, sum, spread)
	}
}
