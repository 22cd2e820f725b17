//go:build !purego

package features

import "exemplar/internal/kernel"

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

// twoLargest reduces the best and second best of all lanes to two values.
func twoLargest(first, second *[16]int32) (a, b int32) {
	for l, v := range first {
		b = max(b, second[l], min(a, v))
		a = max(a, v)
	}
	return a, b
}
