// Package papertest draws pages and simulated photos of them, for the tests of the
// packages that find documents in photos.
package papertest

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Page draws a form from a seed: a heading, ruled fields and lines of pseudo words. If
// changed is not negative, the line of that number gets other words.
func Page(t testing.TB, seed uint64, changed int) *imaging.Gray {
	t.Helper()
	const w, h, lines = 480, 640, 22
	img := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{245}), image.Point{}, draw.Src)
	fill := func(x0, y0, x1, y1 int, v uint8) {
		draw.Draw(img, image.Rect(x0, y0, x1, y1), image.NewUniform(color.Gray{v}), image.Point{}, draw.Src)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	write(t, img, 30, 50, 30, pseudoWords(rng, 2))
	for k := range 6 {
		x, y := 330+rng.IntN(100), 20+rng.IntN(60)
		fill(x, y, x+8+rng.IntN(25), y+8+rng.IntN(25), uint8(60+30*k))
	}
	for i := range lines {
		words := pseudoWords(rng, 6)
		if i == changed {
			words = pseudoWords(rand.New(rand.NewPCG(seed, 99)), 6)
		}
		y := 100 + i*24
		write(t, img, 30, y, 15, words)
		if i%5 == 4 {
			fill(30, y+6, 450, y+8, 40)
		}
	}
	return &imaging.Gray{W: w, H: h, Pix: img.Pix}
}

func pseudoWords(rng *rand.Rand, n int) (out string) {
	for range n {
		for range 3 + rng.IntN(6) {
			out += string(rune('a' + rng.IntN(26)))
		}
		out += fmt.Sprintf(" %d ", rng.IntN(90))
	}
	return out
}

func write(t testing.TB, img draw.Image, x, y int, size float64, text string) {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

// Capture draws a photo of a picture: m maps the picture into a scene of w x h pixels
// with a wavy background and a little sensor noise.
func Capture(g *imaging.Gray, m *planar.Homography, w, h int, seed uint64) *imaging.Gray {
	rng := rand.New(rand.NewPCG(seed, 2))
	out := &imaging.Gray{W: w, H: h, Pix: make([]byte, w*h)}
	inverse, _ := m.Inverse()
	src := g.Soften()
	for y := range h {
		for x := range w {
			v := 110 + 30*math.Sin(float64(x)/17+float64(seed))*math.Cos(float64(y)/23)
			if p := inverse.Apply(planar.Point{X: float64(x), Y: float64(y)}); p.X > 0 && p.Y > 0 && p.X < float64(g.W-1) && p.Y < float64(g.H-1) {
				v = Bilinear(src, p)
			}
			out.Pix[y*w+x] = byte(min(255, max(0, v+rng.NormFloat64()*3)))
		}
	}
	return out
}

// Bilinear is the brightness of a picture between its pixels, by bilinear
// interpolation. p must lie at least a pixel inside the right and bottom edges.
func Bilinear(g *imaging.Gray, p planar.Point) float64 {
	x, y := int(p.X), int(p.Y)
	fx, fy := p.X-float64(x), p.Y-float64(y)
	at := func(dx, dy int) float64 { return float64(g.Pix[(y+dy)*g.W+x+dx]) }
	return (1-fy)*((1-fx)*at(0, 0)+fx*at(1, 0)) + fy*((1-fx)*at(0, 1)+fx*at(1, 1))
}

// Placed is the homography that turns a w x h picture by degrees, scales it, tilts it
// (tilt is its perspective) and puts its middle at (cx, cy).
func Placed(w, h int, degrees, scale, cx, cy, tilt float64) planar.Homography {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	center := planar.Homography{1, 0, -float64(w-1) / 2, 0, 1, -float64(h-1) / 2, 0, 0, 1}
	turn := planar.Homography{scale * cos, -scale * sin, 0, scale * sin, scale * cos, 0, tilt, tilt / 2, 1}
	move := planar.Homography{1, 0, cx, 0, 1, cy, 0, 0, 1}
	m := turn.Multiply(&center)
	return move.Multiply(&m)
}
