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
