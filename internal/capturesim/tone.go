package capturesim

import "math"

// tone is a change of tones: a mix of the channels, then one curve for all of
// them, then a factor for each.
type tone struct {
	curve [256]float64 // output of each level, where 1 is white; not clipped
	gain  [3]float64
	mix   [9]float64 // 3 x 3, row by row: output channels from input channels
	mixed bool
}

func newTone() *tone {
	t := &tone{gain: [3]float64{1, 1, 1}, mix: [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}}
	for v := range t.curve {
		t.curve[v] = float64(v) / 255
	}
	return t
}

// bend composes the curve with f.
func (t *tone) bend(f func(v float64) float64) {
	for i, v := range t.curve {
		t.curve[i] = f(v)
	}
}

func (t *tone) gamma(g float64) {
	t.bend(func(v float64) float64 { return math.Pow(max(0, v), g) })
}

// contrast stretches tones about mid grey.
func (t *tone) contrast(k float64) {
	t.bend(func(v float64) float64 { return 0.5 + (v-0.5)*k })
}

// exposure multiplies the light by 2^stops, assuming a gamma of 2.2.
func (t *tone) exposure(stops float64) {
	k := math.Pow(2, stops/2.2)
	t.bend(func(v float64) float64 { return v * k })
}

func (t *tone) brighten(by float64) { t.bend(func(v float64) float64 { return v + by }) }

func (t *tone) invert() { t.bend(func(v float64) float64 { return 1 - v }) }

// balance multiplies the channels.
func (t *tone) balance(r, g, b float64) { t.gain = [3]float64{r, g, b} }

// Luma of Rec. 601.
const (
	lumaR = 0.299
	lumaG = 0.587
	lumaB = 0.114
)

// saturate moves colours away from grey (k > 1) or to it (k < 1; 0 is grey).
func (t *tone) saturate(k float64) {
	luma := [3]float64{lumaR, lumaG, lumaB}
	for row := range 3 {
		for col := range 3 {
			t.mix[3*row+col] = (1 - k) * luma[col]
		}
		t.mix[3*row+row] += k
	}
	t.mixed = true
}

// permute makes channel i of channel from[i].
func (t *tone) permute(from [3]int) {
	t.mix = [9]float64{}
	for i, c := range from {
		t.mix[3*i+c] = 1
	}
	t.mixed = true
}

// apply changes the picture.
func (t *tone) apply(f *frame) {
	if t.mixed {
		t.applyMix(f)
	}
	var table [3][256]uint64
	for c, k := range t.gain {
		for i, v := range t.curve {
			table[c][i] = uint64(max(0, min(1, v*k))*255+0.5) << (16 * c)
		}
	}
	for i, p := range f.px {
		f.px[i] = table[0][byte(p)] | table[1][byte(p>>16)] | table[2][byte(p>>32)]
	}
}

// applyMix mixes the channels in 8-bit fixed point.
func (t *tone) applyMix(f *frame) {
	var k [9]int
	for i, v := range t.mix {
		k[i] = int(math.Round(v * 256))
	}
	for i, p := range f.px {
		r, g, b := int(p&255), int(p>>16&255), int(p>>32&255)
		f.px[i] = uint64(clip(k[0]*r+k[1]*g+k[2]*b)) | uint64(clip(k[3]*r+k[4]*g+k[5]*b))<<16 | uint64(clip(k[6]*r+k[7]*g+k[8]*b))<<32
	}
}

// clip rounds an 8-bit fixed-point value into 0..255.
func clip(v int) int {
	v = (v + 128) >> 8
	if uint(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return v
}
