package features

import "math"

const (
	orientationBins = 36
	secondPeak      = 0.8 // a second direction this strong gives a second feature (Lowe 2004, 5)
)

// orientations returns the one or two dominant gradient directions around an extremum,
// in radians, the stronger first: the peaks of a histogram over a Gaussian window of 1.5
// times the scale (Lowe 2004, section 5).
func (x *extractor) orientations(e extremum) ([2]float32, int) {
	x.space.samplePatch(&x.patch, e, 0, orientationSpacing*layerSigma(float64(e.layer)))
	x.gradients.fill(&x.patch)
	var hist [orientationBins + 1]float32
	for i, turn := range x.gradients.turns {
		bin := int(turn*(orientationBins/float32(angleBins)) + 0.5)
		hist[bin] += x.gradients.magnitudes[i] * orientationWindow[i]
	}
	hist[0] += hist[orientationBins]
	return peaks(smoothCircle([orientationBins]float32(hist[:orientationBins])))
}

// orientationSpacing is the distance of samples in units of the scale. The patch then
// covers 2.5 standard deviations of the window to each side.
const orientationSpacing = 2 * 2.5 * 1.5 / patchSide

var orientationWindow = newOrientationWindow()

func newOrientationWindow() (w [patchSide * patchSide]float32) {
	for i := range w {
		x, y := float64(i%patchSide)-(patchSide-1)/2.0, float64(i/patchSide)-(patchSide-1)/2.0
		deviation := 1.5 / orientationSpacing
		w[i] = float32(math.Exp(-(x*x + y*y) / (2 * deviation * deviation)))
	}
	return w
}

// layerOf is the smoothed picture nearest to the scale of an extremum.
func (s *scaleSpace) layerOf(e extremum) *plane {
	layer := min(layers-1, max(0, step(e.layer)))
	return &s.blurred[e.octave][layer]
}

func sqrt32(v float32) float32 { return float32(math.Sqrt(float64(v))) }

// smoothCircle filters a circular histogram with 1 4 6 4 1.
func smoothCircle(h [orientationBins]float32) [orientationBins]float32 {
	var out [orientationBins]float32
	for i := range h {
		at := func(d int) float32 { return h[(i+d+orientationBins)%orientationBins] }
		out[i] = (at(-2)+at(2))/16 + (at(-1)+at(1))/4 + at(0)*6/16
	}
	return out
}

// peaks returns the direction of the highest peak, and that of the second highest if it
// is at least secondPeak as high. A parabola refines both.
func peaks(h [orientationBins]float32) (angles [2]float32, n int) {
	var heights [2]float32
	for i, v := range h {
		left, right := h[(i+orientationBins-1)%orientationBins], h[(i+1)%orientationBins]
		if v <= left || v < right || v <= heights[1] {
			continue
		}
		bin := float32(i) + 0.5*(left-right)/(left-2*v+right)
		angle := bin * (2 * math.Pi / orientationBins)
		if v > heights[0] {
			angles[1], heights[1] = angles[0], heights[0]
			angles[0], heights[0] = angle, v
		} else {
			angles[1], heights[1] = angle, v
		}
	}
	switch {
	case heights[0] == 0:
		return angles, 0
	case heights[1] >= secondPeak*heights[0]:
		return angles, 2
	}
	return angles, 1
}
