package eval

import "testing"

// Two classes share all of their non-mated pairs, so they err alike: nothing is
// known of how classes differ, and the interval must still be one.
func TestEqualClassesGiveAnInterval(t *testing.T) {
	for others := 1; others <= 2*tailPairs+1; others++ {
		s := &Scores{classes: []string{"a", "b"}}
		for i := range others {
			s.pairs = append(s.pairs, scoredPair{pair{float64(i) / float64(others), 0, 1}, false})
		}
		for i := range 8 {
			s.pairs = append(s.pairs, scoredPair{pair{float64(i) / 8, int32(i % 2), int32(i % 2)}, true})
		}
		v, err := s.Verify()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range v.Points {
			if !ordered(p.Low, p.TPR, p.High) {
				t.Errorf("%d non-mated pairs, FMR %g: TPR %g in [%g, %g]", others, p.Target, p.TPR, p.Low, p.High)
			}
		}
		for _, p := range v.Curve {
			if !ordered(p.Low, p.TPR, p.High) {
				t.Errorf("%d non-mated pairs, curve at %g: TPR %g in [%g, %g]", others, p.FMR, p.TPR, p.Low, p.High)
			}
		}
	}
}

// ordered reports whether the values, none of them NaN, rise from 0 to 1.
func ordered(values ...float64) bool {
	last := 0.0
	for _, v := range values {
		if !(v >= last-1e-12 && v <= 1+1e-12) {
			return false
		}
		last = v
	}
	return true
}
