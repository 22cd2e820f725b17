//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// supported returns the variants that the processor can run, the fastest last. Without FMA there is no AVX2 variant,
// and without AVX2 no AVX-512 one, whose few narrow cases use AVX2 code.
func supported() []variant {
	all := []variant{generic}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, avx2)
		if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL &&
			cpu.X86.HasAVX512VBMI && cpu.X86.HasAVX512VNNI {
			all = append(all, avx512)
		}
	}
	return all
}

// lanesOf is the number of floats in a vector of a variant.
func lanesOf(v variant) int {
	switch v {
	case avx512:
		return 16
	case avx2:
		return 8
	}
	return 1
}
