package changedetect

import (
	"math/rand/v2"
	"testing"

	"exemplar/internal/imaging"
)

func TestBestCorrelationIsThatOfAllPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	random := func(levels int) *imaging.Gray {
		g := &imaging.Gray{W: 40, H: 30}
		for range g.W * g.H {
			g.Pix = append(g.Pix, byte(r.IntN(levels)))
		}
		return g
	}
	white := &imaging.Gray{W: 40, H: 30, Pix: make([]byte, 40*30)}
	for i := range white.Pix {
		white.Pix[i] = 127
	}
	for range 50 {
		ref, photo := random(256), random(128)
		for i := range 400 { // partly the same, shifted
			photo.Pix[i+83] = ref.Pix[i] / 2
		}
		for i := range 300 {
			ref.Pix[800+i] = 255
		}
		for _, laid := range []*imaging.Gray{photo, white} {
			w, ok := windowAbout(ref, 11+r.IntN(18), 11+r.IntN(8))
			if !ok {
				t.Fatal("the window leaves the picture")
			}
			want := 0.0
			for dy := -windowReach; dy <= windowReach; dy++ {
				for dx := -windowReach; dx <= windowReach; dx++ {
					want = max(want, w.correlation(laid, dx, dy))
				}
			}
			if got := w.bestCorrelation(laid); got != want {
				t.Fatalf("%v, place by place %v", got, want)
			}
		}
	}
}

func BenchmarkBestCorrelation(b *testing.B) {
	g := &imaging.Gray{W: 64, H: 64}
	for i := range 64 * 64 {
		g.Pix = append(g.Pix, byte(i*i%127))
	}
	w, _ := windowAbout(g, 30, 30)
	b.Run("by words", func(b *testing.B) {
		for b.Loop() {
			w.bestCorrelation(g)
		}
	})
	b.Run("place by place", func(b *testing.B) {
		for b.Loop() {
			for i := range shiftsAcross * shiftsAcross {
				w.correlation(g, i%shiftsAcross-windowReach, i/shiftsAcross-windowReach)
			}
		}
	})
}
