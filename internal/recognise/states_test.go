package recognise

import (
	"math"
	"slices"
	"testing"

	"exemplar/internal/canvas"
	"exemplar/internal/capturesim"
	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/splitmix"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
)

// withGlare is a picture in which a lamp is mirrored at a place, in shares of its sides.
func withGlare(m *imaging.Image, x, y float64) *imaging.Image {
	return changed(m, func(u, v float64, px []byte) {
		k := min(1, 1.4*math.Exp(-((u-x)*(u-x)+(v-y)*(v-y))/0.02))
		for c := range px {
			px[c] += byte(k * float64(255-px[c]))
		}
	})
}

// withSpill is a picture with coffee on it.
func withSpill(m *imaging.Image, x, y float64) *imaging.Image {
	return changed(m, func(u, v float64, px []byte) {
		if (u-x)*(u-x)+(v-y)*(v-y) < 0.025 {
			px[0], px[1], px[2] = byte(float64(px[0])*0.75), byte(float64(px[1])*0.6), byte(float64(px[2])*0.4)
		}
	})
}

func changed(m *imaging.Image, change func(u, v float64, px []byte)) *imaging.Image {
	out := &imaging.Image{W: m.W, H: m.H, Pix: slices.Clone(m.Pix)}
	for i := 0; i < len(out.Pix); i += 3 {
		change(float64(i/3%m.W)/float64(m.W), float64(i/3/m.W)/float64(m.H), out.Pix[i:i+3])
	}
	return out
}

// A copy with glare elsewhere is of the sub-label with glare, and so on.
func TestSubLabelsByCondition(t *testing.T) {
	papertest.SkipLong(t)
	d := synthdoc.Document{Kind: "form", Template: 9, Content: 9, Size: 760}
	card := synthdoc.Draw(d)
	g := gallery(t, newEntry("doc/plain", card), newEntry("doc/glare", withGlare(card, 0.3, 0.3)), newEntry("doc/damaged", withSpill(card, 0.6, 0.7)),
		newEntry("other", synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 4, Content: 4, Size: 700})))
	view := capturesim.Plain()
	view.Width, view.Height, view.SizeMin, view.SizeMax, view.Tilt = 1000, 1000, 0.85, 0.9, 10
	d.Content = 15
	other := synthdoc.Draw(d)
	for _, c := range []struct {
		want    decide.Label
		picture *imaging.Image
		kinds   []condition.Kind
	}{
		{"doc/plain", card, nil},
		{"doc/glare", withGlare(card, 0.65, 0.6), []condition.Kind{condition.Glare}},
		{"doc/damaged", withSpill(card, 0.35, 0.4), []condition.Kind{condition.Stained}},
		{"doc/plain", other, nil},
		{"doc/glare", withGlare(other, 0.6, 0.5), []condition.Kind{condition.Glare}},
		{"doc/damaged", withSpill(other, 0.4, 0.5), []condition.Kind{condition.Stained}},
	} {
		f := recognised(t, g, capturesim.Scene(c.picture, nil, view, 3).Image, Options{}).Findings[0]
		if f.Decision.Outcome != decide.Match || f.Decision.Label != c.want {
			t.Errorf("a copy of %s is %s %s: %s", c.want, f.Decision.Outcome, f.Decision.Label, f.Decision.Reason)
		}
		if len(f.Decision.Candidates) == 0 || f.Decision.Outcome == decide.Match && f.Best == nil {
			t.Errorf("%s: no evidence", c.want)
		}
		var kinds []condition.Kind
		for _, seen := range f.Conditions {
			kinds = append(kinds, seen.Kind)
		}
		if !slices.Equal(kinds, c.kinds) {
			t.Errorf("%s is seen %v", c.want, kinds)
		}
	}
}

// So is one of a coloured paper, whose colours glare and stains change.
func TestSubLabelsByConditionInColour(t *testing.T) {
	papertest.SkipLong(t)
	view := capturesim.Plain()
	view.Width, view.Height, view.SizeMin, view.SizeMax, view.Tilt = 1000, 1000, 0.85, 0.9, 10
	tried, right := 0, 0
	for i, kind := range []string{"membership", "driving-licence", "invoice"} {
		d := synthdoc.Document{Kind: kind, Template: uint64(40 + i), Content: 9, Size: 760}
		plain := synthdoc.Draw(d)
		g := gallery(t, newEntry("doc/plain", plain), newEntry("doc/glare", withGlare(plain, 0.3, 0.3)), newEntry("doc/damaged", withSpill(plain, 0.6, 0.7)))
		for want, picture := range map[decide.Label]*imaging.Image{
			"doc/plain": plain, "doc/glare": withGlare(plain, 0.65, 0.6), "doc/damaged": withSpill(plain, 0.35, 0.4),
		} {
			tried++
			f := recognised(t, g, capturesim.Scene(picture, nil, view, 3).Image, Options{}).Findings[0]
			if f.Decision.Label == want {
				right++
			} else {
				t.Logf("%s: a copy of %s is %s %s", kind, want, f.Decision.Outcome, f.Decision.Label)
			}
		}
	}
	if right < tried-2 {
		t.Errorf("%d of %d are of their sub-label", right, tried)
	}
}

// Editions differ in form, and have no states: not where another colour looks like a stain, nor
// where another emblem looks like a hole, nor where a part of the places has another colour, nor where
// another portrait looks like glare. They are documents of bench/kinds.
func TestEditionsAreNoStates(t *testing.T) {
	for i, c := range []struct {
		kind         string
		seed, number uint64
	}{
		{"id-card", 1, 6}, {"id-card-back", 1, 7}, {"id-card-back", 1, 22}, {"membership", 1, 25}, {"ticket", 1, 59}, {"id-card", 4, 6}, {"id-card", 4, 36},
	} {
		if testing.Short() && i > 0 {
			break
		}
		at := splitmix.Hash(c.seed<<32 + c.number)
		d := synthdoc.Document{Kind: c.kind, Template: at, Content: splitmix.Hash(at ^ 1)}
		second := d
		second.Edition, second.Content = 1, splitmix.Hash(at^2)
		if states := statesBeside(t, d, second); states != nil {
			t.Errorf("%s: two editions are taken for states: %v", c.kind, states.of)
		}
	}
}

// statesBeside are the states among which a photo of the first of two registered documents is.
func statesBeside(t *testing.T, d, second synthdoc.Document) *states {
	t.Helper()
	g := gallery(t, newEntry("card/first", synthdoc.Draw(d)), newEntry("card/second", synthdoc.Draw(second)))
	photo := capturesim.Scene(synthdoc.Draw(d), nil, capturesim.Plain(), 3).Image
	picture := upright{Image: photo, scaleX: 1, scaleY: 1}
	h, err := g.hold(t.Context(), picture)
	if err != nil {
		t.Fatal(err)
	}
	defer h.release()
	s, e, err := g.gather(t.Context(), h, picture, Options{FPIR: 0.01}, 8)
	if err != nil {
		t.Fatal(err)
	}
	if s == nil || e.best() == nil {
		t.Fatalf("%s: nothing is found", d.Kind)
	}
	return e.states
}

// References of one family that show the kind in states that differ are said to, whichever
// was registered first; where contents alone differ, or no label is above both, they are not.
func TestNeighboursInAnotherCondition(t *testing.T) {
	papertest.SkipLong(t)
	d := synthdoc.Document{Kind: "form", Template: 9, Content: 9, Size: 760}
	plain := synthdoc.Draw(d)
	d.Content = 15
	other := synthdoc.Draw(d)
	for _, c := range []struct {
		first, second string
		picture       *imaging.Image
		want          condition.Kind
	}{
		{"doc/plain", "doc/glare", withGlare(other, 0.6, 0.5), condition.Glare},
		{"doc/plain", "doc/damaged", withSpill(other, 0.4, 0.5), condition.Stained},
		{"doc/plain", "doc/anna", other, ""},
		{"plain", "glare", withGlare(other, 0.6, 0.5), ""},
	} {
		g := gallery(t, newEntry(c.first, plain), newEntry(c.second, c.picture))
		references, err := g.store.List(t.Context(), store.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range references {
			near, err := g.Neighbours(t.Context(), r.ID)
			if err != nil || len(near) != 1 || near[0].Pair == nil {
				t.Errorf("%s has the neighbours %+v, %v", r.Label, near, err)
				continue
			}
			if got := near[0].Pair.Condition; got != c.want {
				t.Errorf("%s beside %s differs in condition %q, want %q", r.Label, near[0].Label, got, c.want)
			}
		}
	}
}

// insuranceCard is a company's card; the block of what is said of its holder lies at x.
func insuranceCard(company string, house canvas.RGB, x float32) *imaging.Image {
	c := canvas.New(1012, 638, 1)
	c.RoundRect(0, 0, 1012, 638, 30, canvas.Solid(canvas.RGB{R: 0.95, G: 0.96, B: 0.98}))
	bar := float32(0)
	if x < 200 {
		bar = 560
	}
	c.Rect(0, bar, 1012, 100, canvas.Solid(house))
	c.Text(60+x, bar+66, company, canvas.Style{Face: canvas.Bold, Size: 52, Ink: canvas.Solid(canvas.RGB{R: 1, G: 1, B: 1})})
	for i, entry := range []string{"Brandt", "Ilse Marie", "04.02.1961", "K 558 201 774", "12/2028"} {
		y := 180 + 75*float32(i)
		c.Text(x, y, []string{"Surname", "First names", "Date of birth", "Insurance number", "Valid until"}[i], canvas.Style{Face: canvas.Regular, Size: 22, Ink: canvas.Solid(house)})
		c.Text(x, y+34, entry, canvas.Style{Face: canvas.Bold, Size: 34, Ink: canvas.Solid(canvas.Black)})
	}
	return c.Image
}

// The cards that two companies gave to one holder have a block of print in common that lies
// elsewhere: they are no card in two states, of which one is cut off.
func TestCardsOfOneHolderAreNoStates(t *testing.T) {
	green, blue := canvas.RGB{R: 0.05, G: 0.4, B: 0.2}, canvas.RGB{R: 0.05, G: 0.3, B: 0.55}
	medica := insuranceCard("MEDICA", blue, 320)
	g := gallery(t, newEntry("card/medica", medica), newEntry("card/norsana", insuranceCard("norsana care", green, 50)))
	if d := recognised(t, g, medica, Options{FPIR: 0.01}).Findings[0]; d.Decision.Label != "card/medica" || len(d.Conditions) > 0 {
		t.Errorf("%s in %v: %s", d.Decision.Label, d.Conditions, d.Decision.Reason)
	}
}
