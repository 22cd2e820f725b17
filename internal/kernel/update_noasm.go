//go:build !amd64 || purego

package kernel

func addScaled(y, x []float32, s float32) { addScaledGeneric(y, x, s) }

func adamW(value, grad, first, second []float32, s AdamWStep) {
	adamWGeneric(value, grad, first, second, s)
}

func softmaxTerms(x, shift, sum []float32, scale float32) {
	softmaxTermsGeneric(x, shift, sum, scale)
}
