package label

import "testing"

func TestNegative(t *testing.T) {
	for _, c := range []struct {
		label, of Label
		negative  bool
	}{
		{"_not/a/b", "a/b", true},
		{"_not", "", true},
		{"a/_not/b", "", false},
		{"_notes/a", "", false},
		{"", "", false},
	} {
		if of, negative := c.label.Negative(); of != c.of || negative != c.negative {
			t.Errorf("%q: %q, %v", c.label, of, negative)
		}
	}
}
