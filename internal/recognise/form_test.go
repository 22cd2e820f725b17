package recognise

import (
	"testing"

	"exemplar/internal/changedetect"
	"exemplar/internal/embed"
	"exemplar/internal/emblem"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/scoremodel"
	"exemplar/internal/synthdoc"
)

// Forms, bills and letters are print on plain paper; covers are not.
func TestIsPlain(t *testing.T) {
	want := map[string]bool{"form": true, "bill": true, "letter": true, "statement": true, "cover": false}
	for kind, plain := range want {
		right := 0
		for i := range uint64(6) {
			if isPlain(synthdoc.Draw(synthdoc.Document{Kind: kind, Template: i, Content: i, Size: 400}).Gray()) == plain {
				right++
			}
		}
		if right < 5 {
			t.Errorf("%s: %d of 6 right", kind, right)
		}
	}
}

// A strip of paper on the glass of a scanner is a column of print, whatever the size of
// the picture and the dirt about it.
func TestIsColumn(t *testing.T) {
	printed := func(x0, y0, x1, y1 int, dirt ...int) *changedetect.Map {
		m := &changedetect.Map{W: 40, H: 56, Judged: make([]bool, 40*56)}
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				m.Judged[y*m.W+x] = true
			}
		}
		for _, i := range dirt {
			m.Judged[i] = true
		}
		return m
	}
	edged := func(m *changedetect.Map) *changedetect.Map {
		for y := range m.H {
			m.Judged[y*m.W] = true
		}
		return m
	}
	for name, c := range map[string]struct {
		print *changedetect.Map
		want  bool
	}{
		"a page":                            {printed(4, 4, 36, 52), false},
		"half a page":                       {printed(4, 4, 36, 28), false},
		"a strip":                           {printed(12, 4, 28, 52), true},
		"a dirty strip":                     {printed(12, 4, 28, 52, 85, 90, 56*40-85), true},
		"a strip and the edge of the glass": {edged(printed(12, 4, 28, 52)), true},
		"a strip that lies":                 {printed(2, 20, 38, 34), false},
		"nothing":                           {printed(0, 0, 0, 0), false},
	} {
		if got := isColumn(c.print); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A till's receipt is a strip of paper, on which form moves as it grows; a note, a ticket or a
// cheque is none, however long.
func TestIsStrip(t *testing.T) {
	nothing := &changedetect.Map{}
	for name, c := range map[string]struct {
		w, h int
		want bool
	}{
		"a receipt": {300, 700, true},
		"a note":    {1500, 700, false},
		"a cheque":  {1700, 700, false},
		"a sheet":   {700, 990, false},
	} {
		r := &Reference{w: c.w, h: c.h}
		if got := r.isStrip(nothing); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What tells another company of the same template is its name, in large print.
func TestEmblemsTellCompanies(t *testing.T) {
	papertest.SkipLong(t)
	e := NewEmbedder(embed.Default())
	form := func(photo, ref synthdoc.Document) *scoremodel.Form {
		registered := NewReference(e, drawn(ref)).Reference
		found := NewPhoto(e, drawn(photo)).Verify(registered)
		if !found.ForDecision.HasComparison() {
			return &scoremodel.Form{}
		}
		return found.LookAtForm(registered)
	}
	own, other, seen := 0, 0, 0
	for i := range uint64(4) {
		ref := synthdoc.Document{Kind: []string{"bill", "letter"}[i%2], Template: i, Content: i, Size: 760}
		another, company := ref, ref
		another.Content, company.Content, company.Issuer = i+100, i+200, 1
		a, b := form(another, ref), form(company, ref)
		if a.Emblems == 0 {
			continue
		}
		seen++
		if a.Emblem >= 0.85 {
			own++
		}
		if b.Emblem < 0.85 {
			other++
		}
	}
	if seen < 3 || own < seen || other < seen-1 {
		t.Errorf("of %d with emblems %d are known again, %d told from another company's", seen, own, other)
	}
}

// Nothing but a machine-readable zone looks like one.
func TestDrawnDocumentsHaveNoMachineZone(t *testing.T) {
	papertest.SkipLong(t)
	for _, kind := range []string{"id-card", "banknote", "cover", "letter", "statement", "membership"} {
		for i := range uint64(4) {
			page := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: i, Content: i, Size: 760})
			if n := emblem.MachineZoneLines(imaging.FitWithin(page, ReferenceSide).Gray()); n > 0 {
				t.Errorf("%s %d: %d lines", kind, i, n)
			}
		}
	}
}

// A bill whose table has grown is found by its foot; its head lies above the reference.
func TestEmblemsAreSoughtAboveTheReference(t *testing.T) {
	papertest.SkipLong(t)
	e := NewEmbedder(embed.Default())
	known := 0
	for i := range uint64(3) {
		page := drawn(synthdoc.Document{Kind: "bill", Template: 2 * i, Content: i, Size: 760})
		cut, gap := page.H*35/100, page.H*30/100&^1
		longer := imaging.NewImage(page.W, page.H+gap)
		for k := range longer.Pix {
			longer.Pix[k] = 250
		}
		copy(longer.Pix, page.Pix[:3*page.W*cut])
		copy(longer.Pix[3*page.W*(cut+gap):], page.Pix[3*page.W*cut:])
		registered := NewReference(e, page).Reference
		found := NewPhoto(e, longer).Verify(registered)
		if !found.ForDecision.HasComparison() {
			continue
		}
		if f := found.LookAtForm(registered); f.Emblems > 0 && f.Emblem > 0.85 && f.Moved {
			known++
		}
	}
	if known < 2 {
		t.Errorf("the emblems of %d of 3 bills are found", known)
	}
}
