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
