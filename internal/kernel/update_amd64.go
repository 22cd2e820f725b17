//go:build !purego

package kernel

func addScaled(y, x []float32, s float32) {
	whole := wholeVectors(len(x))
	if n := whole / lanesOf(active); n > 0 {
		if active == avx512 {
			addScaledAVX512(&y[0], &x[0], n, s)
		} else {
			addScaledAVX2(&y[0], &x[0], n, s)
		}
	}
	addScaledGeneric(y[whole:], x[whole:], s)
}

// wholeVectors is the number of values out of n that the vector code takes.
func wholeVectors(n int) int {
	if active == generic {
		return 0
	}
	return n / lanesOf(active) * lanesOf(active)
}

func adamW(value, grad, first, second []float32, s AdamWStep) {
	whole := wholeVectors(len(value))
	if n := whole / lanesOf(active); n > 0 {
		factors := [...]float32{s.Scale, s.Beta1, 1 - s.Beta1, s.Beta2, 1 - s.Beta2, s.Root, s.Epsilon, s.Rate, s.Keep}
		if active == avx512 {
			adamWAVX512(&value[0], &grad[0], &first[0], &second[0], n, &factors[0])
		} else {
			adamWAVX2(&value[0], &grad[0], &first[0], &second[0], n, &factors[0])
		}
	}
	adamWGeneric(value[whole:], grad[whole:], first[whole:], second[whole:], s)
}

func softmaxTerms(x, shift, sum []float32, scale float32) {
	whole := wholeVectors(len(x))
	if n := whole / lanesOf(active); n > 0 {
		if active == avx512 {
			softmaxTermsAVX512(&x[0], &shift[0], &sum[0], n, scale)
		} else {
			softmaxTermsAVX2(&x[0], &shift[0], &sum[0], n, scale)
		}
	}
	softmaxTermsGeneric(x[whole:], shift[whole:], sum[whole:], scale)
}
