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
