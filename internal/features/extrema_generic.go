package features

// extremaRowGeneric marks, for i below 16*groups, in bit i%16 of mask[i/16]
// whether mid[at+i] is beyond the threshold and an extremum among its 26
// neighbours in the three layers of a stack of differences.
func extremaRowGeneric(mask []uint16, below, mid, above []float32, at, stride int, threshold float32, groups int) {
	for g := range groups {
		bits := uint16(0)
		for l := range lanes {
			o := at + g*lanes + l
			v := mid[o]
			if v > threshold && isPeak(v, below, mid, above, o, stride) ||
				v < -threshold && isPit(v, below, mid, above, o, stride) {
				bits |= 1 << l
			}
		}
		mask[g] = bits
	}
}

func isPeak(v float32, below, mid, above []float32, o, stride int) bool {
	for _, row := range [3]int{o, o - stride, o + stride} {
		for _, i := range [3]int{row - 1, row, row + 1} {
			if mid[i] > v || below[i] > v || above[i] > v {
				return false
			}
		}
	}
	return true
}

func isPit(v float32, below, mid, above []float32, o, stride int) bool {
	for _, row := range [3]int{o, o - stride, o + stride} {
		for _, i := range [3]int{row - 1, row, row + 1} {
			if mid[i] < v || below[i] < v || above[i] < v {
				return false
			}
		}
	}
	return true
}
