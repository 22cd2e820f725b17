package capturesim

import (
	"bytes"
	"math"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
)

// markerColors are those of the marked document's corners, in Quad's order.
var markerColors = [4][3]byte{{220, 30, 30}, {30, 200, 40}, {40, 60, 230}, {230, 210, 20}}

// markedDocument is white with a coloured square in each corner.
func markedDocument(w, h int) *imaging.Image {
	m := imaging.NewImage(w, h)
	side := min(w, h) / 8
	for y := range h {
		for x := range w {
			c := [3]byte{235, 235, 235}
			corner := -1
			switch {
			case y < side && x < side:
				corner = 0
			case y < side && x >= w-side:
				corner = 1
			case y >= h-side && x >= w-side:
				corner = 2
			case y >= h-side && x < side:
				corner = 3
			}
			if corner >= 0 {
				c = markerColors[corner]
			}
			copy(m.Pix[3*(y*w+x):], c[:])
		}
	}
	return m
}

// furthest returns the pixel near the given colour that is furthest from a
// place, in the direction of a corner.
func furthest(m *imaging.Image, color [3]byte, from, toward planar.Point) (planar.Point, bool) {
	dx, dy := unit(toward.X-from.X, toward.Y-from.Y)
	best, at := math.Inf(-1), planar.Point{}
	for y := range m.H {
		for x := range m.W {
			d := 0
			for c := range 3 {
				e := int(m.Pix[3*(y*m.W+x)+c]) - int(color[c])
				d += e * e
			}
			p := planar.Pt(float64(x), float64(y))
			if along := (p.X-from.X)*dx + (p.Y-from.Y)*dy; d < 70*70 && along > best {
				best, at = along, p
			}
		}
	}
	return at, !math.IsInf(best, -1)
}

// Quad has the positions of the corners, of flat and bent documents. The visible colour of a
// corner may end a few pixels before it, since JPEG halves the resolution of colour.
func TestSceneQuadIsTrue(t *testing.T) {
	papertest.SkipUnderRace(t)
	grey := imaging.NewImage(64, 48)
	for i := range grey.Pix {
		grey.Pix[i] = 110
	}
	seeds := uint64(16)
	if testing.Short() {
		seeds = 2
	}
	for name, bendProbability := range map[string]float64{"flat": 0, "bent": 1} {
		p := Plain()
		p.Bend = bendProbability
		for seed := range seeds {
			doc := markedDocument(420, 300+int(seed%3)*100)
			photo := Scene(doc, grey, p, seed)
			q := photo.Quad
			center := planar.Pt((q[0].X+q[1].X+q[2].X+q[3].X)/4, (q[0].Y+q[1].Y+q[2].Y+q[3].Y)/4)
			for i, want := range q {
				got, found := furthest(photo.Image, markerColors[i], center, want)
				dx, dy := unit(want.X-center.X, want.Y-center.Y)
				if off := (got.X-want.X)*dx + (got.Y-want.Y)*dy; !found || math.Abs(off) > 4 {
					t.Errorf("%s, seed %d: corner %d is seen at %.1f, the quad says %.1f", name, seed, i, got, want)
				}
			}
		}
	}
}

// The coordinates of Quad count from the centre of the first pixel: its centroid is that of
// the pixels that show the document.
func TestSceneQuadCountsFromPixelCentres(t *testing.T) {
	for seed := range uint64(10) {
		s := &scene{p: Plain(), r: newRNG(seed), doc: newSheet3D(testPicture(300, 200+50*int(seed)))}
		s.out.resize(s.p.Width, s.p.Height)
		s.mask = make([]byte, len(s.out.px))
		s.aim()
		s.render(s.doc, s.mask)
		var shown, x, y float64
		for i, cover := range s.mask {
			shown += float64(cover)
			x += float64(cover) * float64(i%s.out.w)
			y += float64(cover) * float64(i/s.out.w)
		}
		middle := centroid(quadFromFirst(s.doc.quad(&s.view)))
		if off := math.Hypot(x/shown-middle.X, y/shown-middle.Y); off > 0.1 {
			t.Errorf("seed %d: the document's middle is seen %.2f pixels from the quad's", seed, off)
		}
	}
}

// centroid returns the centre of mass of a quad.
func centroid(q [4]planar.Point) (c planar.Point) {
	area := 0.0
	for i, p := range q {
		n := q[(i+1)%4]
		cross := p.X*n.Y - n.X*p.Y
		area += 3 * cross
		c.X, c.Y = c.X+(p.X+n.X)*cross, c.Y+(p.Y+n.Y)*cross
	}
	return planar.Pt(c.X/area, c.Y/area)
}

func TestSceneVisible(t *testing.T) {
	papertest.SkipUnderRace(t)
	doc := markedDocument(300, 400)
	p := Plain()
	seeds := uint64(12)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds / 2 {
		if v := Scene(doc, nil, p, seed).Visible; v < 0.97 || v > 1 {
			t.Errorf("seed %d: %.3f of a document inside the picture is visible", seed, v)
		}
	}
	p.Outside, p.Fingers = 1, 1
	sum := 0.0
	for seed := range seeds {
		v := Scene(doc, nil, p, seed).Visible
		if v < 0 || v > 1 {
			t.Errorf("seed %d: visible %.3f", seed, v)
		}
		sum += v
	}
	if mean := sum / float64(seeds); mean < 0.4 || mean > 0.93 {
		t.Errorf("partly outside and held: %.2f visible on average", mean)
	}
}

func TestSceneIsDeterministic(t *testing.T) {
	doc := testPicture(300, 200)
	p := Hard()
	p.Width, p.Height = 320, 240
	for seed := range uint64(6) {
		a, b := Scene(doc, nil, p, seed), Scene(doc, nil, p, seed)
		if !bytes.Equal(a.Image.Pix, b.Image.Pix) || a.Quad != b.Quad {
			t.Errorf("seed %d: two photos differ", seed)
		}
	}
}

func TestSceneOfOddDocuments(t *testing.T) {
	p := Hard()
	p.Width, p.Height, p.Fingers, p.Bend, p.Clutter, p.Glare, p.Blur = 160, 121, 1, 1, 1, 1, 1
	for _, size := range [][2]int{{1, 1}, {1, 300}, {700, 3}, {33, 31}} {
		for seed := range uint64(8) {
			photo := Scene(testPicture(size[0], size[1]), testPicture(5, 1), p, seed)
			for _, c := range photo.Quad {
				if math.IsNaN(c.X+c.Y) || math.IsInf(c.X+c.Y, 0) {
					t.Errorf("%v, seed %d: quad %v", size, seed, photo.Quad)
				}
			}
		}
	}
}

func BenchmarkScene(b *testing.B) {
	doc := testPicture(800, 600)
	for seed := uint64(0); b.Loop(); seed++ {
		Scene(doc, nil, Everyday(), seed)
	}
}
