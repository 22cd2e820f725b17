package changedetect

import (
	"image"
	"math"
	"testing"
)

// A map by hand: a block of another form, a line of other contents, the rest is
// form that agrees.
func TestTally(t *testing.T) {
	const w, h, sure = 12, 10, 20
	m := &Map{W: w, H: h, Logit: make([]float32, w*h), Form: make([]float32, w*h), Filled: make([]float32, w*h), Judged: make([]bool, w*h)}
	seen := make([]bool, w*h)
	for i := range m.Logit {
		m.Logit[i], m.Form[i], m.Filled[i] = -sure, -sure, -sure
		m.Judged[i], seen[i] = true, true
		switch x, y := i%w, i/w; {
		case x >= 8 && x < 11 && y < 2: // another form
			m.Logit[i], m.Form[i] = sure, sure
		case y == 7: // other contents
			m.Logit[i], m.Filled[i] = sure, sure
		case y == 8: // the same contents
			m.Filled[i] = sure
		case y == 9: // not seen, or no print
			m.Logit[i], m.Form[i] = sure, sure
			m.Judged[i], seen[i] = x%2 == 0, x%2 == 1
		}
	}
	got := m.Tally(seen)
	want := Tally{Form: 7*w - 6, OtherForm: 6, Cluster: 6, Contents: w, OtherContents: w}
	for name, pair := range map[string][2]float64{
		"form": {got.Form, want.Form}, "other form": {got.OtherForm, want.OtherForm}, "cluster": {got.Cluster, want.Cluster},
		"contents": {got.Contents, want.Contents}, "other contents": {got.OtherContents, want.OtherContents},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-4 {
			t.Errorf("%s: %v cells, want %v", name, pair[0], pair[1])
		}
	}
	if share, want := m.Contents(), 24./(w*h-6); math.Abs(share-want) > 1e-4 {
		t.Errorf("%v of the reference is contents, want %v", share, want)
	}
	if m.IsContents(image.Rect(0, 0, w*Cell, 7*Cell)) || !m.IsContents(image.Rect(3, 7*Cell+1, 50, 8*Cell+2)) || m.IsContents(image.Rectangle{}) {
		t.Error("contents are not where they are")
	}
	if empty := (&Map{}).Tally(nil); empty != (Tally{}) {
		t.Errorf("an empty map has %v", empty)
	}
	if small := most([]float64{1, 2, 3}, 3, clusterSide); small != 6 {
		t.Errorf("three cells hold %v, want 6", small)
	}
}
