package cputime

import (
	"testing"
	"time"
)

func TestUsedGrowsWithWork(t *testing.T) {
	before, begin := Used(), time.Now()
	for Used()-before < 5*time.Millisecond {
		if time.Since(begin) > time.Minute {
			t.Fatalf("a minute of work took %v", Used()-before)
		}
	}
}
