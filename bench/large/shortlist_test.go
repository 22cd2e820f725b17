package main

import (
	"slices"
	"testing"
)

func TestFirstOfTakesFromEachListInTurn(t *testing.T) {
	a, b := []string{"1", "2", "3"}, []string{"2", "4"}
	if got := firstOf(4, a, b); !slices.Equal(got, []string{"1", "2", "4", "3"}) {
		t.Errorf("%v", got)
	}
	if got := firstOf(2, a, b, nil); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("%v", got)
	}
}
