package kernel

import "fmt"

// Dot returns the dot product of a and b, which have the same length.
func Dot(a, b []float32) float32 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("kernel: Dot: len(a) = %d, len(b) = %d", len(a), len(b)))
	}
	if len(a) == 0 {
		return 0
	}
	return dot(a, b)
}

// DotBlock computes the dot products of probe (dim) with a block of references (len(out),dim).
func DotBlock(out, probe, refs []float32, dim int) {
	needSizes("DotBlock", dim)
	need("DotBlock", "probe", len(probe), dim)
	need("DotBlock", "refs", len(refs), len(out)*dim)
	if dim == 0 || len(out) == 0 {
		clear(out)
		return
	}
	dotBlock(out, probe[:dim], refs[:len(out)*dim])
}

// maxDimInt8 keeps sums of products of bytes, and the intermediate sums of the assembly, within int32.
const maxDimInt8 = 1 << 16

// DotBlockInt8 computes the dot products of probe (dim) with a block of references (len(out),dim), exactly.
// dim is at most 65,536.
func DotBlockInt8(out []int32, probe, refs []int8, dim int) {
	needSizes("DotBlockInt8", dim)
	if dim > maxDimInt8 {
		panic(fmt.Sprintf("kernel: DotBlockInt8: dim = %d, want at most %d", dim, maxDimInt8))
	}
	need("DotBlockInt8", "probe", len(probe), dim)
	need("DotBlockInt8", "refs", len(refs), len(out)*dim)
	if dim == 0 || len(out) == 0 {
		clear(out)
		return
	}
	dotBlockInt8(out, probe[:dim], refs[:len(out)*dim])
}
