package alignment

import (
	"testing"

	"exemplar/internal/features"
	"exemplar/internal/papertest"
)

func TestReferenceSurvivesStorage(t *testing.T) {
	g := papertest.Page(t, 7, -1)
	r := NewReference(g)
	data := r.Features().Marshal()
	if len(data) > 64<<10 {
		t.Errorf("features take %d bytes", len(data))
	}
	stored, err := features.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	back := StoredReference(stored, r.Picture())
	m := papertest.Placed(g.W, g.H, 10, 0.8, 320, 320, 0)
	p := NewProbe(papertest.Capture(g, &m, 640, 640, 1))
	if a, b := Verify(p, r), Verify(p, back); a.H != b.H || a.Score() != b.Score() {
		t.Errorf("score %g before, %g after", a.Score(), b.Score())
	}
}
