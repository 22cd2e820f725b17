package geometry

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestFitAmongOutliers draws random maps, points with half a pixel of noise and
// 70 % outliers, and wants more than 99 % of the maps found within two pixels.
func TestFitAmongOutliers(t *testing.T) {
	trials := 300
	if testing.Short() {
		trials = 100
	}
	rng := rand.New(rand.NewPCG(21, 22))
	failed := 0
	for range trials {
		h := placed(500, 700, rng.Float64()*360, 0.4+rng.Float64(), 320, 240, (rng.Float64()-0.5)*1e-3)
		from, to := scattered(rng, &h, 120, 36)
		m, ok := newCorrespondences(from, to).fit()
		if !ok {
			failed++
			continue
		}
		got := newCorrespondences(from, to).inPixels(&m.h)
		for _, p := range corners(500, 700) {
			a, b := got.Apply(p), h.Apply(p)
			if math.Hypot(a.X-b.X, a.Y-b.Y) > 4 {
				failed++
				break
			}
		}
	}
	if failed*100 > trials {
		t.Errorf("%d of %d maps were not found", failed, trials)
	}
}

// scattered makes n correspondences of which good obey h, in random order of
// quality, as a ratio test leaves them when it knows nothing.
func scattered(rng *rand.Rand, h *Homography, n, good int) (from, to []Point) {
	for range n {
		p := Point{rng.Float64() * 500, rng.Float64() * 700}
		q := Point{rng.Float64() * 640, rng.Float64() * 480}
		from, to = append(from, p), append(to, q)
	}
	for _, i := range rng.Perm(n)[:good] {
		q := h.Apply(from[i])
		to[i] = Point{q.X + rng.NormFloat64()/2, q.Y + rng.NormFloat64()/2}
	}
	return from, to
}

func TestFourPointsMapExactly(t *testing.T) {
	from := [4]Point{{0, 0}, {10, 1}, {12, 9}, {-1, 8}}
	to := [4]Point{{100, 50}, {180, 60}, {170, 140}, {90, 150}}
	h, ok := fourPoints(&from, &to)
	if !ok {
		t.Fatal("no map")
	}
	for i := range from {
		if p := h.Apply(from[i]); math.Hypot(p.X-to[i].X, p.Y-to[i].Y) > 1e-9 {
			t.Errorf("point %d maps to %v, want %v", i, p, to[i])
		}
	}
	line := [4]Point{{0, 0}, {1, 1}, {2, 2}, {3, 3}}
	if _, ok := fourPoints(&line, &to); ok {
		t.Error("points on a line have a map")
	}
}

func TestNormalSolvesWeightedPoints(t *testing.T) {
	want := Homography{1.1, 0.1, 0.3, -0.2, 0.9, -0.1, 0.05, -0.03, 1}
	var n normal
	rng := rand.New(rand.NewPCG(23, 24))
	for range 20 {
		p := Point{rng.Float64()*2 - 1, rng.Float64()*2 - 1}
		q := want.Apply(p)
		n.add(p.X, p.Y, q.X, q.Y, 0.1+rng.Float64())
	}
	got, ok := n.solve()
	if !ok {
		t.Fatal("no solution")
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("element %d is %g, want %g", i, got[i], want[i])
		}
	}
}

func TestMarginalFallsFromOneToZero(t *testing.T) {
	if magsac.weight[0] != 1 || magsac.gain[0] != 1 || magsac.weight[tableSize] != 0 || magsac.gain[tableSize] != 0 {
		t.Errorf("ends: weight %g %g, gain %g %g", magsac.weight[0], magsac.weight[tableSize], magsac.gain[0], magsac.gain[tableSize])
	}
	for i := 1; i <= tableSize; i++ {
		if magsac.weight[i] >= magsac.weight[i-1] || magsac.gain[i] >= magsac.gain[i-1] {
			t.Fatalf("not falling at %d", i)
		}
	}
}
