package report

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// principal projects n vectors of dim values on their two principal axes. The largest
// component of each axis is positive. principal also returns the shares of the variance
// along the two.
func principal(x []float32, dim int) (points []xy, share [2]float64, err error) {
	n := len(x) / dim
	centred := make([]float64, n*dim)
	for d := range dim {
		mean := 0.0
		for i := range n {
			mean += float64(x[i*dim+d]) / float64(n)
		}
		for i := range n {
			centred[i*dim+d] = float64(x[i*dim+d]) - mean
		}
	}
	data := mat.NewDense(n, dim, centred)
	covariance := mat.NewSymDense(dim, nil)
	covariance.SymOuterK(1, data.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, share, fmt.Errorf("principal axes of %d vectors: no convergence", n)
	}
	var axes mat.Dense
	eigen.VectorsTo(&axes)
	values := eigen.Values(nil) // ascending
	total := 0.0
	for _, v := range values {
		total += max(0, v)
	}
	points = make([]xy, n)
	for k := range min(2, dim) {
		column := orient(mat.Col(nil, dim-1-k, &axes))
		share[k] = values[dim-1-k] / max(total, 1e-300)
		for i := range n {
			v := 0.0
			for d, w := range column {
				v += w * centred[i*dim+d]
			}
			if k == 0 {
				points[i].x = v
			} else {
				points[i].y = v
			}
		}
	}
	return points, share, nil
}

func orient(v []float64) []float64 {
	largest := 0
	for i := range v {
		if math.Abs(v[i]) > math.Abs(v[largest]) {
			largest = i
		}
	}
	if v[largest] < 0 {
		for i := range v {
			v[i] = -v[i]
		}
	}
	return v
}
