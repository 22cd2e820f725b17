package train

import (
	"syscall"
	"unsafe"
)

const (
	adviseHugePages = 14       // MADV_HUGEPAGE
	hugePage        = 2 << 20  // bytes
	worthAdvice     = 64 << 20 // bytes
)

// newLarge is make([]float32, n), in huge pages where the system has them: sampled rows of class centres lie far apart,
// and with small pages every one of them misses the processor's table of pages.
func newLarge(n int) []float32 {
	x := make([]float32, n)
	if 4*n < worthAdvice {
		return x
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*n)
	start := -int(uintptr(unsafe.Pointer(&x[0]))) & (hugePage - 1)
	whole := (len(bytes) - start) &^ (hugePage - 1)
	syscall.Madvise(bytes[start:start+whole], adviseHugePages) // advice only: without it all works the same
	return x
}
