package alignment

import "math"

// normaliseGeneric computes, with n = blockPixels, from the sums over a template
// T and over a displacement within the window W
//
//	(n sum TW - sum T sum W) / sqrt((n sum TT - (sum T)^2) (n sum WW - (sum W)^2))
//
// or 0 where the window is even.
func normaliseGeneric(found *correlations, peaks *columnPeaks, sums *windowSums, t *template) {
	const n = blockPixels
	spread := n*float64(t.squares) - float64(t.sum)*float64(t.sum)
	for x := range peaks.value {
		peaks.value[x] = noCorrelation
	}
	for y := range found {
		for x := range found[y] {
			product, sum, squares := int64(sums[0][y][x]), int64(sums[1][y][x]), int64(sums[2][y][x])
			v := float32(0)
			if below := spread * float64(n*squares-sum*sum); below > 0 {
				v = float32(float64(n*product-int64(t.sum)*sum) / math.Sqrt(below))
			}
			found[y][x] = v
			if v > peaks.value[x] {
				peaks.value[x], peaks.row[x] = v, int32(y)
			}
		}
	}
}
