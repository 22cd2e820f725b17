package changedetect

import (
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// on lays a photo on a reference pixel upon pixel.
func on(ref, photo *imaging.Gray) *Laid {
	halved := papertest.Halved(photo)
	l := &Laid{Map: Kinds().Detect(ref, halved), Reference: ref, Photo: halved}
	for i := range l.Logit {
		l.Seen = append(l.Seen, true)
		l.At = append(l.At, planar.Pt(float64(i%l.W*Cell), float64(i/l.W*Cell)))
	}
	return l
}

// A copy with contents of its own shows the form of its edition where the two editions
// differ, whatever the contents of both.
func TestEditionsAreToldApart(t *testing.T) {
	right, wrong, n := 0, 0, 0
	for seed := range uint64(4) {
		d := synthdoc.Document{Kind: []string{"letter", "bill", "id-card", "bank-card"}[seed], Template: seed + 40, Size: 700}
		draw := func(contents uint64, edition int) *imaging.Gray {
			d.Content, d.Edition = contents, edition
			return synthdoc.Draw(d).Gray()
		}
		first, second := draw(1, 0), draw(2, 1)
		for edition := range 2 {
			photo := draw(3+uint64(edition), edition)
			seen := TellApart(on(first, photo), on(second, photo))
			own, its := seen.First, seen.Second
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
	if right < n*3/4 || wrong > 0 {
		t.Errorf("of %d copies %d are told right, %d wrong", n, right, wrong)
	}
}

// Of a copy of a third edition more is another form than both have than of a copy of
// either.
func TestAThirdEditionHasAnotherFormThanBoth(t *testing.T) {
	for template, kind := range []string{"certificate", "id-card", "letter"} {
		draw := func(contents uint64, edition int) *imaging.Gray {
			return synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(template), Content: contents, Edition: edition, Size: 700}).Gray()
		}
		first, second := draw(1, 0), draw(2, 1)
		both := func(edition int) float64 {
			photo := draw(3+uint64(edition), edition)
			return TellApart(on(first, photo), on(second, photo)).Both
		}
		if known, third := max(both(0), both(1)), both(2); third < 3*known+1 {
			t.Errorf("%s: %.1f cells of a third edition, %.1f of the others", kind, third, known)
		}
	}
}

// A blurred copy of one of two editions, all of which seems other print, is none of a third.
func TestABlurredCopyIsOfNoThirdEdition(t *testing.T) {
	for template, kind := range []string{"certificate", "id-card", "letter", "bill"} {
		draw := func(contents uint64, edition int) *imaging.Gray {
			return synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(template), Content: contents, Edition: edition, Size: 700}).Gray()
		}
		first, second := draw(1, 0), draw(2, 1)
		photo := draw(3, 0)
		for range 6 {
			photo = photo.Soften()
		}
		if seen := TellApart(on(first, photo), on(second, photo)); seen.Both > 1 {
			t.Errorf("%s: %.1f cells of a third edition", kind, seen.Both)
		}
	}
}

// A single word tells two apart where nothing else differs.
// Where both have other print than the photo, that is neither's.
func TestASmallWordTellsTwoApart(t *testing.T) {
	printed := func(year uint64) *imaging.Gray {
		return synthdoc.Draw(synthdoc.Document{Kind: "bank-card", Template: 7, Content: year, Size: 700}).Gray()
	}
	base := printed(1)
	marked := func(mark uint64) *imaging.Gray { // another word in a corner
		g := &imaging.Gray{W: base.W, H: base.H, Pix: append([]byte(nil), base.Pix...)}
		word := synthdoc.Draw(synthdoc.Document{Kind: "page", Template: mark, Content: mark, Size: 700}).Gray()
		const side = 40
		for y := range side {
			copy(g.Pix[(base.H-60+y)*g.W+60:][:side], word.Pix[(300+y)*word.W+100:][:side])
		}
		return g
	}
	first, second, third := marked(1), marked(2), marked(3)
	for name, c := range map[string]struct {
		photo *imaging.Gray
		is    func(Apart) bool
	}{
		"the first": {first, func(a Apart) bool { return a.First > 4*a.Second+1 }},
		"the other": {second, func(a Apart) bool { return a.Second > 4*a.First+1 }},
		"a third":   {third, func(a Apart) bool { return a.Neither > a.First && a.Neither > a.Second }},
	} {
		if seen := TellApart(on(first, c.photo), on(second, c.photo)); !c.is(seen) {
			t.Errorf("%s: %+v", name, seen)
		}
	}
}

func BenchmarkTellApart(b *testing.B) {
	draw := func(contents uint64, edition int) *imaging.Gray {
		return synthdoc.Draw(synthdoc.Document{Kind: "bill", Template: 7, Content: contents, Edition: edition, Size: 768}).Gray()
	}
	photo := draw(3, 0)
	first, second := on(draw(1, 0), photo), on(draw(2, 1), photo)
	for b.Loop() {
		TellApart(first, second)
	}
}
