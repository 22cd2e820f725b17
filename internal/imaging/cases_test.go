package imaging

import "testing"

// TestCasesAreUpright reads files that people sent: each shows the reference.
func TestCasesAreUpright(t *testing.T) {
	read := func(name string) *Image {
		m, info, err := Decode(sharedCase(t, name), DefaultLimits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Logf("%s: %d x %d %q", name, info.W, info.H, info.Notes)
		return m
	}
	want := ResizeArea(read("00-reference.png"), 60, 84)
	for _, name := range []string{"12-no-iend.png", "12-progressive-no-eoi.jpg", "15-orient-after-padding.jpg",
		"15-orient-rawprofile.png", "15-orient-xmp.png"} {
		if d := meanDifference(ResizeArea(read(name), 60, 84), want); d > 6 {
			t.Errorf("%s: differs from the reference by %.1f in the mean", name, d)
		}
	}
}
