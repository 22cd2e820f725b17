//go:build !unix

// Package cputime tells how long the process has run. This system has no simple call
// for the processor time that it used.
package cputime

import "time"

var start = time.Now()

// Used is the time since the process began.
func Used() time.Duration { return time.Since(start) }
