package alignment

import "math"

// The score and the weights of MAGSAC++ (Barath et al. 2020, 3.1-3.2):
// residuals are marginalised over all noise levels up to a largest one, so that
// no inlier threshold has to be set. For four degrees of freedom the weight of
// a residual r is
//
//	w(r) ~ G(3/2, r^2 / 2 s^2) - G(3/2, k^2 / 2)
//
// with the upper incomplete gamma function G, the largest noise s, and k the
// 0.99 quantile of the chi distribution; the loss is the integral of r w(r).
const (
	chiQuantile = 3.64 // k, 4 degrees of freedom
	tableSize   = 256
)

// marginal tabulates weight and gain over the squared residual in units of
// (k s)^2.
type marginal struct {
	weight [tableSize + 1]float32 // 1 at 0, 0 at 1
	gain   [tableSize + 1]float32 // 1 - loss: 1 at 0, 0 at 1
}

var magsac = newMarginal()

func newMarginal() *marginal {
	m := new(marginal)
	gamma := func(x float64) float64 { // G(3/2, x)
		return math.Sqrt(math.Pi)/2*math.Erfc(math.Sqrt(x)) + math.Sqrt(x)*math.Exp(-x)
	}
	const end = chiQuantile * chiQuantile / 2
	top := gamma(0) - gamma(end)
	loss := 0.0
	for i := range m.weight {
		w := (gamma(end*float64(i)/tableSize) - gamma(end)) / top
		m.weight[i] = float32(w)
		m.gain[i] = float32(loss)
		loss += w // r dr is constant in steps of r^2
	}
	for i, l := range m.gain {
		m.gain[i] = float32(1 - float64(l)/loss)
	}
	m.gain[tableSize] = 0
	return m
}
