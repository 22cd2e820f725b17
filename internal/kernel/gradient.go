package kernel

import "fmt"

// MatMulTransA adds in (M,K)ᵀ · dOut (M,N) to dw (K,N): the gradient of the weights of a product.
// The gradient of its input is MatMul by weights from PackTransposed.
func MatMulTransA(dw, in, dOut []float32, m, k, n int) {
	needSizes("MatMulTransA", m, k, n)
	need("MatMulTransA", "dw", len(dw), k*n)
	need("MatMulTransA", "in", len(in), m*k)
	need("MatMulTransA", "dOut", len(dOut), m*n)
	if m*k*n == 0 {
		return
	}
	// Processing a part of the rows at a time keeps it in the cache for all tiles of the result. Shorter sums also round
	// less.
	const part = 256
	for at := 0; at < m; at += part {
		rows := min(part, m-at)
		matMulTransA(dw[:k*n], in[at*k:][:rows*k], dOut[at*n:][:rows*n], rows, k, n)
	}
}

// DepthwiseBackwardWeights adds to dw (R,R,C) the gradient of Depthwise's weights: dOut (N,P,Q,C), in (N,H,W,C).
// The gradient of its input is Depthwise with stride 1 and the filters rotated by half a turn, applied to dOut spread to
// the positions on which the outputs were centred.
func DepthwiseBackwardWeights(dw, dOut, in []float32, n, h, w, c, r, stride int) {
	needSizes("DepthwiseBackwardWeights", n, h, w, c)
	if r != 3 && r != 5 || stride != 1 && stride != 2 {
		panic(fmt.Sprintf("kernel: DepthwiseBackwardWeights: size %d with stride %d, want 3 or 5 with 1 or 2", r, stride))
	}
	p, q := outSize(h, stride), outSize(w, stride)
	need("DepthwiseBackwardWeights", "dw", len(dw), r*r*c)
	need("DepthwiseBackwardWeights", "dOut", len(dOut), n*p*q*c)
	need("DepthwiseBackwardWeights", "in", len(in), n*h*w*c)
	if n*h*w*c == 0 {
		return
	}
	for i := range n {
		depthwiseWeights(dw[:r*r*c], dOut[i*p*q*c:][:p*q*c], in[i*h*w*c:][:h*w*c], h, w, c, r, stride)
	}
}
