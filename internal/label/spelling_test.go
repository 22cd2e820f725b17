package label

import "testing"

func TestSpellings(t *testing.T) {
	var s Spellings
	if s.Twin("A") != "" {
		t.Error("a twin of nothing")
	}
	for _, l := range []Label{"id/Front", "Straße", "both", "Both", "σας"} {
		s.Add(l)
	}
	for of, want := range map[Label]Label{
		"id/Front": "", "id": "", "id/Front/2nd": "", "new": "", "both": "", "Both": "", "Both/x": "",
		"id/front": "id/Front", "ID": "id", "ID/new": "id", "Id/Front": "id", "id/FRONT/2nd": "id/Front", "STRAßE": "Straße", "BOTH": "both", "ΣΑΣ": "σας",
	} {
		if got := s.Twin(of); got != want {
			t.Errorf("twin of %q: %q, want %q", of, got, want)
		}
	}
}
