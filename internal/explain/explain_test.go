package explain

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/alignment"
	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// desk holds drawn documents that are registered by their labels.
type desk struct {
	embedder   *recognise.Embedder
	pictures   map[string]*imaging.Image
	references map[string]*recognise.Reference
}

func newDesk(examples ...synthdoc.Example) *desk {
	d := &desk{recognise.NewEmbedder(embed.Default()), map[string]*imaging.Image{}, map[string]*recognise.Reference{}}
	for _, e := range examples {
		made := recognise.NewReference(d.embedder, synthdoc.Draw(e.Document))
		d.pictures[e.Label], d.references[e.Label] = made.Picture, made.Reference
	}
	return d
}

func (d *desk) photo(m *imaging.Image) *recognise.Photo { return recognise.NewPhoto(d.embedder, m) }

// finding compares a photo with a reference, and decides nothing.
func (d *desk) finding(p *recognise.Photo, label string) *recognise.Finding {
	r := d.references[label]
	return &recognise.Finding{Best: &recognise.Hypothesis{Label: decide.Label(label), Reference: r, Found: p.Verify(r)}}
}

func grey(w, h int) *imaging.Image {
	m := imaging.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = 120
	}
	return m
}

// tinted is the share of a picture's pixels, in the columns from and to, in
// which the one channel leads each of the others by 20.
func tinted(m *imaging.Image, channel, from, to int) float64 {
	n := 0
	for y := range panelHeight {
		for x := from; x < to; x++ {
			p := m.Pix[3*((top+y)*m.W+x):][:3]
			lead := int(p[channel])
			if lead > int(p[(channel+1)%3])+20 && lead > int(p[(channel+2)%3])+20 {
				n++
			}
		}
	}
	return float64(n) / float64((to-from)*panelHeight)
}

// Form that agrees is blue, contents that differ are yellow, and form that differs is
// red, in both pictures.
func TestExplainShowsWhatDiffers(t *testing.T) {
	papertest.SkipUnderRace(t)
	form := synthdoc.Document{Kind: "form", Template: 23, Content: 23, Size: 760}
	d := newDesk(synthdoc.Example{Label: "form", Document: form})
	p := capturesim.Plain()
	p.SizeMin, p.SizeMax, p.Tilt = 0.8, 0.9, 15
	for _, c := range []struct {
		name        string
		shown       synthdoc.Document
		yellow, red bool
	}{
		{"itself", form, false, false},
		{"other contents", synthdoc.Siblings(form)["contents"], true, false},
		{"another edition", synthdoc.Siblings(form)["edition"], false, true},
	} {
		photo := d.photo(capturesim.Scene(synthdoc.Draw(c.shown), grey(64, 48), p, 4).Image)
		m := Photo(photo, d.finding(photo, "form"), d.pictures["form"])
		middle := margin + fitPanel(photo.Picture()).W + between/2
		for side, columns := range map[string][2]int{"photo": {0, middle}, "reference": {middle, m.W}} {
			blue, red := tinted(m, 2, columns[0], columns[1]), tinted(m, 0, columns[0], columns[1])
			yellow := yellowish(m, columns[0], columns[1])
			if blue < 0.05 || (yellow > 0.02) != c.yellow || (red > 0.0014) != c.red {
				t.Errorf("%s, %s: %.4f is blue, %.4f yellow and %.4f red", c.name, side, blue, yellow, red)
			}
		}
	}
}

// yellowish is the share of a picture's pixels, in the columns from and to, in which
// blue is least by 40.
func yellowish(m *imaging.Image, from, to int) float64 {
	n := 0
	for y := range panelHeight {
		for x := from; x < to; x++ {
			if p := m.Pix[3*((top+y)*m.W+x):][:3]; int(min(p[0], p[1])) > int(p[2])+40 {
				n++
			}
		}
	}
	return float64(n) / float64((to-from)*panelHeight)
}

// What is filled in is taken for contents more often than what is printed, and the
// picture shows it.
func TestContentsShowsWhatIsFilledIn(t *testing.T) {
	form := synthdoc.Document{Kind: "form", Template: 23, Content: 23, Size: 760}
	blank := synthdoc.Siblings(form)["blank"]
	d := newDesk(synthdoc.Example{Label: "form", Document: form}, synthdoc.Example{Label: "blank", Document: blank})
	contents, yellow := map[string]int{}, map[string]float64{}
	for label, picture := range d.pictures {
		print := recognise.OwnPrint(picture.Gray())
		contents[label] = print.Count(recognise.ContentsAgree)
		m := Contents(picture, print, label)
		yellow[label] = yellowish(m, m.W/2, m.W) - yellowish(m, 0, m.W/2)
	}
	if contents["form"] < contents["blank"]*6/5 || yellow["form"] < 0.01 {
		t.Errorf("cells of contents are %v, yellow are %v", contents, yellow)
	}
}

func TestExplainIsDeterministic(t *testing.T) {
	e := synthdoc.Examples()[0]
	d := newDesk(e)
	photo := d.photo(capturesim.Scene(d.pictures[e.Label], nil, capturesim.Everyday(), 1).Image)
	f, picture := d.finding(photo, e.Label), d.pictures[e.Label]
	want := Photo(photo, f, picture)
	var drawn sync.WaitGroup
	for range 4 {
		drawn.Go(func() {
			if !bytes.Equal(Photo(photo, f, picture).Pix, want.Pix) {
				t.Error("two explanations of one thing differ")
			}
		})
	}
	drawn.Wait()
}

// Pictures of any shape, and words of any length and script, come out.
func TestExplainOddities(t *testing.T) {
	e := synthdoc.Examples()[0]
	d := newDesk(e)
	decision := decide.Decision{Outcome: decide.Unknown, Label: decide.Label(strings.Repeat("ab/", 200) + "c"),
		Reason: strings.Repeat("really ", 80) + strings.Repeat("x", 900) + " 身分證"}
	for _, size := range [][2]int{{1, 1}, {1, 5000}, {5000, 1}, {40, 30}} {
		m := grey(size[0], size[1])
		photo := d.photo(m)
		known := d.finding(photo, e.Label)
		known.Decision, known.Best.Label = decision, "身分證/正面"
		d.references[""] = recognise.NewReference(d.embedder, m).Reference
		for _, c := range []struct {
			finding *recognise.Finding
			picture *imaging.Image
		}{{known, d.pictures[e.Label]}, {d.finding(photo, ""), m}} {
			if out := Photo(photo, c.finding, c.picture); out.W < minWidth || out.W > 2*panelWidth+2*margin+between || out.H > 3000 {
				t.Errorf("%v: the picture is %d x %d", size, out.W, out.H)
			}
		}
	}
}

// The words below two narrow pages, as of a letter photographed upright, go on in another
// row instead of over the edge.
func TestCaptionStaysInside(t *testing.T) {
	d := newDesk(synthdoc.Example{Label: "form", Document: synthdoc.Document{Kind: "form", Template: 23, Content: 23, Size: 760}})
	page := d.pictures["form"]
	photo := d.photo(page)
	f := d.finding(photo, "form")
	if !f.Best.Found.Located {
		t.Fatal("the page is not found in its own picture")
	}
	f.Decision = decide.Decision{Outcome: decide.Match, Label: "form", Confidence: 0.99, Basis: decide.ByGeometry}
	f.Conditions = []recognise.Condition{{Kind: "covered", Share: 0.1}, {Kind: "stained", Share: 0.1}, {Kind: "blurred", Share: 1}}
	out := Photo(photo, f, page)
	for y := range out.H {
		for x := out.W - margin + 2; x < out.W; x++ {
			if p := out.Pix[3*(y*out.W+x):]; p[0] != paper.R || p[1] != paper.G || p[2] != paper.B {
				t.Fatalf("something is drawn at (%d, %d), in the right margin of %d x %d", x, y, out.W, out.H)
			}
		}
	}
}

func TestSpread(t *testing.T) {
	var pairs []alignment.Pair
	for i := range 100 { // huddled, but for the last two
		pairs = append(pairs, alignment.Pair{Reference: planar.Point{X: float64(i % 10), Y: float64(i / 10)}})
	}
	pairs[98].Reference, pairs[99].Reference = planar.Point{X: 500}, planar.Point{X: 500, Y: 500}
	few := spread(pairs, 3)
	if len(few) != 3 || few[1] != pairs[99] || few[2] != pairs[98] {
		t.Errorf("chose %v", few)
	}
	if all := spread(few, 3); len(all) != 3 {
		t.Errorf("%d of three pairs", len(all))
	}
}
