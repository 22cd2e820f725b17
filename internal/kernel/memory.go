package kernel

import "unsafe"

// worthAdvice is the size, in floats, from which on huge pages are worth a system call.
const worthAdvice = 1 << 20

// Floats returns n zeros that begin on a cache line; many lie in huge pages where the system has them. A pass over more
// than the caches hold waits for the processor's table of small pages about as long as for memory.
func Floats(n int) []float32 {
	const extra = alignment / 4
	x := make([]float32, n+extra)
	skip := 0
	if over := uintptr(unsafe.Pointer(&x[0])) % alignment; over != 0 {
		skip = int(alignment-over) / 4
	}
	x = x[skip : skip+n : skip+n]
	if n >= worthAdvice {
		adviseHuge(x)
	}
	return x
}
