//go:build !linux

package kernel

// adviseHuge does nothing: only Linux has a system call for it.
func adviseHuge([]float32) {}
