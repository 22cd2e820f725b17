package kernel

import "fmt"

// Depthwise convolves every channel with its own filter: in (N,H,W,C), weights (R,R,C), bias (C) or nil,
// out (N,P,Q,C) with P = (H-1)/stride+1 and Q = (W-1)/stride+1. R is 3 or 5, stride 1 or 2, the padding R/2 zeros.
func Depthwise(out, in []float32, n, h, w, c int, weights []float32, r, stride int, bias []float32, act Activation) {
	needSizes("Depthwise", n, h, w, c)
	if r != 3 && r != 5 || stride != 1 && stride != 2 {
		panic(fmt.Sprintf("kernel: Depthwise: size %d with stride %d, want 3 or 5 with 1 or 2", r, stride))
	}
	p, q := outSize(h, stride), outSize(w, stride)
	need("Depthwise", "out", len(out), n*p*q*c)
	need("Depthwise", "in", len(in), n*h*w*c)
	need("Depthwise", "weights", len(weights), r*r*c)
	if bias != nil {
		need("Depthwise", "bias", len(bias), c)
	}
	if n*h*w*c == 0 {
		return
	}
	for i := range n {
		depthwise(out[i*p*q*c:][:p*q*c], in[i*h*w*c:][:h*w*c], h, w, c, weights[:r*r*c], r, stride, bias, act)
	}
}

// outSize is the number of outputs along an axis of n inputs, for odd filters padded by half their size.
func outSize(n, stride int) int { return (n + stride - 1) / stride }

// taps returns the part of a filter of size r, centred on input position at, that lies on an axis of n inputs.
func taps(at, n, r int) (from, to int) {
	return max(0, r/2-at), min(r, n-at+r/2)
}
