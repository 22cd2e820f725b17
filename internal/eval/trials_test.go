package eval

import "testing"

func TestShareOfCountsClusters(t *testing.T) {
	var one, many []Trial
	for i := range 40 {
		hit := i%4 != 0
		many = append(many, Trial{string(rune('a' + i)), hit})
		one = append(one, Trial{string(rune('a' + i/10)), i < 30}) // whole documents hit or miss
	}
	a, b := ShareOf(many), ShareOf(one)
	if a.Rate != 0.75 || b.Rate != 0.75 || a.Hits != 30 || b.Trials != 40 {
		t.Fatalf("30 of 40 are %+v and %+v", a, b)
	}
	if a.High-a.Low >= b.High-b.Low {
		t.Errorf("40 documents are known to %v, 4 to %v: fewer say less", a, b)
	}
	if s := ShareOf(nil); s.High != 1 || s.Trials != 0 {
		t.Errorf("no trials are %+v", s)
	}
}
