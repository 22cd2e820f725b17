package papertest

import (
	"os"
	"testing"
)

// Shared returns the path of a file or folder of the data beside the checkout. Users do
// not have it: the test is skipped then, and fails where EXEMPLAR_REQUIRE_SHARED is set,
// as in CI.
func Shared(t testing.TB, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("EXEMPLAR_REQUIRE_SHARED") != "" {
			t.Fatal(err)
		}
		t.Skipf("%s is not beside this checkout", path)
	}
	return path
}
