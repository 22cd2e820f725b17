//go:build !amd64 || purego

package kernel

func supported() []variant { return []variant{generic} }

func matMul(out, in []float32, m int, w *Packed, bias []float32, act Activation) {
	matMulGeneric(out, in, m, w, bias, act)
}

func depthwise(out, in []float32, h, w, c int, weights []float32, r, stride int, bias []float32, act Activation) {
	depthwiseGeneric(out, in, h, w, c, weights, r, stride, bias, act)
}

func stem(out []float32, in []byte, h, w int, weights []float32, k int, bias []float32, act Activation) {
	stemGeneric(out, in, h, w, weights, k, bias, act)
}

func globalAverage(out, in []float32) { globalAverageGeneric(out, in) }

func scaleChannels(x, s []float32) { scaleChannelsGeneric(x, s) }

func dot(a, b []float32) float32 { return dotGeneric(a, b) }

func dotBlock(out, probe, refs []float32) { dotBlockGeneric(out, probe, refs) }

func dotBlockInt8(out []int32, probe, refs []int8) { dotBlockInt8Generic(out, probe, refs) }

func scaleShift(y, x, scale, shift []float32, act Activation) {
	scaleShiftGeneric(y, x, scale, shift, len(scale), act)
}

func moments(sum, squares, x []float32) { momentsGeneric(sum, squares, x, len(sum)) }

func scaleShiftBackward(du, dy, x, scale, shift []float32, act Activation, sum, product []float32) {
	scaleShiftBackwardGeneric(du, dy, x, scale, shift, len(scale), act, sum, product)
}

func combine(out, a, b, p, q, r []float32) { combineGeneric(out, a, b, p, q, r, len(p)) }

func matMulTransA(dw, in, dOut []float32, m, k, n int) {
	matMulTransAGeneric(dw, in, dOut, m, k, n, 0)
}

func depthwiseWeights(dw, dOut, in []float32, h, w, c, r, stride int) {
	depthwiseWeightsGeneric(dw, dOut, in, h, w, c, r, stride, 0)
}
