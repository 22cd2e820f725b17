package condition

import (
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// scanned is a scan of another copy that shows rim pixels of a bed around it, against a
// reference that was scanned with white margins. A rim below 0 cuts the copy off on the left.
func scanned(kind string, rim int, bed byte, spoil func(m *imaging.Image)) *Pair {
	const lid = 70
	draw := func(content uint64) *imaging.Image {
		return drawn(synthdoc.Document{Kind: kind, Template: 41, Content: content, Size: 640})
	}
	around := func(m *imaging.Image, x0, y0, rim int, level byte) *imaging.Image {
		out := imaging.NewImage(m.W+x0+rim, m.H+y0+rim)
		for i := range out.Pix {
			out.Pix[i] = level
		}
		for y := range m.H {
			copy(out.Pix[3*((y+y0)*out.W+x0):][:3*m.W], m.Pix[3*y*m.W:][:3*m.W])
		}
		return out
	}
	copied := draw(43)
	if spoil != nil {
		copied = draw(41) // another portrait beside a tear is another matter
		copied = copied.Crop(0, 0, copied.W, copied.H)
		spoil(copied)
	}
	x0, y0 := rim, max(0, rim)
	if rim < 0 {
		copied = copied.Crop(-rim, 0, copied.W+rim, copied.H)
		x0 = 0
	}
	reference, photo := around(draw(41), lid, lid, lid, 255), around(copied, x0, y0, max(0, rim), bed)
	dx, dy := float64(lid-rim), float64(lid-y0)
	laid, grey := &imaging.Gray{W: reference.W, H: reference.H, Pix: make([]byte, reference.W*reference.H)}, photo.Gray()
	for y := range laid.H {
		for x := range laid.W {
			if u, v := x-int(dx), y-int(dy); u >= 0 && v >= 0 && u < grey.W && v < grey.H {
				laid.Pix[y*laid.W+x] = grey.Pix[v*grey.W+u] / 2
			}
		}
	}
	return &Pair{
		Reference: Prepare(reference), Photo: photo, Fine: reference.Gray(), Laid: laid, Length: 640, ReferenceLength: 640,
		At: func(p planar.Point) planar.Point {
			return planar.Pt(p.X*float64(reference.W)-dx-0.5, p.Y*float64(reference.H)-dy-0.5)
		},
	}
}

// The white margins of a registered scan are not missed where another copy lies on a dark
// bed, or fills its picture. What is cut off or torn away of the document is.
func TestAReferencesMarginsAreNotMissed(t *testing.T) {
	papertest.SkipUnderRace(t)
	corner := func(m *imaging.Image) {
		for y := range m.H {
			for x := range m.W {
				if 2*x+y < m.H*2/3 {
					copy(m.Pix[3*(y*m.W+x):], []byte{12, 12, 12})
				}
			}
		}
	}
	wrongly := 0
	for _, kind := range testDocuments() {
		for _, c := range []struct {
			name  string
			rim   int
			bed   byte
			spoil func(m *imaging.Image)
			want  Kind
		}{
			{"on a black bed", 60, 12, nil, ""},
			{"that fills its picture", 0, 12, nil, ""},
			{"on a white bed", 60, 255, nil, ""},
			{"that is cut off", -140, 12, nil, CutOff},
			{"that is torn", 60, 12, corner, Torn},
		} {
			switch got := said(Look(scanned(kind, c.rim, c.bed, c.spoil))); {
			case c.bed < 100 && c.want == "" && c.rim > 0 && got != nil:
				wrongly++
				t.Logf("%s %s is seen as %v", kind, c.name, got)
			case c.want == "" && got != nil, c.want != "" && !slices.Contains(got, c.want):
				t.Errorf("%s %s is seen as %v, want %q", kind, c.name, got, c.want)
			}
		}
	}
	if wrongly > 1 { // a wide black frame spoils the fit of colours now and then
		t.Errorf("%d of %d on a black bed get a word", wrongly, len(testDocuments()))
	}
}

// A picture of the reference itself is in no condition, whatever its colours.
func TestTheReferenceItselfIsPlain(t *testing.T) {
	papertest.SkipUnderRace(t)
	for _, d := range []synthdoc.Document{
		{Kind: "letter", Template: 31<<32 + 11, Content: 31<<32 + 11, Size: 1000},
		{Kind: "id-card-back", Template: 31<<32 + 8, Content: 31<<32 + 8, Size: 1000},
	} {
		m := synthdoc.Draw(d)
		laid := m.Gray()
		for i, v := range laid.Pix {
			laid.Pix[i] = v / 2
		}
		seen := Look(&Pair{
			Reference: Prepare(m), Photo: m, Fine: m.Gray(), Laid: laid, Length: 1000, ReferenceLength: 1000,
			At: func(p planar.Point) planar.Point {
				return planar.Pt(p.X*float64(m.W)-0.5, p.Y*float64(m.H)-0.5)
			},
		})
		if got := said(seen); got != nil {
			t.Errorf("a %s is seen as %v of itself", d.Kind, got)
		}
	}
}
