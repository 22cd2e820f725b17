package synthdoc

import (
	"bytes"
	"testing"

	"exemplar/internal/imaging"
)

// difference returns the share of pixels in which two pictures differ by more
// than grain does.
func difference(a, b *imaging.Image) float64 {
	if a.W != b.W || a.H != b.H {
		return 1
	}
	n := 0
	for i := 0; i < len(a.Pix); i += 3 {
		for k := i; k < i+3; k++ {
			if d := int(a.Pix[k]) - int(b.Pix[k]); d > 12 || d < -12 {
				n++
				break
			}
		}
	}
	return float64(n) / float64(a.W*a.H)
}

func TestDrawIsDeterministic(t *testing.T) {
	for _, kind := range Kinds() {
		d := Document{Kind: kind, Template: 5, Content: 8, Size: 300}
		if a, b := Draw(d), Draw(d); !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: two drawings of %+v differ", kind, d)
		}
	}
}

// Siblings share most of the picture and differ visibly.
func TestSiblingsDifferInWhatTheyShould(t *testing.T) {
	limits := map[string][2]float64{ // smallest and largest share of pixels that differ
		"contents": {0.001, 0.99}, "edition": {0.0005, 0.99}, "line": {0.0001, 0.4}, "design": {0.05, 1}, "blank": {0.001, 0.9},
	}
	templates := uint64(3)
	if testing.Short() {
		templates = 1
	}
	for _, kind := range Kinds() {
		for template := range templates {
			d := Document{Kind: kind, Template: template, Content: template + 1, Size: 500}
			picture := Draw(d)
			for name, sibling := range Siblings(d) {
				other := Draw(sibling)
				if (kind == "roll" || kind == "statement") && (other.W != picture.W || other.H != picture.H) {
					continue // another length, so everything lies elsewhere
				}
				got := difference(picture, other)
				if lim := limits[name]; got < lim[0] || got > lim[1] {
					t.Errorf("%s, template %d: sibling by %s differs in %.5f of the pixels, want %v", kind, template, name, got, lim)
				}
			}
		}
	}
}

// A blank document does not depend on the contents.
func TestBlankHidesTheContents(t *testing.T) {
	for _, kind := range Kinds() {
		if kind == "cover" || kind == "label" || kind == "receipt" || kind == "roll" {
			continue // their pictures or bar codes are contents that have no blank
		}
		a := Document{Kind: kind, Template: 3, Content: 1, Blank: true, Size: 300}
		b := a
		b.Content = 2
		if d := difference(Draw(a), Draw(b)); d > 0.05 {
			t.Errorf("%s: blanks of two contents differ in %.3f of the pixels", kind, d)
		}
	}
}

func TestSizes(t *testing.T) {
	sizes := []int{1, 100, 333, 1200}
	if testing.Short() {
		sizes = sizes[:3]
	}
	for _, kind := range Kinds() {
		for _, size := range sizes {
			m := Draw(Document{Kind: kind, Size: size})
			if got, want := max(m.W, m.H), max(size, minSize); got != want {
				t.Errorf("%s at %d: longer side %d, want %d", kind, size, got, want)
			}
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, kind := range Kinds() {
		b.Run(kind, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				Draw(Document{Kind: kind, Template: uint64(i), Content: 1, Size: 600})
			}
		})
	}
}

func TestExamplesAreAGallery(t *testing.T) {
	seen := map[string]bool{}
	var pictures []*imaging.Image
	for _, e := range append(Examples(), Stranger()) {
		if seen[e.Label] {
			t.Errorf("label %q twice", e.Label)
		}
		seen[e.Label] = true
		pictures = append(pictures, Draw(e.Document))
	}
	for i, a := range pictures {
		for _, b := range pictures[:i] {
			if d := difference(a, b); d < 0.01 {
				t.Errorf("example %d is too much like another one: %.4f of the pixels differ", i, d)
			}
		}
	}
}
