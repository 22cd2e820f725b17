//go:build !linux

package kernel

// adviseHuge asks for huge pages under x, where there is a way to ask.
func adviseHuge([]float32) {}
