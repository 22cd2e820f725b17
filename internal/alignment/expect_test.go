package alignment

import "testing"

// seen are n blocks of some texture that correlate by there in a photo of full
// contrast.
func seen(n int, texture, there float32) []Block {
	blocks := make([]Block, n)
	for i := range blocks {
		blocks[i] = Block{comparable: true, texture: texture, contrast: texture, inPlace: there, Correlation: there}
	}
	return blocks
}

func verdicts(blocks []Block) (count [Disagrees + 1]int) {
	expect(blocks)
	for i := range blocks {
		v := NotComparable
		if blocks[i].comparable {
			v = blocks[i].state()
		}
		count[v]++
	}
	return count
}

// A noisy photo lowers every correlation; what it lowers more than the others
// disagrees, and what is clear elsewhere may disagree at the same correlation.
func TestExpectationFollowsNoise(t *testing.T) {
	if got := verdicts(append(seen(20, 10, 0.65), seen(2, 10, 0.2)...)); got[InPlace] != 20 || got[Disagrees] != 2 {
		t.Errorf("in a noisy photo: %v", got)
	}
	if got := verdicts(append(seen(20, 10, 0.97), seen(2, 10, 0.65)...)); got[InPlace] != 20 || got[Disagrees] != 2 {
		t.Errorf("in a clear photo: %v", got)
	}
}

func TestFaintTextureSaysNothingInNoise(t *testing.T) {
	if got := verdicts(append(seen(20, 20, 0.9), seen(3, 3, 0.1)...)); got[NotComparable] != 3 || got[InPlace] != 20 {
		t.Errorf("got %v", got)
	}
}

// Where the photo shows nothing at all there is glare, or something laid over;
// where it shows other print, it disagrees.
func TestCoveredPlacesAreNotJudged(t *testing.T) {
	blocks := append(seen(20, 10, 0.95), seen(4, 10, 0.1)...)
	for i := 20; i < 22; i++ {
		blocks[i].contrast = 1
	}
	if got := verdicts(blocks); got[NotComparable] != 2 || got[Disagrees] != 2 {
		t.Errorf("got %v", got)
	}
}

func TestExpectOfNothing(t *testing.T) {
	expect(nil)
	blocks := seen(3, 10, 0)
	for i := range blocks {
		blocks[i].contrast = 0
	}
	if got := verdicts(blocks); got[InPlace] != 0 {
		t.Errorf("blank paper agrees: %v", got)
	}
}
