package quadfinder

import (
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// overlap is the intersection of two quadrilaterals divided by their union.
func overlap(a, b *[4]planar.Point, w, h int) float64 {
	both, either := 0, 0
	for y := 0; y < h; y += 4 {
		for x := 0; x < w; x += 4 {
			at := planar.Pt(float64(x), float64(y))
			inA, inB := planar.Contains(a, at), planar.Contains(b, at)
			if inA && inB {
				both++
			}
			if inA || inB {
				either++
			}
		}
	}
	return float64(both) / float64(max(1, either))
}

func TestQuadsFindDocuments(t *testing.T) {
	p := capturesim.Everyday()
	p.Width, p.Height = 640, 480
	kinds := synthdoc.Kinds()
	found, scenes := 0, 40
	if testing.Short() {
		scenes = 15
	}
	for i := range scenes {
		seed := uint64(1000 + i)
		d := synthdoc.Document{Kind: kinds[i%len(kinds)], Template: seed, Content: seed}
		photo := capturesim.Scene(synthdoc.Draw(d), nil, p, seed)
		quads := Quads(photo.Image)
		for _, q := range quads[:min(3, len(quads))] {
			if overlap(&q, &photo.Quad, photo.Image.W, photo.Image.H) > 0.8 {
				found++
				break
			}
		}
	}
	t.Logf("%d of %d documents found", found, scenes)
	if 4*found < 3*scenes {
		t.Errorf("%d of %d documents found", found, scenes)
	}
}

// A white card on grey is found to within a pixel of the reduced picture, whatever its size.
// Its corners are clockwise from the upper left.
func TestQuadsAreExact(t *testing.T) {
	for _, size := range [][2]int{{640, 480}, {1500, 2000}, {200, 150}} {
		m := grey(size[0], size[1])
		l, u, r, b := m.W/5, m.H/4, m.W*4/5, m.H*3/4
		for y := u; y < b; y++ {
			for i := 3 * (y*m.W + l); i < 3*(y*m.W+r); i++ {
				m.Pix[i] = 230
			}
		}
		want := planar.Rectangle(float64(l), float64(u), float64(r), float64(b))
		quads := Quads(m)
		if len(quads) == 0 {
			t.Errorf("%v: nothing found", size)
			continue
		}
		pixel := float64(max(m.W, m.H)) / Side
		for i, p := range quads[0] {
			if math.Hypot(p.X-want[i].X, p.Y-want[i].Y) > max(1, 1.5*pixel) {
				t.Errorf("%v: corner %d at %.1f, want %.1f", size, i, p, want[i])
			}
		}
	}
}

func TestQuadsOfOddPictures(t *testing.T) {
	noise := grey(640, 480)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(rng.UintN(256))
	}
	board, stripes := grey(640, 480), grey(640, 480)
	for i := range board.Pix {
		x, y := i/3%640, i/3/640
		board.Pix[i], stripes.Pix[i] = byte(255*((x/20+y/20)%2)), byte(255*((x+y)/12%2))
	}
	for name, m := range map[string]*imaging.Image{
		"noise": noise, "chessboard": board, "stripes": stripes, "one colour": grey(300, 200),
		"1 x 1": grey(1, 1), "1 x 5000": grey(1, 5000), "5000 x 1": grey(5000, 1),
	} {
		for _, q := range Quads(m) {
			for _, p := range q {
				if !(p.X > -0.2*float64(m.W) && p.X < 1.2*float64(m.W) && p.Y > -0.2*float64(m.H) && p.Y < 1.2*float64(m.H)) {
					t.Errorf("%s: a corner at %v", name, p)
				}
			}
		}
	}
}

func BenchmarkQuads(b *testing.B) {
	p := capturesim.Everyday()
	p.Width, p.Height, p.Clutter = 640, 480, 1
	m := capturesim.Scene(synthdoc.Draw(synthdoc.Examples()[6].Document), nil, p, 6).Image
	b.ReportAllocs()
	for b.Loop() {
		Quads(m)
	}
}

func grey(w, h int) *imaging.Image {
	m := imaging.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = 128
	}
	return m
}
