package progress

import (
	"strings"
	"testing"
	"time"
)

func state(s string) func() string { return func() string { return s } }

func TestLine(t *testing.T) {
	for _, c := range []struct {
		name string
		line *Line
		want string
	}{
		{"terminal", &Line{Terminal: true}, "\rone\x1b[K\rtwo\x1b[K\nnote\n\rthree\x1b[K\r\x1b[K"},
		{"file", &Line{}, "one\ntwo\nnote\nthree\n"},
		{"seldom", &Line{Every: time.Hour}, "one\nnote\n"},
		{"seldom on a terminal", &Line{Terminal: true, Every: time.Hour}, "\rone\x1b[K\nnote\n"},
	} {
		var out strings.Builder
		c.line.Out = &out
		c.line.Show(state("one"))
		c.line.Show(state("two"))
		c.line.Note("note")
		c.line.Show(state("three"))
		c.line.Clear()
		c.line.End() // of nothing
		if out.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, out.String(), c.want)
		}
	}
}

func TestShowNow(t *testing.T) {
	var out strings.Builder
	l := &Line{Out: &out, Every: time.Hour}
	l.ShowNow("one")
	l.ShowNow("two")
	if out.String() != "one\ntwo\n" {
		t.Errorf("%q", out.String())
	}
}

func TestNothingIsShownWithoutOut(t *testing.T) {
	var l Line
	l.Show(func() string { t.Error("a state was made"); return "" })
	l.ShowNow("one")
	l.Note("note")
	l.Clear()
	l.End()
}

func TestLeft(t *testing.T) {
	for _, c := range []struct {
		done, total int
		want        time.Duration
	}{{1, 4, 30 * time.Second}, {4, 4, 0}, {0, 2, 20 * time.Second}, {3, 1_000_000_000, 3333333323 * time.Second}} {
		if got := Left(10*time.Second, c.done, c.total); got != c.want {
			t.Errorf("%d of %d in 10 s: %v left, want %v", c.done, c.total, got, c.want)
		}
	}
}
