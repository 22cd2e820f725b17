//go:build !linux

package postgres

import "syscall"

// limitUnanswered does nothing: see dial_linux.go.
func limitUnanswered(string, string, syscall.RawConn) error { return nil }
