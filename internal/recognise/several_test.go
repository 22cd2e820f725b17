package recognise

import (
	"errors"
	"slices"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// desk holds drawn documents that are registered by their labels.
type desk struct {
	embedder   *Embedder
	labels     []string
	pictures   map[string]*imaging.Image
	references map[string]*Reference
}

func newDesk(examples ...synthdoc.Example) *desk {
	d := &desk{embedder: NewEmbedder(embed.Default()), pictures: map[string]*imaging.Image{}, references: map[string]*Reference{}}
	for _, e := range examples {
		made := NewReference(d.embedder, synthdoc.Draw(e.Document))
		d.labels = append(d.labels, e.Label)
		d.pictures[e.Label], d.references[e.Label] = made.Picture, made.Reference
	}
	return d
}

func (d *desk) photo(m *imaging.Image) *Photo { return NewPhoto(d.embedder, m) }

// look claims every reference that is found and of which most agrees.
func (d *desk) look(rest *Photo) ([]*Hypothesis, error) {
	var claims []*Hypothesis
	for _, label := range d.labels {
		f := rest.Verify(d.references[label])
		if f.Located && f.Comparable >= 12 && f.LocallyConsistent > 0.6 {
			claims = append(claims, &Hypothesis{Label: decide.Label(label), Reference: d.references[label], Found: f})
		}
	}
	return claims, nil
}

// places finds what lies in a photo; what agrees more is more certain.
func (d *desk) places(p *Photo) ([]location, error) { return findLocations(p, d.look, agreement) }

func agreement(h *Hypothesis) float64 { return h.Found.LocallyConsistent }

func (p *location) label() string { return string(p.claims[0].Label) }

func labelsOf(places []location) []string {
	var labels []string
	for _, p := range places {
		labels = append(labels, p.label())
	}
	slices.Sort(labels)
	return labels
}

// paste lays a picture upon another one, inside of it.
func paste(on, m *imaging.Image, x, y int) {
	for row := range m.H {
		copy(on.Pix[3*((y+row)*on.W+x):], m.Pix[3*row*m.W:][:3*m.W])
	}
}

func grey(w, h int) *imaging.Image {
	m := imaging.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = 120
	}
	return m
}

func shrunk(m *imaging.Image, side int) *imaging.Image { return imaging.FitWithin(m, side) }

func TestSeveral(t *testing.T) {
	papertest.SkipLong(t)
	e := synthdoc.Examples()
	card, edition, licence, form := e[0], e[1], e[3], e[6]
	d := newDesk(card, licence, form)
	table := grey(1000, 760)
	paste(table, shrunk(d.pictures[form.Label], 740), 10, 10)
	paste(table, shrunk(d.pictures[licence.Label], 400), 580, 20)
	paste(table, shrunk(d.pictures[licence.Label], 400), 580, 300)
	onTop := grey(1000, 760)
	paste(onTop, shrunk(d.pictures[form.Label], 740), 200, 10)
	paste(onTop, shrunk(d.pictures[card.Label], 380), 260, 250)
	hidden := grey(1000, 760)
	paste(hidden, shrunk(d.pictures[form.Label], 740), 200, 10)
	paste(hidden, shrunk(d.pictures[licence.Label], 600), 240, 300)

	for _, c := range []struct {
		name  string
		photo *imaging.Image
		want  []string
	}{
		{"side by side, one of them twice", table, []string{licence.Label, licence.Label, form.Label}},
		{"one on the other", onTop, []string{form.Label, card.Label}},
		{"half covered", hidden, []string{licence.Label, form.Label}},
		{"nothing", grey(640, 480), nil},
	} {
		places, err := d.places(d.photo(c.photo))
		if got := labelsOf(places); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, error %v; want %v", c.name, got, err, c.want)
		}
	}

	// Two editions of one card are one place.
	rivals := newDesk(card, edition)
	alone := grey(1000, 700)
	paste(alone, shrunk(rivals.pictures[edition.Label], 700), 100, 100)
	places, _ := rivals.places(rivals.photo(alone))
	if len(places) != 1 || places[0].label() != edition.Label || len(places[0].claims) != 2 || string(places[0].claims[1].Label) != card.Label {
		t.Errorf("second edition: found %v with %d rivals", labelsOf(places), len(places[0].claims)-1)
	}
}

// Whatever lies beside a document in a photo, it is found itself, and nothing is
// that is not there.
func TestSeveralInScenes(t *testing.T) {
	papertest.SkipLong(t)
	e := synthdoc.Examples()
	kinds := []synthdoc.Example{e[0], e[3], e[4], e[6], e[7], e[8]}
	d := newDesk(kinds...)
	p := capturesim.Everyday()
	p.Clutter, p.SizeMin, p.SizeMax, p.Fingers, p.Blur, p.Outside, p.Tilt = 1, 0.35, 0.5, 0, 0, 0, 20
	first, others := 0, 0
	const scenes = 6
	for seed := range uint64(scenes) {
		label := func(i uint64) string { return kinds[(seed+i)%uint64(len(kinds))].Label }
		there := []string{label(0), label(1), label(2)}
		p.Others = []*imaging.Image{d.pictures[there[1]], d.pictures[there[2]]}
		photo := capturesim.Scene(d.pictures[there[0]], nil, p, seed)
		places, err := d.places(d.photo(photo.Image))
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range places {
			switch {
			case place.label() == there[0]:
				first++
			case slices.Contains(there, place.label()):
				others++
			default:
				t.Errorf("seed %d: found %s, which is not there", seed, place.label())
			}
		}
	}
	t.Logf("%d documents: %d found, and %d of those beside them", scenes, first, others)
	if first < scenes-1 || others < scenes/2 {
		t.Errorf("of %d documents %d were found, and %d of those beside them", scenes, first, others)
	}
}

func TestSeveralEnds(t *testing.T) {
	e := synthdoc.Examples()[0]
	d := newDesk(e)
	photo := grey(1000, 700)
	paste(photo, shrunk(d.pictures[e.Label], 700), 100, 100)
	p := d.photo(photo)
	claims, _ := d.look(p)
	if len(claims) != 1 {
		t.Fatalf("%d claims to one document", len(claims))
	}
	rounds := 0
	places, err := findLocations(p, func(*Photo) ([]*Hypothesis, error) { // claims the same for ever
		rounds++
		return slices.Clone(claims), nil
	}, agreement)
	if err != nil || len(places) != 1 || rounds != 2 {
		t.Errorf("the same claim again: %d places after %d rounds, error %v", len(places), rounds, err)
	}
	broken := errors.New("broken")
	if _, err := findLocations(p, func(*Photo) ([]*Hypothesis, error) { return nil, broken }, agreement); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

// Two claims to one paper are one, even where they agree with other parts of it; a
// card that lies on a form is no claim to the form's paper.
func TestOnePaperIsOnePlace(t *testing.T) {
	outline := func(x0, y0, x1, y1 float64, agrees func(x int) bool) *area {
		a := &area{w: 50, h: 50, agrees: make([]bool, 2500), outline: make([]bool, 2500)}
		q := planar.Rectangle(areaStep*x0, areaStep*y0, areaStep*x1, areaStep*y1)
		a.set(a.outline, &q, true)
		for i, in := range a.outline {
			if in && agrees(i%a.w) {
				a.agrees[i] = true
				a.size++
			}
		}
		return a
	}
	left, right := func(x int) bool { return x < 24 }, func(x int) bool { return x >= 24 }
	page := outline(2, 2, 46, 46, left)
	for _, c := range []struct {
		name  string
		other *area
		want  bool
	}{
		{"the other half agrees", outline(3, 2, 46, 47, right), true},
		{"the same half agrees", outline(2, 2, 24, 46, left), true},
		{"a card on it", outline(26, 10, 44, 22, right), false},
		{"beside it", outline(40, 2, 49, 46, right), false},
	} {
		if page.sameAs(c.other) != c.want || c.other.sameAs(page) != c.want {
			t.Errorf("%s: the same paper is %v", c.name, !c.want)
		}
	}
}
