// Package kernel is the arithmetic of the networks and of the vector index: matrix products, convolutions, reductions
// and dot products on slices of float32, and of int8 for the scan of a gallery. It is the lowest package and imports none
// of ours. Packages nn, embed and vectorindex call it.
//
// Every operation exists as portable Go, which defines it, and on amd64 as AVX2+FMA and AVX-512 assembly that
// internal/_asm generates. At start the fastest variant that the processor supports is chosen; [Use] or the environment
// variable EXEMPLAR_KERNEL ("generic", "avx2", "avx512") choose another. The build tag purego leaves the assembly out.
// For an operation NAME, NAME.go has the checks, NAME_generic.go the portable code, and NAME_amd64.go the calls of the
// assembly.
//
// Conventions: outputs come first, images are NHWC, matrices row-major. Functions panic on slices of the wrong length,
// since that is a mistake in the program; slices may be longer than needed. Outputs must not overlap inputs, unless a
// function says that it works in place. Nothing is allocated except by [Pack], [PackTransposed] and [Floats]. Several
// goroutines may call all functions at once on different outputs.
//
// The variants round differently (fused multiply-add, other orders of summation), so their results agree within the
// error bound of a float32 sum and not bit by bit. Within one variant a row of a product does not depend on the number
// of rows computed with it. NaN and infinities in the data propagate; with non-finite weights the padding of a
// convolution may give NaN, since zero is multiplied by them.
package kernel

//go:generate sh -c "cd ../_asm && go run . kernel"

import (
	"fmt"
	"math"
)

// Activation is the function that is applied to each output of a product or convolution.
type Activation uint8

const (
	None        Activation = iota
	ReLU                   // max(x, 0)
	HardSwish              // x * HardSigmoid(x)
	HardSigmoid            // min(max(x/6 + 1/2, 0), 1)
)

// hardSigmoid is min(max(x/6 + 1/2, 0), 1). NaN stays NaN.
func hardSigmoid(x float32) float32 {
	return min(max(x*(1.0/6)+0.5, 0), 1)
}

// clampUnit is min(max(t, 0), 1) without branches, which real activations make unpredictable: floats that are not
// negative have the order of their bits. NaN becomes 0 or 1, which is harmless, since the result is multiplied by the
// value that was NaN.
func clampUnit(t float32) float32 {
	const one = 0x3f800000
	bits := int32(math.Float32bits(t))
	bits &^= bits >> 31
	return math.Float32frombits(uint32(min(bits, one)))
}

// activate applies a to x in place.
func activate(x []float32, a Activation) {
	switch a {
	case ReLU:
		for i, v := range x {
			if v < 0 {
				x[i] = 0
			}
		}
	case HardSwish:
		for i, v := range x {
			x[i] = v * clampUnit(v*(1.0/6)+0.5)
		}
	case HardSigmoid:
		for i, v := range x {
			x[i] = hardSigmoid(v)
		}
	}
}

// need panics unless a slice of got elements has at least want.
func need(op, name string, got, want int) {
	if got < want {
		panic(fmt.Sprintf("kernel: %s: len(%s) = %d, want at least %d", op, name, got, want))
	}
}

// needSizes panics if a size is negative.
func needSizes(op string, sizes ...int) {
	for _, s := range sizes {
		if s < 0 {
			panic(fmt.Sprintf("kernel: %s: negative size %d", op, s))
		}
	}
}
