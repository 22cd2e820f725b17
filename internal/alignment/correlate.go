package alignment

import "math"

// correlations holds the normalised correlation of a block at each displacement
// within its search window.
type correlations [searchHigh][searchWide]float32

// bestNear is the best correlation within strictDistance of a displacement.
func (c *correlations) bestNear(dx, dy float32) float32 {
	const reach = strictDistance
	x, y := dx+searchReach, dy+searchReach
	best := float32(0)
	for j := max(0, int(y-reach+1)); j < searchHigh && float32(j) <= y+reach; j++ {
		for i := max(0, int(x-reach+1)); i < searchWide && float32(i) <= x+reach; i++ {
			if hypot(float32(i)-x, float32(j)-y) <= reach {
				best = max(best, c[j][i])
			}
		}
	}
	return best
}

// blockCorrelator correlates a template with a window. It holds the sums that
// correlations are made of, and where these are highest.
type blockCorrelator struct {
	sums  windowSums
	peaks columnPeaks
}

// correlate fills found with the normalised correlations of a template at the
// displacements within a window of windowSide rows, whose bytes are at most 127.
func (s *blockCorrelator) correlate(found *correlations, t *template, window []byte, stride int) {
	sumWindow(&s.sums, &t.pix, window, stride)
	normalise(found, &s.peaks, &s.sums, t)
}

// windowSums are three sums over the pixels of the window, for each displacement: of
// their products with those of a template, of themselves, and of their squares.
type windowSums [3][searchHigh][searchWide]int32

// deviation is the standard deviation of the pixels of the window at a displacement.
func (s *windowSums) deviation(x, y int) float32 {
	mean := float64(s[1][y][x]) / blockPixels
	return float32(math.Sqrt(max(0, float64(s[2][y][x])/blockPixels-mean*mean)))
}

// columnPeaks holds the highest correlation of each column, and the first row that
// has it.
type columnPeaks struct {
	value [searchWide]float32
	row   [searchWide]int32
}

// highest returns the highest correlation and its displacement, the first in the
// order of reading.
func (p *columnPeaks) highest() (value float32, x, y int) {
	value = noCorrelation
	for i, v := range p.value {
		if row := int(p.row[i]); v > value || v == value && row < y {
			value, x, y = v, i, row
		}
	}
	return value, x, y
}

// noCorrelation is below any.
const noCorrelation = -2
