//go:build !linux

package main

import (
	"time"

	"exemplar/internal/cputime"
)

// used is the processor time of this process alone: this system does not tell that of others.
func used() time.Duration { return cputime.Used() }

func resident() (own, ofChildren int64) { return 0, 0 }
