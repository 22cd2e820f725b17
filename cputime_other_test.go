//go:build !unix

package exemplar_test

import "time"

var started = time.Now()

// cpuTime is the clock, where the system's figure is not at hand.
func cpuTime() time.Duration { return time.Since(started) }
