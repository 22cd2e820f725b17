package kernel

import (
	"syscall"
	"unsafe"
)

const (
	adviseHugePages = 14      // MADV_HUGEPAGE
	hugePage        = 2 << 20 // bytes
)

// adviseHuge asks the system to use huge pages for x. It ignores errors, since the request only affects speed.
func adviseHuge(x []float32) {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x))
	start := -int(uintptr(unsafe.Pointer(&x[0]))) & (hugePage - 1)
	if whole := (len(bytes) - start) &^ (hugePage - 1); whole > 0 {
		_ = syscall.Madvise(bytes[start:start+whole], adviseHugePages)
	}
}
