package drawnpdf

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/intake"
	"exemplar/internal/papertest"
)

// sheets are pictures in black and white that differ in many places.
func sheets() []*imaging.Image {
	var out []*imaging.Image
	for n := range Pictures {
		random := rand.New(rand.NewPCG(uint64(n), 1))
		g := &imaging.Gray{W: 300 + 20*n, H: 400, Pix: bytes.Repeat([]byte{255}, (300+20*n)*400)}
		for range 40 {
			x, y, w := random.IntN(250), random.IntN(370), 20+random.IntN(40)
			for i := range 30 * w {
				if x+i%w < g.W {
					g.Pix[(y+i/w)*g.W+x+i%w] = 0
				}
			}
		}
		out = append(out, asColour(g))
	}
	return out
}

// TestFilesShowTheirPictures: the page is the picture, but for ink, whose black is a dark gray.
func TestFilesShowTheirPictures(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	pictures := sheets()
	files := Files(pictures)
	if len(files) < 30 {
		t.Errorf("%d files", len(files))
	}
	for i, f := range files {
		if testing.Short() && i%6 != 0 {
			continue
		}
		n := 0
		for p := range intake.Pages(t.Context(), f.Data, intake.Options{Side: 400, Passwords: []string{"wrong", f.Password}}) {
			if p.Err != nil {
				t.Errorf("%s: %v", f.Name, p.Err)
				break
			}
			want := pictures[f.Shows[n]]
			if far := difference(p.Picture, want); far > 20 {
				t.Errorf("%s, page %d: %.1f levels from its picture, %d x %d of %d x %d", f.Name, p.Number, far, p.Picture.W, p.Picture.H, want.W, want.H)
			}
			n++
		}
		if n != len(f.Shows) {
			t.Errorf("%s: %d pages of %d", f.Name, n, len(f.Shows))
		}
		if locked := intake.First(t.Context(), f.Data, intake.Options{Passwords: []string{"wrong"}}); (locked.Err == nil) != (f.Password == "") {
			t.Errorf("%s without its password: %v", f.Name, locked.Err)
		}
	}
}

// difference is the mean of the levels by which cells of 10 x 10 pixels differ.
func difference(a, b *imaging.Image) float64 {
	small := func(m *imaging.Image) []byte { return imaging.ResizeArea(m, 30, 40).Pix }
	x, y := small(a), small(b)
	sum := 0
	for i := range x {
		sum += max(int(x[i])-int(y[i]), int(y[i])-int(x[i]))
	}
	return float64(sum) / float64(len(x))
}

// TestPicturesDiffer keeps the other test from being one of nothing.
func TestPicturesDiffer(t *testing.T) {
	pictures := sheets()
	for i, a := range pictures {
		for _, b := range pictures[i+1:] {
			if far := difference(a, b); far < 40 {
				t.Errorf("two pictures are only %.1f levels apart", far)
			}
		}
	}
}
