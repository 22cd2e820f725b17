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
