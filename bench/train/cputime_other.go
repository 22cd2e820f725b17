//go:build !unix

package main

import "time"

var start = time.Now()

// cpuTime stands in wall time where the system does not tell.
func cpuTime() time.Duration { return time.Since(start) }
