package imagediff

import (
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/imaging"
)

// extremes are the least and greatest level within half a pixel of a pixel.
func extremes(g *imaging.Gray, x, y int) (lo, hi int) {
	at := int(g.Pix[y*g.W+x])
	least, greatest := at, at
	for _, row := range about(g, x, y) {
		for _, v := range row {
			least, greatest = min(least, int(v)), max(greatest, int(v))
		}
	}
	return (at + least) / 2, (at + greatest + 1) / 2
}

// The contrast of a cell is the mean range of the
// extremes of its pixels.
func TestContrastsAreTheRangesOfExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for w := 1; w < 40; w += 1 + w/20 {
		g := &imaging.Gray{W: w, H: 21, Pix: make([]byte, w*21)}
		for i := range g.Pix {
			g.Pix[i] = byte(rng.IntN(256))
			if i%5 == 0 {
				g.Pix[i] = [4]byte{0, 127, 128, 255}[rng.IntN(4)]
			}
		}
		cells := newGrid(w, g.H)
		want := make([]float64, cells.cells())
		for i := range g.Pix {
			lo, hi := extremes(g, i%w, i/w)
			want[i/w/cellSide*cells.columns+i%w/cellSide] += float64(hi-lo) / (cellSide * cellSide)
		}
		if got := cells.contrast(g).cells; !slices.Equal(got, want) {
			t.Fatalf("%d pixels wide: %v, want %v", w, got, want)
		}
	}
}

// outside is the larger of the two pictures' excesses, and at most the difference of the
// pixels.
func TestOutside(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a, b := &imaging.Gray{W: 30, H: 20, Pix: make([]byte, 600)}, &imaging.Gray{W: 30, H: 20, Pix: make([]byte, 600)}
	some := 0
	for i := range a.Pix {
		a.Pix[i], b.Pix[i] = byte(rng.IntN(256)), byte(rng.IntN(256))
	}
	for i, v := range a.Pix {
		va, vb, out := int(v), int(b.Pix[i]), outside(a, b, i%30, i/30)
		loA, hiA := extremes(a, i%30, i/30)
		loB, hiB := extremes(b, i%30, i/30)
		if want := max(va-hiB, loB-va, vb-hiA, loA-vb); max(0, out) != max(0, want) || out > max(va-vb, vb-va) {
			t.Fatalf("levels %d and %d: outside by %d, want %d", va, vb, out, want)
		}
		some += max(0, out)
	}
	if some == 0 {
		t.Fatal("nothing lies outside in the test data")
	}
}
