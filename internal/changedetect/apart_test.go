package changedetect

import (
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// A copy with contents of its own shows the form of its edition where the two editions
// differ, whatever the contents of both.
func TestEditionsAreToldApart(t *testing.T) {
	laid := func(ref, photo *imaging.Gray) *Laid {
		l := &Laid{Map: Kinds().Detect(ref, papertest.Halved(photo))}
		for i := range l.Logit {
			l.Seen = append(l.Seen, true)
			l.At = append(l.At, planar.Pt(float64(i%l.W*Cell), float64(i/l.W*Cell)))
		}
		return l
	}
	right, wrong, n := 0, 0, 0
	for seed := range uint64(4) {
		d := synthdoc.Document{Kind: []string{"letter", "bill"}[seed%2], Template: seed + 40, Size: 700}
		draw := func(contents uint64, edition int) *imaging.Gray {
			d.Content, d.Edition = contents, edition
			return synthdoc.Draw(d).Gray()
		}
		first, second := draw(1, 0), draw(2, 1)
		for edition := range 2 {
			photo := draw(3+uint64(edition), edition)
			own, its := Apart(laid(first, photo), laid(second, photo))
			if edition == 1 {
				own, its = its, own
			}
			n++
			switch {
			case own > 2*its+2:
				right++
			case its > 2*own+2:
				wrong++
			}
		}
	}
	if right < n/2 || wrong > 0 {
		t.Errorf("of %d copies %d are told right, %d wrong", n, right, wrong)
	}
}
