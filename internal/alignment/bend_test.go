package alignment

import (
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
)

// curled is a page of which the left part is pushed down, more towards its edge, as paper
// that curls.
func curled(g *imaging.Gray, by float64) *imaging.Gray {
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	reach := 0.6 * float64(g.W)
	for y := range g.H {
		for x := range g.W {
			from := float64(y)
			if left := reach - float64(x); left > 0 {
				from += by * (left / reach) * (left / reach)
			}
			i := min(max(int(math.Round(from)), 0), g.H-1)
			out.Pix[y*g.W+x] = g.Pix[i*g.W+x]
		}
	}
	return out
}

// standsUp has features of a wide ticket and where a photo shows them: the left end stands
// up, and so lies off the flat map (the identity) by up to 100 pixels. Some matches are wrong.
func standsUp(rng *rand.Rand, by float64, wrong int) (ref, probe *features.Features, matches []features.Match) {
	ref, probe = &features.Features{W: 640, H: 240}, &features.Features{W: 640, H: 240}
	for i := range 160 {
		x, y := 640*rng.Float64(), 240*rng.Float64()
		left := 1 - x/640
		u, v := x+by*left*left, y+0.5*by*left*left
		if i < wrong {
			u, v = x+80*(rng.Float64()-0.5), y+80*(rng.Float64()-0.5)
		}
		ref.Points = append(ref.Points, features.Feature{X: float32(x), Y: float32(y), Scale: 1})
		probe.Points = append(probe.Points, features.Feature{X: float32(u), Y: float32(v), Scale: 1})
		matches = append(matches, features.Match{Ref: i, Probe: i})
	}
	return ref, probe, matches
}

func TestBendGrowsFromTheFlatPart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	flat := planar.Homography{1, 0, 0, 0, 1, 0, 0, 0, 1}
	ref, probe, matches := standsUp(rng, 90, 20)
	f := bendOf(ref, probe, matches, &flat)
	if f == nil {
		t.Fatal("not bent")
	}
	for _, x := range []float64{20, 160, 320, 600} {
		left := 1 - x/640
		if dx, dy := f.at(x, 120); math.Hypot(dx-90*left*left, dy-45*left*left) > 12 {
			t.Errorf("at %.0f: (%.1f, %.1f), want (%.1f, %.1f)", x, dx, dy, 90*left*left, 45*left*left)
		}
	}
	for name, c := range map[string]struct {
		by    float64
		wrong int
	}{"flat": {0, 20}, "wrong matches alone": {0, 120}} {
		ref, probe, matches := standsUp(rng, c.by, c.wrong)
		if f := bendOf(ref, probe, matches, &flat); f != nil {
			t.Errorf("%s: bent by %v, %v", name, f.x, f.y)
		}
	}
}

func TestCurledPaperAgrees(t *testing.T) {
	papertest.SkipUnderRace(t)
	g := papertest.Page(t, 1, -1)
	for _, by := range []float64{0, 30, 60} {
		e := Verify(NewProbe(curled(g, by)), NewReference(g))
		if e.LocallyConsistent < 0.9 {
			t.Errorf("bent by %.0f pixels: only %.2f of %d blocks agree", by, e.LocallyConsistent, e.Comparable)
		}
	}
}
