//go:build unix

// Package cputime tells what the process has used of all processors. Unlike the
// clock it does not count what other programs take, so that a measurement on a
// shared machine means something.
package cputime

import (
	"syscall"
	"time"
)

// Used is the user and system time of the process so far.
func Used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic("cputime: getrusage: " + err.Error()) // it has no way to fail
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
