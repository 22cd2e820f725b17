//go:build !linux

package imaging

// machineMemory returns a guess: see unknownMemory.
func machineMemory() int64 { return unknownMemory }
