package recognise

import (
	"testing"

	"exemplar/internal/decide"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// A head that the photo's edge cuts off is not seen, and no other one.
func TestWhatIsCutOffIsNoOtherHead(t *testing.T) {
	papertest.SkipLong(t)
	e := defaultModel().Embedder
	seen := 0
	for i := range uint64(4) {
		d := synthdoc.Document{Kind: []string{"form", "invoice"}[i%2], Template: i, Content: i, Size: 800}
		registered := NewReference(e, drawn(d)).Reference
		d.Content += 100
		whole := drawn(d)
		uncut := NewPhoto(e, whole).Verify(registered)
		before := uncut.LookAtForm(registered)
		for _, share := range []float64{0.05, 0.08, 0.11} {
			off := int(share * float64(whole.H))
			found := NewPhoto(e, whole.Crop(0, off, whole.W, whole.H-off)).Verify(registered)
			if !found.Located || !found.ForDecision.HasComparison() {
				continue
			}
			seen++
			if form := found.LookAtForm(registered); form.OtherHead && !before.OtherHead || form.Emblem < min(decide.SameEmblem, before.Emblem-0.03) {
				t.Errorf("%s %d without its upper %v: other head %v, %d emblems, %.2f", d.Kind, i, share, form.OtherHead, form.Emblems, form.Emblem)
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d are found", seen)
	}
}
