package imaging

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// softenPlainly is Soften, pixel by pixel.
func softenPlainly(g *Gray) *Gray {
	out := &Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for i := range g.Pix {
		sum := 8
		for dy, wy := range [3]int{1, 2, 1} {
			for dx, wx := range [3]int{1, 2, 1} {
				x, y := clampInt(i%g.W+dx-1, g.W-1), clampInt(i/g.W+dy-1, g.H-1)
				sum += wx * wy * int(g.Pix[y*g.W+x])
			}
		}
		out.Pix[i] = byte(sum / 16)
	}
	return out
}

func TestSoften(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for w := 1; w < 40; w++ {
		for _, h := range []int{1, 2, 5} {
			g := &Gray{W: w, H: h, Pix: make([]byte, w*h)}
			for i := range g.Pix {
				g.Pix[i] = byte(rng.IntN(2) * (255 - rng.IntN(2)*rng.IntN(256)))
			}
			if got, want := g.Soften(), softenPlainly(g); !bytes.Equal(got.Pix, want.Pix) {
				t.Fatalf("%d x %d: %v, want %v", w, h, got.Pix, want.Pix)
			}
		}
	}
	if empty := new(Gray).Soften(); len(empty.Pix) != 0 {
		t.Errorf("an empty picture: %v", empty)
	}
}

func BenchmarkSoften(b *testing.B) {
	g := &Gray{W: 1000, H: 750, Pix: make([]byte, 1000*750)}
	b.SetBytes(int64(len(g.Pix)))
	b.Run("lanes", func(b *testing.B) {
		for b.Loop() {
			g.Soften()
		}
	})
	b.Run("plain", func(b *testing.B) {
		var r threeRows
		out := make([]byte, g.W)
		for b.Loop() {
			for y := range g.H {
				r = threeRows{g.row(max(0, y-1)), g.row(y), g.row(min(g.H-1, y+1))}
				before := r.sum(0)
				for x := range out {
					at := r.sum(x)
					out[x] = byte((before + 2*at + r.sum(min(x+1, len(out)-1)) + 8) >> 4)
					before = at
				}
			}
		}
	})
}
