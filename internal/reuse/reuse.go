// Package reuse makes room for intermediate results in the memory of earlier
// ones, so that a loop allocates in its first rounds only.
package reuse

// Slice returns n elements of unspecified contents, in memory if that has room
// for them. What memory held is lost.
func Slice[T any](memory []T, n int) []T {
	if cap(memory) < n {
		return make([]T, n)
	}
	return memory[:n]
}
