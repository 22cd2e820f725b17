package eval

import "testing"

// Two classes whose shares of false matches are equal say nothing of how
// classes differ; the interval must still be one.
func TestEqualClassesGiveAnInterval(t *testing.T) {
	s := &Scores{classes: []string{"a", "b"}}
	for i := range 20 {
		s.pairs = append(s.pairs, scoredPair{pair{float64(i) / 20, 0, 1}, false}, scoredPair{pair{0.4 + float64(i)/40, int32(i % 2), int32(i % 2)}, true})
	}
	v, err := s.Verify()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Points {
		if !(p.Low >= 0 && p.Low <= p.TPR && p.TPR <= p.High && p.High <= 1) {
			t.Errorf("at %g: TPR %g in [%g, %g]", p.Target, p.TPR, p.Low, p.High)
		}
	}
}
