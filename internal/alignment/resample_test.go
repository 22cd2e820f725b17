package alignment

import (
	"math/rand/v2"
	"testing"

	"exemplar/internal/planar"
)

// crooked is a bend of a w x h picture with noise in all its parts.
func crooked(rng *rand.Rand, w, h int) *deformation {
	b := &deformation{
		quadraticField: quadraticField{w: float64(w), h: float64(h)},
		columns:        w/blockSide + 2, rows: h/blockSide + 2, stepX: blockSide, stepY: blockSide,
	}
	for i := range b.x {
		b.x[i], b.y[i] = rng.NormFloat64(), rng.NormFloat64()
	}
	b.nodes = make([][2]float32, b.columns*b.rows)
	for i := range b.nodes {
		b.nodes[i] = [2]float32{float32(rng.NormFloat64()), float32(rng.NormFloat64())}
	}
	return b
}

func TestARasterIsBentAsEachOfItsPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	const w, h = 300, 200
	bent := crooked(rng, w, h)
	bent.resize(w*3/2, h*3/2)
	for _, m := range []warp{{deformation: bent}, {}} {
		raster := newDeformationRaster(m.deformation, -searchReach, 37, 14)
		for y := -20.0; y < 1.6*h; y += 7 {
			for i, got := range raster.row(y) {
				if want := m.flatten(planar.Pt(float64(37*i)-searchReach, y)); got != want {
					t.Fatalf("column %d of row %g lies at %v, want %v", i, y, got, want)
				}
			}
		}
	}
}

// All pixels of windows are needed, and of a picture with few blocks not many
// others.
func TestNeededAreTheWindowsPixels(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	const w, h = 500, 333
	for _, share := range []float64{0.02, 0.5, 1} {
		var templates []template
		for y := 0; y+blockSide <= h; y += blockSide {
			for x := 0; x+blockSide <= w; x += blockSide {
				if rng.Float64() < share {
					templates = append(templates, template{x: x, y: y})
				}
			}
		}
		n := windowMask(templates, w, h)
		covered := func(x, y int) bool {
			spans := n.row(y)
			if spans == nil {
				return false
			}
			s, group := spans[x/warpStep], x%warpStep/lanes
			return s.first <= group && group < s.end
		}
		for _, tpl := range templates {
			for y := range windowSide {
				for x := range windowSide {
					if !covered(tpl.x+x, tpl.y+y) {
						t.Fatalf("pixel (%d, %d) of the window at (%d, %d) is not needed", x, y, tpl.x, tpl.y)
					}
				}
			}
		}
		total := 0
		for y := range h + 2*searchReach {
			for x := range resampledStride(w) {
				if covered(x, y) {
					total++
				}
			}
		}
		if most := 2 * windowSide * windowSide * len(templates); total > most {
			t.Errorf("%d pixels are needed for %d templates, want at most %d", total, len(templates), most)
		}
	}
}
