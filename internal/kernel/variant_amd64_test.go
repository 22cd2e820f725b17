//go:build !purego

package kernel

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestVariantsAreThere fails if a variant, and with it all its tests, is missing on a processor that can run it according
// to the operating system. GODEBUG=cpu.avx2=off and cpu.avx512f=off leave variants out on purpose.
func TestVariantsAreThere(t *testing.T) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip("this system has no /proc/cpuinfo to compare with")
	}
	_, flags, _ := strings.Cut(string(info), "\nflags")
	flags, _, _ = strings.Cut(flags, "\n")
	has := strings.Fields(flags)
	for _, v := range []struct {
		name  string
		flags []string
	}{
		{"avx2", []string{"avx2", "fma"}},
		{"avx512", []string{"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi", "avx512_vnni"}},
	} {
		want := true
		for _, f := range v.flags {
			want = want && slices.Contains(has, f) && !strings.Contains(os.Getenv("GODEBUG"), "cpu."+f+"=off")
		}
		if got := slices.Contains(Variants(), v.name); got != want {
			t.Errorf("variant %s there: %v, want %v by the processor's flags", v.name, got, want)
		}
	}
}
