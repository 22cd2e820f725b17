package kernel

import (
	"testing"
	"unsafe"
)

func TestFloats(t *testing.T) {
	for _, n := range []int{0, 1, 17, worthAdvice, worthAdvice + 3, 3 * worthAdvice} {
		x := Floats(n)
		if len(x) != n || cap(x) != n {
			t.Errorf("Floats(%d) has length %d and capacity %d", n, len(x), cap(x))
		}
		if at := uintptr(unsafe.Pointer(unsafe.SliceData(x))); n > 0 && at%alignment != 0 {
			t.Errorf("Floats(%d) begins at %#x", n, at)
		}
		for i := range x {
			if x[i] != 0 {
				t.Fatalf("Floats(%d)[%d] = %g", n, i, x[i])
			}
			x[i] = 1 // the memory is there
		}
	}
}
