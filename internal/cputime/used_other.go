//go:build !unix

// Package cputime tells how long the process runs, where the system has no
// figure of what it used at hand.
package cputime

import "time"

var start = time.Now()

// Used is the time since the process began.
func Used() time.Duration { return time.Since(start) }
