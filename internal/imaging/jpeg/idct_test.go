package jpeg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// slowInverse is the definition (T.81 A.3.3). Each sample is the mean of the pixels that it
// replaces.
func slowInverse(b *[64]int32, w, h int) []float64 {
	out := make([]float64, w*h)
	scale := func(u int) float64 {
		if u == 0 {
			return math.Sqrt2 / 4
		}
		return 0.5
	}
	for i := range 64 {
		x, y := i%8, i/8
		sum := 0.0
		for j, v := range b {
			sum += float64(v) * scale(j%8) * scale(j/8) *
				math.Cos(float64((2*x+1)*(j%8))*math.Pi/16) * math.Cos(float64((2*y+1)*(j/8))*math.Pi/16)
		}
		out[y*h/8*w+x*w/8] += sum * float64(w*h) / 64
	}
	return out
}

// randomBlocks returns blocks of few and of many coefficients.
func randomBlocks() [][64]int32 {
	random := rand.New(rand.NewPCG(3, 4))
	blocks := make([][64]int32, 200)
	for i := range blocks {
		for range 1 + random.IntN(64) {
			blocks[i][random.IntN(64)] = random.Int32N(201) - 100
		}
		blocks[i][0] = random.Int32N(1001) - 500
	}
	return blocks
}

func TestInverseIsDefinition(t *testing.T) {
	sides := []int{1, 2, 4, 8}
	for _, block := range randomBlocks() {
		for _, w := range sides {
			for _, h := range sides {
				want := slowInverse(&block, w, h)
				s := &scaling{block: block}
				got := make([]byte, 10*h)
				s.inverse(got, 10, w, h)
				checkSamples(t, got, 10, w, want)
				if s.block != [64]int32{} {
					t.Fatal("the block is not cleared")
				}
			}
		}
	}
}

func TestSumsAreDefinition(t *testing.T) {
	for _, block := range randomBlocks() {
		for _, side := range [][2]int{{1, 2}, {2, 1}, {2, 2}} {
			w, h := side[0], side[1]
			var s scaling
			for k := range s.factors {
				s.factors[k] = 1
			}
			s.prepareSums(w, h)
			var sums [4]int
			for k, weight := range s.weights {
				sums[weight.sum] += int(block[naturalOrder[k]]) * weight.weight
			}
			got := make([]byte, 10*h)
			putSums(got, 10, w, h, &sums)
			checkSamples(t, got, 10, w, slowInverse(&block, w, h))
		}
	}
}

// checkSamples compares with exact values around 0, which may be rounded the
// other way when close to a half.
func checkSamples(t *testing.T, got []byte, stride, w int, want []float64) {
	t.Helper()
	for i, v := range want {
		v = min(max(v+128, 0), 255)
		if sample := got[i/w*stride+i%w]; math.Abs(float64(sample)-v) > 0.6 {
			t.Fatalf("%d x %d: sample %d is %d, want %.2f", w, len(want)/w, i, sample, v)
		}
	}
}
