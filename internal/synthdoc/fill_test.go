package synthdoc

import (
	"bytes"
	"testing"

	"exemplar/internal/imaging"
)

// Contents stay in the boxes of fields, except that a tick or a long name may cross an edge.
func TestFillInStaysInItsFields(t *testing.T) {
	form := imaging.NewImage(600, 800)
	for i := range form.Pix {
		form.Pix[i] = 255
	}
	fields := []Field{
		{Kind: "text", Box: [4]float32{50, 50, 400, 70}},
		{Kind: "text", Box: [4]float32{50, 100, 250, 120}, Max: 9, Comb: true},
		{Kind: "check", Box: [4]float32{300, 100, 312, 112}},
		{Kind: "text", Box: [4]float32{50, 200, 550, 300}},
		{Kind: "signature", Box: [4]float32{50, 400, 300, 440}},
	}
	near := func(x, y int) bool {
		for _, f := range fields {
			const over = 25
			if float32(x) > f.Box[0]-over && float32(x) < f.Box[2]+over && float32(y) > f.Box[1]-over && float32(y) < f.Box[3]+over {
				return true
			}
		}
		return false
	}
	inked, outside := 0, 0
	for content := range uint64(30) {
		m := FillIn(form, fields, content)
		if !bytes.Equal(m.Pix, FillIn(form, fields, content).Pix) {
			t.Fatalf("contents %d differ at the second time", content)
		}
		for i := 0; i < len(m.Pix); i += 3 {
			if m.Pix[i] > 200 {
				continue
			}
			inked++
			if !near(i/3%m.W, i/3/m.W) {
				outside++
			}
		}
	}
	if inked < 10000 {
		t.Errorf("%d pixels of ink in 30 forms", inked)
	}
	if outside > inked/2 { // stamps may stand anywhere
		t.Errorf("%d of %d pixels of ink lie outside the fields", outside, inked)
	}
}

// Another issuer's paper keeps the template and changes the head.
func TestIssuersShareATemplate(t *testing.T) {
	for _, kind := range []string{"bill", "invoice", "letter", "roll", "form", "id-card"} {
		for template := range uint64(4) {
			d := Document{Kind: kind, Template: template, Content: 3, Size: 500}
			other := d
			other.Issuer = 1
			if got := difference(Draw(d), Draw(other)); got < 0.0005 || got > 0.6 {
				t.Errorf("%s, template %d: another issuer's differs in %.4f of the pixels", kind, template, got)
			}
		}
	}
}

// Look-alikes keep the page, and change its head.
func TestLookAlikesShareAPage(t *testing.T) {
	for _, kind := range []string{"bill", "invoice", "statement", "receipt", "id-card"} {
		d := Document{Kind: kind, Template: 5, Content: 3, Size: 500}
		alike := LookAlikes(d, d.Content)
		if _, paper := alike["paper"]; paper != (kind == "bill" || kind == "invoice" || kind == "statement") {
			t.Errorf("%s: %v", kind, alike)
		}
		for what, other := range alike {
			if got := difference(Draw(d), Draw(other)); got < 0.0005 || got > 0.6 {
				t.Errorf("%s: %s differs in %.4f of the pixels", kind, what, got)
			}
		}
	}
}
