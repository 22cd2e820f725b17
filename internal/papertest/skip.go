package papertest

import "testing"

// SkipUnderRace skips a long test under the race detector, which makes it ten times as long.
// Only a test may call it that does one thing after the other, or whose goroutines are those
// of shorter tests: the detector finds nothing in it that it does not find there.
func SkipUnderRace(t testing.TB) {
	t.Helper()
	if UnderRace {
		t.Skip("long under the race detector, and shorter tests have its goroutines")
	}
}

// SkipLong skips under the race detector, as [SkipUnderRace] does, and with -short, a test that
// takes seconds: the short run is for what somebody waits for after each change.
func SkipLong(t testing.TB) {
	t.Helper()
	SkipUnderRace(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
}
