package alignment

import (
	"math"
	"slices"
)

const (
	// enoughOfExpected is the share of the expected correlation from which on a block
	// agrees. Chosen on the odd classes of the benchmark sets, with the even ones in
	// view (docs/results/proof.md).
	enoughOfExpected = 0.85
	// leastExpected is how well a block must be able to correlate to say anything. By
	// eye.
	leastExpected = 0.5

	// noiseShare of the blocks that correlate at all have less noise than what is
	// taken for the photo's. If the photo shows a look-alike, the share of its blocks
	// that agree is hardly larger. By eye.
	noiseShare    = 0.3
	leastNoise    = 0.8 // half grey levels: rounding alone makes some
	fewCorrelated = 4

	// flat is the share of the reference's contrast below which the photo shows
	// nothing there: glare, a finger, a bar laid over it. By eye.
	flat = 0.25
)

// expect sets how well each comparable block would correlate if only the noise of the
// photo, blur included, were in the way. Blocks that could not tell become not
// comparable: there is too little texture for the noise, or the photo shows none.
//
// A block of deviation t that correlates by c shows noise of deviation t sqrt(1/c^2 -
// 1), in units of the reference. Under noise n it is expected to correlate by t /
// sqrt(t^2 + n^2).
func expect(blocks []Block) {
	noise, gain := noiseOf(blocks), gainOf(blocks)
	for i := range blocks {
		b := &blocks[i]
		if !b.comparable {
			continue
		}
		b.expected = b.texture / hypot(b.texture, noise)
		covered := b.inPlace <= enoughOfExpected*b.expected && b.contrast < flat*gain*b.texture
		b.comparable = b.expected > leastExpected && !covered
	}
}

// Agrees says whether a block correlates where its neighbours say. The measure does
// not depend on the reference, so that references can be compared with each other in
// one photo.
func (b *Block) Agrees() bool { return b.inPlace > strictCorrelation }

// noiseOf is the deviation of the photo's noise in units of the reference.
func noiseOf(blocks []Block) float32 {
	var all, correlated []float32
	for i := range blocks {
		b := &blocks[i]
		if !b.comparable {
			continue
		}
		c := float64(min(max(b.inPlace, 0.02), 0.995))
		noise := b.texture * float32(math.Sqrt(1/(c*c)-1))
		all = append(all, noise)
		if c > 0.5 {
			correlated = append(correlated, noise)
		}
	}
	if len(correlated) >= fewCorrelated {
		all = correlated
	}
	return max(leastNoise, quantile(all, noiseShare))
}

// gainOf is the contrast of the photo as a share of that of the reference, where the
// two agree.
func gainOf(blocks []Block) float32 {
	var all, agreeing []float32
	for i := range blocks {
		b := &blocks[i]
		if !b.comparable {
			continue
		}
		gain := b.inPlace * b.contrast / b.texture
		all = append(all, gain)
		if b.inPlace > 0.8 {
			agreeing = append(agreeing, gain)
		}
	}
	if len(agreeing) >= fewCorrelated {
		all = agreeing
	}
	return quantile(all, 0.5)
}

// quantile sorts values and returns the one below which a share of them lies; 0 if
// there are none.
func quantile(values []float32, share float64) float32 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[int(share*float64(len(values)))]
}
