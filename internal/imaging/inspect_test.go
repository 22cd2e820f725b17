package imaging

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// drawPage returns paper with shading from top to bottom and noise.
func drawPage(w, h, shading int, noise float64) *Image {
	random := rand.New(rand.NewPCG(1, 2))
	m := NewImage(w, h)
	for i := range m.Pix {
		v := 235 - shading*(i/(3*w))/h + int(noise*random.NormFloat64()+0.5)
		m.Pix[i] = byte(clampInt(v, 255))
	}
	return m
}

// drawBar subtracts depth from the samples of a rectangle.
func drawBar(m *Image, x, y, w, h int, depth byte) {
	for r := y; r < y+h; r++ {
		for i := 3 * x; i < 3*(x+w); i++ {
			m.row(r)[i] -= depth
		}
	}
}

func TestInspect(t *testing.T) {
	pale := drawPage(800, 1100, 0, 0)
	for y := 100; y < 1000; y += 25 { // lines of words: bars of one quarter ink
		for x := 100; x < 700; x += 8 {
			drawBar(pale, x, y, 2, 12, 25)
		}
	}
	oneLine := drawPage(800, 1100, 30, 1)
	for x := 300; x < 500; x += 8 {
		drawBar(oneLine, x, 500, 3, 12, 150)
	}
	aligned := drawPage(160, 160, 0, 0)
	drawBar(aligned, 32, 32, 64, 64, 100)
	tests := []struct {
		name    string
		m       *Image
		problem string // part of it; empty: none
	}{
		{"white", drawPage(300, 200, 0, 0), "blank"},
		{"white paper in a shadow, with noise", drawPage(2400, 1800, 30, 5), "blank"},
		{"a strip", drawPage(100, 6000, 30, 5), "60 times as long as it is wide"},
		{"a strip, reduced", drawPage(20, 1200, 30, 5), "60 times as long as it is wide"},
		{"too low", drawPage(1000, 31, 30, 5), "31 pixels, at least 32"},
		{"pale text", pale, ""},
		{"a form with one line of text", oneLine, ""},
		{"edges on the borders of blocks", aligned, ""},
		{"tiny", drawPage(31, 400, 200, 0), "31 x 400"},
		{"smallest", drawPage(32, 32, 200, 0), ""},
	}
	for _, test := range tests {
		problem := Inspect(test.m)
		if test.problem == "" && problem != "" || !strings.Contains(problem, test.problem) {
			t.Errorf("%s: %q, want %q", test.name, problem, test.problem)
		}
	}
}
