//go:build !unix

package main

import "time"

var processStart = time.Now()

// processCPU stands in wall time where the system has no rusage.
func processCPU() time.Duration { return time.Since(processStart) }
