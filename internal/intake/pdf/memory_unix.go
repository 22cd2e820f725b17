//go:build unix

package pdf

import "syscall"

// reserve takes addresses, which the system fills with memory as they are used.
func reserve(most uint64) (reserved []byte, release func(), ok bool) {
	reserved, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	return reserved, func() { _ = syscall.Munmap(reserved) }, err == nil
}
