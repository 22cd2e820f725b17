package imaging

import (
	"math"
	"testing"

	"exemplar/internal/planar"
)

var identity = planar.Homography{1, 0, 0, 0, 1, 0, 0, 0, 1}

func ramp(w, h int) *Image {
	m := NewImage(w, h)
	for y := range h {
		for x := range w {
			copy(m.Pix[3*(y*w+x):], []byte{byte(255 * x / w), byte(255 * y / h), byte((x + y) % 256)})
		}
	}
	return m
}

func TestWarpByTheIdentityIsTheSame(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 7}, {9, 1}, {33, 21}} {
		src := ramp(size[0], size[1])
		if got := Warp(src, identity, src.W, src.H); string(got.Pix) != string(src.Pix) {
			t.Errorf("%d x %d: changed", src.W, src.H)
		}
	}
}

func TestWarpDownIsAreaAveraging(t *testing.T) {
	src := ramp(256, 192)
	want := ResizeArea(src, 64, 48)
	got := Warp(src, planar.Homography{4, 0, 1.5, 0, 4, 1.5, 0, 0, 1}, 64, 48)
	for i := range want.Pix {
		if i%3 < 2 && math.Abs(float64(got.Pix[i])-float64(want.Pix[i])) > 2 { // the third channel wraps
			t.Fatalf("byte %d: %d, want %d", i, got.Pix[i], want.Pix[i])
		}
	}
}

func TestWarpFollowsThePerspective(t *testing.T) {
	src := ramp(300, 300)
	m := planar.Homography{1, 0.2, 10, 0.1, 0.9, 5, 0.001, 0.0005, 1}
	got := Warp(src, m, 100, 100)
	for _, p := range [][2]int{{0, 0}, {50, 50}, {99, 10}, {20, 90}} {
		from := m.Apply(planar.Pt(float64(p[0]), float64(p[1])))
		x, y := from.X, from.Y
		at := 3 * (p[1]*100 + p[0])
		if math.Abs(float64(got.Pix[at])-255*x/300) > 2 || math.Abs(float64(got.Pix[at+1])-255*y/300) > 2 {
			t.Errorf("at %v: %v, want the colour of (%.1f, %.1f)", p, got.Pix[at:at+2], x, y)
		}
	}
}

func TestWarpOutsideTakesTheNearest(t *testing.T) {
	src := ramp(10, 10)
	for _, shift := range []float64{-1e9, 1e9, math.Inf(1), math.NaN()} {
		Warp(src, planar.Homography{1, 0, shift, 0, 1, shift, 0, 0, 1}, 5, 5) // must not panic
	}
	got := Warp(src, planar.Homography{1, 0, -100, 0, 1, -100, 0, 0, 1}, 2, 2)
	if string(got.Pix[:3]) != string(src.Pix[:3]) {
		t.Errorf("far outside: %v, want the corner %v", got.Pix[:3], src.Pix[:3])
	}
}
