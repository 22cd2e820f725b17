// Package reuse gives the memory of earlier intermediate results to later ones, so that a
// loop allocates only in its first iterations. Every package may call it.
package reuse

// Slice returns n elements of unspecified contents. It uses memory if that has room for them,
// and overwrites it.
func Slice[T any](memory []T, n int) []T {
	if cap(memory) < n {
		return make([]T, n)
	}
	return memory[:n]
}
