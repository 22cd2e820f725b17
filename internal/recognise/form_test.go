package recognise

import (
	"testing"

	"exemplar/internal/synthdoc"
)

// Forms, bills and letters are print on plain paper; covers are not.
func TestIsPlain(t *testing.T) {
	want := map[string]bool{"form": true, "bill": true, "letter": true, "statement": true, "cover": false}
	for kind, plain := range want {
		right := 0
		for i := range uint64(6) {
			if isPlain(synthdoc.Draw(synthdoc.Document{Kind: kind, Template: i, Content: i, Size: 400}).Gray()) == plain {
				right++
			}
		}
		if right < 5 {
			t.Errorf("%s: %d of 6 right", kind, right)
		}
	}
}
