package alignment

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel/kerneltest"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
)

// corner error of a quad against the map that made the picture, in pixels.
func quadError(e *Evidence, m *planar.Homography, g *imaging.Gray) (worst float64) {
	for i, want := range quadOf(m, g.W, g.H) {
		worst = max(worst, math.Hypot(e.Quad[i].X-want.X, e.Quad[i].Y-want.Y))
	}
	return worst
}

func TestQuadFollowsTheDocument(t *testing.T) {
	papertest.SkipUnderRace(t)
	g := papertest.Page(t, 1, -1)
	r := NewReference(g)
	for _, c := range []struct {
		name                       string
		degrees, scale, x, y, tilt float64
		tolerance                  float64
	}{
		{"upright", 0, 0.8, 320, 320, 0, 1.5},
		{"turned a little", 12, 0.8, 330, 310, 0, 1.5},
		{"turned a quarter", 90, 0.8, 320, 320, 0, 1.5},
		{"upside down", 180, 0.85, 320, 330, 0, 1.5},
		{"tilted", 30, 0.8, 320, 320, 4e-4, 2},
		{"half size", -45, 0.5, 280, 350, 0, 1.5},
		{"a third", 200, 0.36, 180, 440, 0, 1.5},
		{"partly outside", 20, 0.9, 420, 420, 0, 2.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := papertest.Placed(g.W, g.H, c.degrees, c.scale, c.x, c.y, c.tilt)
			e := Verify(NewProbe(papertest.Capture(g, &m, 640, 640, 7)), r)
			if !e.Located {
				t.Fatal("not located")
			}
			if off := quadError(&e, &m, g); off > c.tolerance {
				t.Errorf("a corner is %.2f pixels off", off)
			}
			if e.LocallyConsistent < 0.9 {
				t.Errorf("only %.2f of %d blocks agree", e.LocallyConsistent, e.Comparable)
			}
		})
	}
}

func TestMirroredDocumentIsNotFound(t *testing.T) {
	g := papertest.Page(t, 2, -1)
	m := planar.Homography{-0.8, 0, 520, 0, 0.8, 30, 0, 0, 1}
	if e := Verify(NewProbe(papertest.Capture(g, &m, 640, 640, 7)), NewReference(g)); e.Score() > 0.1 {
		t.Errorf("score %.2f, %d inliers", e.Score(), e.Inliers)
	}
}

func TestChangedLineLowersTheScore(t *testing.T) {
	papertest.SkipUnderRace(t)
	r := NewReference(papertest.Page(t, 3, -1))
	m := papertest.Placed(480, 640, 8, 0.95, 320, 320, 2e-4)
	same := Verify(NewProbe(papertest.Capture(papertest.Page(t, 3, -1), &m, 640, 640, 1)), r)
	other := Verify(NewProbe(papertest.Capture(papertest.Page(t, 3, 11), &m, 640, 640, 1)), r)
	if same.Score() < 0.8 {
		t.Errorf("the page itself scores %.2f", same.Score())
	}
	if other.LocallyConsistent > same.LocallyConsistent-0.02 {
		t.Errorf("%.3f of the blocks agree with a line changed, %.3f without", other.LocallyConsistent, same.LocallyConsistent)
	}
	wrong := 0
	for _, b := range other.Blocks {
		if b.State == Disagrees {
			wrong++
			if line := float64(100 + 11*24 - 8); math.Abs(float64(b.Y)+blockSide/2-line*float64(r.picture.H)/640) > 1.5*blockSide {
				t.Errorf("block at (%d, %d) disagrees", b.X, b.Y)
			}
		}
	}
	if wrong == 0 {
		t.Error("no block disagrees")
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	r := NewReference(papertest.Page(t, 4, -1))
	for name, g := range map[string]*imaging.Gray{
		"noise":        noise(640, 480),
		"checkerboard": checkerboard(640, 480, 16),
		"other page":   papertest.Page(t, 5, -1),
		"grey":         {W: 640, H: 480, Pix: make([]byte, 640*480)},
	} {
		if e := Verify(NewProbe(g), r); e.Score() > 0.1 {
			t.Errorf("%s: score %.2f with %d inliers", name, e.Score(), e.Inliers)
		}
	}
}

func noise(w, h int) *imaging.Gray {
	rng := rand.New(rand.NewPCG(13, 14))
	return &imaging.Gray{W: w, H: h, Pix: kerneltest.Bytes(rng, w*h, 256)}
}

func checkerboard(w, h, side int) *imaging.Gray {
	g := &imaging.Gray{W: w, H: h, Pix: make([]byte, w*h)}
	for i := range g.Pix {
		if (i%w/side+i/w/side)%2 == 0 {
			g.Pix[i] = 255
		}
	}
	return g
}

func TestHostilePicturesStayBounded(t *testing.T) {
	for name, g := range map[string]*imaging.Gray{
		"noise":     noise(1024, 1024),
		"fine grid": checkerboard(1024, 1024, 3),
		"thread":    noise(1, 5000),
		"ribbon":    noise(5000, 20),
		"one pixel": noise(1, 1),
		"white":     {W: 30, H: 1024, Pix: make([]byte, 30*1024)},
	} {
		start := cputime.Used()
		r, p := NewReference(g), NewProbe(g)
		Verify(p, r)
		if n := len(p.fine().Points); n > 2*fineProbe.Max {
			t.Errorf("%s: %d features", name, n)
		}
		if d := cputime.Used() - start; d > 2*time.Second {
			t.Errorf("%s: took %v of a processor", name, d)
		}
	}
}

func TestVerifyIsDeterministic(t *testing.T) {
	g := papertest.Page(t, 6, -1)
	m := papertest.Placed(g.W, g.H, 25, 0.7, 320, 320, 3e-4)
	photo := papertest.Capture(g, &m, 640, 640, 3)
	first := Verify(NewProbe(photo), NewReference(g))
	second := Verify(NewProbe(photo), NewReference(g))
	if first.H != second.H || first.Inliers != second.Inliers || first.Score() != second.Score() {
		t.Errorf("%v and %v", first.Fit, second.Fit)
	}
}

func TestBentPaperAgrees(t *testing.T) {
	g := papertest.Page(t, 8, -1)
	bent := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for y := range g.H {
		for x := range g.W {
			// The left edge curls up: up to 14 pixels there, none in the middle.
			curl := max(0, 1-float64(x)/200)
			sy := min(max(float64(y)+14*curl*curl, 0), float64(g.H-2))
			bent.Pix[y*g.W+x] = byte(papertest.Bilinear(g, planar.Pt(min(float64(x), float64(g.W-2)), sy)))
		}
	}
	m := papertest.Placed(g.W, g.H, 5, 0.95, 320, 320, 0)
	e := Verify(NewProbe(papertest.Capture(bent, &m, 640, 640, 3)), NewReference(g))
	if e.LocallyConsistent < 0.9 {
		t.Errorf("%.2f of %d blocks agree", e.LocallyConsistent, e.Comparable)
	}
}
