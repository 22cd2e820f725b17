package alignment

import (
	"math"

	"exemplar/internal/features"
)

const (
	angleBins  = 24 // bins of 15 degrees
	scaleBins  = 24 // bins of half an octave, 2^-6 to 2^6
	angleReach = 2  // bins to each side that still agree: with the bin itself +-37 degrees
	scaleReach = 1
)

// filterByScaleAndRotation keeps, in order, the matches whose change of scale and
// angle agrees with the most popular one: a document lies in the photo at one size
// and rotation, give or take its perspective.
func filterByScaleAndRotation(ref, probe *features.Features, all []features.Match) []features.Match {
	var votes [angleBins][scaleBins]float32
	bins := make([][2]int, len(all))
	for i, m := range all {
		bins[i] = houghBin(&ref.Points[m.Ref], &probe.Points[m.Probe])
		votes[bins[i][0]][bins[i][1]] += 1
	}
	a, s := mostPopular(&votes)
	kept := all[:0]
	for i, m := range all {
		turned := (bins[i][0] - a + angleBins + angleBins/2) % angleBins
		if absInt(turned-angleBins/2) <= angleReach && absInt(bins[i][1]-s) <= scaleReach {
			kept = append(kept, m)
		}
	}
	return kept
}

func absInt(v int) int { return max(v, -v) }

// houghBin is the bin of a match: its change of angle and of scale.
func houghBin(r, p *features.Feature) [2]int {
	turned := float64(p.Angle-r.Angle)/(2*math.Pi) + 2 // positive
	angle := int((turned-math.Floor(turned))*angleBins+0.5) % angleBins
	octaves := math.Log2(float64(p.Scale / r.Scale))
	scale := int(math.Round(2*octaves)) + scaleBins/2
	return [2]int{angle, min(max(scale, 0), scaleBins-1)}
}

// mostPopular returns the bin whose neighbourhood has the most votes. Those of the
// bin itself count double.
func mostPopular(votes *[angleBins][scaleBins]float32) (angle, scale int) {
	best := float32(-1)
	for a := range votes {
		for s := range votes[a] {
			sum := votes[a][s]
			for da := -angleReach; da <= angleReach; da++ {
				row := &votes[(a+da+angleBins)%angleBins]
				for ds := max(-scaleReach, -s); ds <= scaleReach && s+ds < scaleBins; ds++ {
					sum += row[s+ds]
				}
			}
			if sum > best {
				best, angle, scale = sum, a, s
			}
		}
	}
	return angle, scale
}
