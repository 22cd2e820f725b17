package planar

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestFourPointsMapExactly(t *testing.T) {
	from := [4]Point{{0, 0}, {10, 1}, {12, 9}, {-1, 8}}
	to := [4]Point{{100, 50}, {180, 60}, {170, 140}, {90, 150}}
	h, ok := FourPoints(&from, &to)
	if !ok {
		t.Fatal("no map")
	}
	for i := range from {
		if p := h.Apply(from[i]); math.Hypot(p.X-to[i].X, p.Y-to[i].Y) > 1e-9 {
			t.Errorf("point %d maps to %v, want %v", i, p, to[i])
		}
	}
	line := [4]Point{{0, 0}, {1, 1}, {2, 2}, {3, 3}}
	if _, ok := FourPoints(&line, &to); ok {
		t.Error("points on a line have a map")
	}
}

// The edges of a picture, half a pixel outside of its outermost centres, are mapped to edges.
func TestResizingKeepsEdges(t *testing.T) {
	h := Resizing(3, 0.25)
	for _, c := range []struct{ from, to Point }{{Pt(-0.5, -0.5), Pt(-0.5, -0.5)}, {Pt(7.5, 15.5), Pt(23.5, 3.5)}} {
		if got := h.Apply(c.from); got != c.to {
			t.Errorf("%v of 8 x 16 pixels maps to %v of 24 x 4, want %v", c.from, got, c.to)
		}
	}
}

func TestLeastSquaresSolvesWeightedPoints(t *testing.T) {
	want := Homography{1.1, 0.1, 0.3, -0.2, 0.9, -0.1, 0.05, -0.03, 1}
	var n LeastSquares
	rng := rand.New(rand.NewPCG(23, 24))
	for range 20 {
		p := Point{rng.Float64()*2 - 1, rng.Float64()*2 - 1}
		q := want.Apply(p)
		n.Add(p.X, p.Y, q.X, q.Y, 0.1+rng.Float64())
	}
	got, ok := n.Solve()
	if !ok {
		t.Fatal("no solution")
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("element %d is %g, want %g", i, got[i], want[i])
		}
	}
}
