package main

import (
	"testing"
)

// The short form of `torment`: some requests, and some kills in the middle of them.
func TestKillsLeaveNothingHalfDone(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	err := inFolder(func(folder, program string) error { return torment(folder, program, 1, 120, 2, 1) })
	if err != nil {
		t.Error(err)
	}
}
