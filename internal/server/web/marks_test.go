package web_test

import (
	"fmt"
	"math"
	"testing"

	"exemplar/internal/imaging"
)

// TestMarksLieWhereTheDocumentIs: of a picture that is larger than the service shows it, too.
func TestMarksLieWhereTheDocumentIs(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	small, _, err := imaging.Decode(photo("driving-licence", 3, 4), imaging.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	large := imaging.EncodeJPEG(imaging.Resize(small, 2600, 2600*small.H/small.W), 85)
	answered := p.classified("large.jpg", large)
	if answered.Width != 2600 || answered.Geometry == nil {
		t.Fatalf("the answer: %+v", answered.Answer)
	}
	p.open("/c/mailroom/decisions/" + answered.DecisionID)
	p.await("the marks", `document.querySelector("svg.marks polygon.document")`)
	shown := value[[4]float64](p, `(() => { const b = document.querySelector("polygon.document").getBoundingClientRect(), i = document.querySelector(".holder img").getBoundingClientRect();
		return [(b.left - i.left) / i.width, (b.top - i.top) / i.height, (b.right - i.left) / i.width, (b.bottom - i.top) / i.height]; })()`)
	want := [4]float64{1, 1, 0, 0}
	for _, corner := range answered.Geometry.Quad {
		x, y := corner[0]/float64(answered.Width), corner[1]/float64(answered.Height)
		want = [4]float64{min(want[0], x), min(want[1], y), max(want[2], x), max(want[3], y)}
	}
	for i := range want {
		if math.Abs(want[i]-shown[i]) > 0.01 {
			t.Errorf("the frame is at %s, want %s", fmt.Sprint(shown), fmt.Sprint(want))
			break
		}
	}
}
