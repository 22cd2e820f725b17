package exemplar_test

import (
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// What looks like something that was said not to be a kind is unknown, and what is of the
// kind is as it was.
func TestNegativesAreUnknown(t *testing.T) {
	papertest.SkipLong(t)
	g := newGallery(t)
	kind := synthdoc.Document{Kind: "invoice", Template: 3, Size: 600}
	lookAlike := kind
	lookAlike.Edition = 2
	register(t, g, exemplar.Item{Label: "invoice", Source: "i", Picture: file(drawnFile(kind))})
	before := classify(t, g, drawnFile(kind))
	register(t, g, exemplar.Item{Label: exemplar.NegativePrefix + "invoice", Source: "n", Picture: file(drawnFile(lookAlike))})
	if a := classify(t, g, drawnFile(lookAlike)); a.Decision != exemplar.Unknown || a.Label != "" || !strings.HasPrefix(a.Reason, "looks like what was said not to be invoice") {
		t.Errorf("the negative: %s %q: %s", a.Decision, a.Label, a.Reason)
	}
	if a := classify(t, g, drawnFile(kind)); a.Decision != exemplar.Match || a.Label != before.Label || strings.Contains(a.Reason, exemplar.NegativePrefix) {
		t.Errorf("the kind: %s %q: %s", a.Decision, a.Label, a.Reason)
	}
}
