package kernel

import "unsafe"

// worthAdvice is the size, in floats, from which huge pages are worth a system call.
const worthAdvice = 1 << 20

// Floats returns n zeros that begin on a cache line. Large slices are in huge pages if the system supports them: in a pass
// over more memory than the caches hold, misses in the table of small pages cost about as much as the memory itself.
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
