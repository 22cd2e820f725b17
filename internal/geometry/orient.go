package geometry

import "math"

const (
	orientationBins = 36
	secondPeak      = 0.8 // a second direction this strong gives a second feature (Lowe 2004, 5)
)

// orientations returns the one or two dominant gradient directions about an
// extremum, in radians, the stronger first: the peaks of a histogram over
// a Gaussian window of 1.5 times the scale.
func (s *scaleSpace) orientations(e extremum) ([2]float32, int) {
	img, x, y := s.layerOf(e)
	sigma := 1.5 * layerSigma(float64(e.layer))
	var hist [orientationBins]float32
	collectGradients(&hist, img, x, y, float32(sigma))
	return peaks(smoothCircle(hist))
}

// layerOf is the picture of the pyramid that belongs to an extremum, and the
// nearest pixel in it.
func (s *scaleSpace) layerOf(e extremum) (img *plane, x, y int) {
	layer := min(layers-1, max(0, step(e.layer)))
	return &s.blurred[e.octave][layer], step(e.x), step(e.y)
}

func collectGradients(hist *[orientationBins]float32, img *plane, x, y int, sigma float32) {
	radius := int(2.5*sigma + 0.5)
	fall := -1 / (2 * sigma * sigma)
	for dy := -radius; dy <= radius; dy++ {
		if y+dy < 1 || y+dy >= img.h-1 {
			continue
		}
		row := img.at(x, y+dy)
		for dx := -radius; dx <= radius; dx++ {
			if x+dx < 1 || x+dx >= img.w-1 || dx*dx+dy*dy > radius*radius {
				continue
			}
			at := row + dx
			gx := img.pix[at+1] - img.pix[at-1]
			gy := img.pix[at+img.stride] - img.pix[at-img.stride]
			weight := fastExp(fall * float32(dx*dx+dy*dy))
			turn := fastTurn(gy, gx)
			bin := int(turn*orientationBins + 0.5)
			if bin >= orientationBins {
				bin -= orientationBins
			}
			hist[bin] += weight * sqrt32(gx*gx+gy*gy)
		}
	}
}

func sqrt32(v float32) float32 { return float32(math.Sqrt(float64(v))) }

func fastExp(v float32) float32 { return float32(math.Exp(float64(v))) }

// fastTurn is atan2(y, x) as a fraction of a turn in [0, 1), within 1e-5 of it:
// a minimax polynomial on the first octant, unfolded.
func fastTurn(y, x float32) float32 {
	ax, ay := abs(x), abs(y)
	lo, hi := min(ax, ay), max(ax, ay)
	if hi == 0 {
		return 0
	}
	t := lo / hi
	t2 := t * t
	// atan(t)/(2 pi), Abramowitz and Stegun 4.4.49.
	a := t * (0.99997726 + t2*(-0.33262347+t2*(0.19354346+t2*(-0.11643287+t2*(0.05265332-t2*0.01172120))))) / (2 * math.Pi)
	if ay > ax {
		a = 0.25 - a
	}
	if x < 0 {
		a = 0.5 - a
	}
	if y < 0 {
		a = 1 - a
	}
	if a >= 1 {
		a = 0
	}
	return a
}

// smoothCircle filters a circular histogram with 1 4 6 4 1.
func smoothCircle(h [orientationBins]float32) [orientationBins]float32 {
	var out [orientationBins]float32
	for i := range h {
		at := func(d int) float32 { return h[(i+d+orientationBins)%orientationBins] }
		out[i] = (at(-2)+at(2))/16 + (at(-1)+at(1))/4 + at(0)*6/16
	}
	return out
}

// peaks returns the directions of the highest peak and of the second highest,
// if that is nearly as high, both refined by a parabola.
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
