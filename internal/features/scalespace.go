package features

import "math"

const (
	scalesPerOctave = 3
	baseSigma       = 1.2 // smoothing of the first layer of every octave, in its pixels (Lowe 2004, 3.3)
	cameraSigma     = 0.5 // smoothing that every picture is assumed to have already, in pixels (Lowe 2004, 3.3)
	layers          = scalesPerOctave + 3
	minOctaveSide   = 16
	maxOctaves      = 8
)

// scaleSpace is a pyramid of progressively smoothed pictures and their differences. The
// first octave has the resolution of the picture. Lowe upsamples it by 2; leaving that
// out loses the finest features and saves three quarters of the time.
type scaleSpace struct {
	octaves int
	blurred [maxOctaves][layers]plane
	differ  [maxOctaves][layers - 1]plane
	input   plane
	tmp     plane
}

// steps holds the filters from each layer to the next; steps[0] leads from the
// picture to the first layer.
var steps = gaussianSteps()

func gaussianSteps() [layers][]float32 {
	var out [layers][]float32
	out[0] = gaussian(math.Sqrt(baseSigma*baseSigma - cameraSigma*cameraSigma))
	for i := 1; i < layers; i++ {
		before, after := layerSigma(float64(i-1)), layerSigma(float64(i))
		out[i] = gaussian(math.Sqrt(after*after - before*before))
	}
	return out
}

// layerSigma is the smoothing of a layer, which may be fractional, in pixels
// of its octave.
func layerSigma(layer float64) float64 {
	return baseSigma * math.Exp2(layer/scalesPerOctave)
}

// build fills the pyramid from input.
func (s *scaleSpace) build() {
	s.octaves = 0
	w, h := s.input.w, s.input.h
	for o := 0; o < maxOctaves && min(w>>o, h>>o) >= minOctaveSide; o++ {
		first := &s.blurred[o][0]
		if o == 0 {
			blur(first, &s.input, &s.tmp, steps[0])
		} else {
			first.halve(&s.blurred[o-1][scalesPerOctave])
		}
		for i := 1; i < layers; i++ {
			blur(&s.blurred[o][i], &s.blurred[o][i-1], &s.tmp, steps[i])
			d := &s.differ[o][i-1]
			d.reshape(first.w, first.h)
			subtract(d.pix, s.blurred[o][i].pix, s.blurred[o][i-1].pix)
		}
		s.octaves++
	}
}
