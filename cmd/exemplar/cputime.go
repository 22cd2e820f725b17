package main

import (
	"sync"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/embed"
)

// benchTime is how long each figure is measured.
const benchTime = 500 * time.Millisecond

// cpuMilliseconds returns the process CPU time of one call of work. It is the mean of
// as many calls as fit into benchTime; a first call is not counted.
func cpuMilliseconds(work func()) float64 {
	work()
	calls := 0
	wall, start := time.Now(), cputime.Used()
	for time.Since(wall) < benchTime {
		work()
		calls++
	}
	return float64(cputime.Used()-start) / float64(calls) / float64(time.Millisecond)
}

var defaultNetwork = sync.OnceValue(func() *embed.Network { return embed.Default().Freeze() })
