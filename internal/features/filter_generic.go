package features

// filterSymmetricGeneric computes, for i below 16*groups and o = at+i,
//
//	dst[i] = half[0]*src[o] + sum over k of half[k]*(src[o-k*step] + src[o+k*step])
func filterSymmetricGeneric(dst, src []float32, at, step int, half []float32, groups int) {
	n := groups * lanes
	dst = dst[:n]
	center := src[at : at+n]
	for i, v := range center {
		dst[i] = half[0] * v
	}
	for k := 1; k < len(half); k++ {
		w := half[k]
		before, after := src[at-k*step:][:n], src[at+k*step:][:n]
		for i := range dst {
			dst[i] += w * (before[i] + after[i])
		}
	}
}

// subtractGeneric computes dst = a - b.
func subtractGeneric(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}
