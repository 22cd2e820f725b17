package alignment

import (
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/planar"
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
		h := papertest.Placed(500, 700, rng.Float64()*360, 0.4+rng.Float64(), 320, 240, (rng.Float64()-0.5)*1e-3)
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
func scattered(rng *rand.Rand, h *planar.Homography, n, good int) (from, to []planar.Point) {
	for range n {
		p := planar.Pt(rng.Float64()*500, rng.Float64()*700)
		q := planar.Pt(rng.Float64()*640, rng.Float64()*480)
		from, to = append(from, p), append(to, q)
	}
	for _, i := range rng.Perm(n)[:good] {
		q := h.Apply(from[i])
		to[i] = planar.Pt(q.X+rng.NormFloat64()/2, q.Y+rng.NormFloat64()/2)
	}
	return from, to
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
