//go:build !linux

package train

// newLarge is make([]float32, n).
func newLarge(n int) []float32 { return make([]float32, n) }
