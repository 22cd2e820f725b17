package condition

import (
	"slices"
	"testing"

	"exemplar/internal/papertest"
)

// Another holder's portrait has other colours up to its edges, and is no stain; coffee upon
// it is one, since it does not end there.
func TestAnotherPortraitIsNoStain(t *testing.T) {
	papertest.SkipUnderRace(t)
	const left, top, right, bottom = 0.04, 0.2, 0.31, 0.71 // of the portrait
	tinted := func(within func(x, y float64) bool) []Kind {
		s := newShot("id-card", 40, 40)
		s.each(func(x, y float64, rgb *[3]float64) {
			if within(x, y) {
				rgb[0], rgb[1], rgb[2] = rgb[0]*0.95, rgb[1]*0.75, rgb[2]*0.6
			}
		})
		p := s.pair()
		p.Print = func(x, y float64) Print {
			is := x > left && x < right && y > top && y < bottom
			return Print{Judged: true, Contents: is, Other: is && int(64*y)%2 == 0}
		}
		return said(Look(p))
	}
	if got := tinted(func(x, y float64) bool { return x > left && x < right && y > 0.45 && y < bottom }); slices.Contains(got, Stained) {
		t.Errorf("another portrait is seen as %v", got)
	}
	if got := tinted(func(x, y float64) bool { return (x-0.35)*(x-0.35)+(y-0.6)*(y-0.6) < 0.06 }); !slices.Contains(got, Stained) {
		t.Errorf("coffee on a card is seen as %v", got)
	}
}

// What is torn away shows no print of the reference; what only has other colours does.
func TestPrintThatIsSeenIsNotGone(t *testing.T) {
	s := newShot("form", 41, 41)
	spoilings[Torn](s)
	m := newMaps(newView(s.pair()))
	gone, there := &patch{}, &patch{}
	for i := range m.inside {
		switch x, y := float64(i%m.w)/float64(m.w), float64(i/m.w)/float64(m.h); {
		case x+y < 0.45:
			gone.cells = append(gone.cells, i)
		case x > 0.5 && y > 0.3 && y < 0.6:
			there.cells = append(there.cells, i)
		}
	}
	if m.showsPrint(gone) || !m.showsPrint(there) {
		t.Errorf("print is seen where it is gone: %v, where it is there: %v", m.showsPrint(gone), m.showsPrint(there))
	}
}
