package recognise

import (
	"math"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// lit is a picture with other levels: red, green, blue of each pixel.
func lit(m *imaging.Image, by func(r, g, b float64) [3]float64) *imaging.Image {
	out := imaging.NewImage(m.W, m.H)
	for i := 0; i < len(m.Pix); i += 3 {
		for c, v := range by(float64(m.Pix[i]), float64(m.Pix[i+1]), float64(m.Pix[i+2])) {
			out.Pix[i+c] = byte(v)
		}
	}
	return out
}

// Two editions are told by the colour of a card's band, whatever the light, and not in a
// copy without colours.
func TestColoursTellEditions(t *testing.T) {
	at := func(contents uint64, edition int) *imaging.Image {
		return drawn(synthdoc.Document{Kind: "ticket", Template: 9, Content: contents, Edition: edition, Size: 640})
	}
	e := DefaultModel().Embedder
	first, second := NewReference(e, at(1, 0)), NewReference(e, at(2, 1))
	for name, light := range map[string]func(r, g, b float64) [3]float64{
		"by day":    func(r, g, b float64) [3]float64 { return [3]float64{r, g, b} },
		"by a lamp": func(r, g, b float64) [3]float64 { return [3]float64{0.9 * r, 0.8 * g, 0.6 * b} },
		"in grey": func(r, g, b float64) [3]float64 {
			grey := 0.3*r + 0.6*g + 0.1*b
			return [3]float64{grey, grey, grey}
		},
	} {
		for edition, want := range []float64{1, -1} {
			p := NewPhoto(e, lit(at(3, edition), light))
			a, b := &Hypothesis{Reference: first.Reference, Found: p.Verify(first.Reference)}, &Hypothesis{Reference: second.Reference, Found: p.Verify(second.Reference)}
			if !a.Found.Located || !b.Found.Located {
				t.Fatal("not found")
			}
			lead, neither := p.coloursOver(a, b)
			reversed, _ := p.coloursOver(b, a)
			if name == "in grey" {
				want = 0
			}
			if math.Abs(lead-want) > 0.2 || math.Abs(reversed+want) > 0.2 || neither > 0.1 {
				t.Errorf("edition %d, %s: lead %g, the other way round %g, neither %g; want %g", edition, name, lead, reversed, neither, want)
			}
		}
	}
}
