package capturesim

import (
	"math"
	"sync"
)

// noiseLength is how many pixels of noise a table holds per strength. Rows of a picture
// start at random positions in it.
const noiseLength = 1 << 13

// noiseLevels is the number of strengths for which there are tables, each 2^(1/4) = 1.19
// times the one before (see noiseSigma).
const noiseLevels = 24

func noiseSigma(level int) float64 { return math.Exp2(float64(level) / 4) }

// noiseTables hold words to add to pixels, with noise + 256 in each lane. The noise of
// the channels is independent in the first table and equal (grey) in the second.
var noiseTables = sync.OnceValue(func() *[2][noiseLevels][]uint64 {
	var t [2][noiseLevels][]uint64
	for kind := range t {
		for level := range t[kind] {
			r := newRNG(uint64(1000*kind + level))
			words := make([]uint64, noiseLength)
			for i := range words {
				words[i] = noiseWord(r, noiseSigma(level), kind == 1)
			}
			t[kind][level] = words
		}
	}
	return &t
})

func noiseWord(r rng, sigma float64, grey bool) uint64 {
	draw := func() uint64 {
		return uint64(int(max(-250, min(250, math.Round(r.NormFloat64()*sigma)))) + 256)
	}
	if grey {
		n := draw()
		return pixel(n, n, n)
	}
	return pixel(draw(), draw(), draw())
}

// noise adds Gaussian noise of sigma grey levels, independent per channel or grey. sigma
// is rounded to the nearest noiseSigma.
func (f *frame) noise(r rng, sigma float64, grey bool) {
	if sigma < 0.5 {
		return
	}
	kind := 0
	if grey {
		kind = 1
	}
	level := clamp(int(math.Round(4*math.Log2(sigma))), 0, noiseLevels-1)
	table := noiseTables()[kind][level]
	for y := range f.h {
		row := f.row(y)
		for len(row) > 0 {
			at := r.IntN(noiseLength - 1)
			n := min(len(row), noiseLength-at)
			addNoise(row[:n], table[at:at+n])
			row = row[n:]
		}
	}
}

// addNoise adds words of noise to pixels.
func addNoise(row, noise []uint64) {
	noise = noise[:len(row)]
	for i, p := range row {
		row[i] = clampLanes(p + noise[i])
	}
}

// clampLanes subtracts 256 from every lane and clamps the result to 0..255. Bit 8 of a
// lane says that the result is in range, bit 9 that it is too large.
func clampLanes(s uint64) uint64 {
	over := s >> 9 & laneOnes * 255
	in := s >> 8 & laneOnes * 255
	return s&in | over
}

// iso adds the noise of a small sensor in the dark. It grows with the root of the
// brightness, is stronger in colour than in grey, and comes in blotches.
func (f *frame) iso(r rng, s *scratch, strength float64) {
	blotch := &s.c
	blotch.resize((f.w+1)/2, (f.h+1)/2)
	blotch.fill(pixel(128, 128, 128))
	blotch.noise(r, 14*strength, false)
	for y := range f.h {
		row, coarse := f.row(y), blotch.row(y/2)
		for x, p := range row {
			row[x] = clampLanes(p + coarse[x/2] + 128*laneOnes)
		}
	}
	f.noise(r, 10*strength, true)
}

// multiplicative scales every pixel by 1 plus Gaussian noise.
func (f *frame) multiplicative(r rng, sigma float64) {
	table := noiseTables()[1][clamp(int(math.Round(4*math.Log2(max(1, 128*sigma)))), 0, noiseLevels-1)]
	for y := range f.h {
		row := f.row(y)
		at := r.IntN(noiseLength)
		for x, p := range row {
			n := int(table[(at+x)%noiseLength]&0x3ff) - 256 // grey noise around 0
			row[x] = gained(p, uint64(clamp(128+n, 0, 256)))
		}
	}
}
