package recognise

import (
	"math"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/scoremodel"
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

// coloured are two references of a kind that differ in the colour of some print, and how a
// picture of it is compared with both.
func coloured(t *testing.T, first, second *imaging.Image) (over func(photo *imaging.Image) (there, back scoremodel.FormLead)) {
	e := DefaultModel().Embedder
	a, b := NewReference(e, first), NewReference(e, second)
	return func(photo *imaging.Image) (there, back scoremodel.FormLead) {
		p := NewPhoto(e, photo)
		own, its := &Hypothesis{Reference: a.Reference, Found: p.Verify(a.Reference)}, &Hypothesis{Reference: b.Reference, Found: p.Verify(b.Reference)}
		if !own.Found.Located || !its.Found.Located {
			t.Fatal("not found")
		}
		p.seeColours(&there, own, its, own.Found.laid().Across(its.Found.laid()))
		p.seeColours(&back, its, own, its.Found.laid().Across(own.Found.laid()))
		return there, back
	}
}

// Two editions are told by the colour of a card's band, whatever the light and however faint,
// and not in a copy without colours.
func TestColoursTellEditions(t *testing.T) {
	papertest.SkipLong(t)
	at := func(contents uint64, edition int) *imaging.Image {
		return drawn(synthdoc.Document{Kind: "ticket", Template: 9, Content: contents, Edition: edition, Size: 640})
	}
	over := coloured(t, at(1, 0), at(2, 1))
	for name, light := range map[string]func(r, g, b float64) [3]float64{
		"by day":    func(r, g, b float64) [3]float64 { return [3]float64{r, g, b} },
		"by a lamp": func(r, g, b float64) [3]float64 { return [3]float64{0.9 * r, 0.8 * g, 0.6 * b} },
		"faded":     func(r, g, b float64) [3]float64 { return [3]float64{140 + 0.45*r, 140 + 0.45*g, 140 + 0.45*b} },
		"in grey": func(r, g, b float64) [3]float64 {
			grey := 0.3*r + 0.6*g + 0.1*b
			return [3]float64{grey, grey, grey}
		},
	} {
		for edition, want := range []float64{1, -1} {
			lead, reversed := over(lit(at(3, edition), light))
			if name == "in grey" {
				want = 0
			}
			if math.Abs(lead.Colour-want) > 0.2 || math.Abs(reversed.Colour+want) > 0.2 || lead.NoColour > 0.1 || lead.Recoloured > 0.1 {
				t.Errorf("edition %d, %s: %+v, the other way round %+v; want %g", edition, name, lead, reversed, want)
			}
		}
	}
}

// A third edition shows in another colour what two have in one.
func TestAThirdEditionIsRecoloured(t *testing.T) {
	at := func(contents uint64, swapped bool) *imaging.Image {
		m := drawn(synthdoc.Document{Kind: "ticket", Template: 9, Content: contents, Size: 640})
		if swapped {
			m = lit(m, func(r, g, b float64) [3]float64 { return [3]float64{g, b, r} })
		}
		return m
	}
	over := coloured(t, at(1, false), at(2, false))
	if known, _ := over(at(3, false)); known.Recoloured > 0.05 || known.Colour != 0 {
		t.Errorf("the same: %+v", known)
	}
	if third, _ := over(at(3, true)); third.Recoloured < 0.3 {
		t.Errorf("recoloured: %+v", third)
	}
}
