//go:build unix

package exemplar_test

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used of all processors. Unlike the clock it
// does not count what other programs take from us.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
