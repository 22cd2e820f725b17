package cputime

import (
	"testing"
	"time"
)

func TestUsedGrowsWithWork(t *testing.T) {
	before := Used()
	for begin := time.Now(); time.Since(begin) < 50*time.Millisecond; {
	}
	if used := Used() - before; used < 5*time.Millisecond {
		t.Errorf("50 ms of work took %v", used)
	}
}
