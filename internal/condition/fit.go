package condition

import (
	"math"
	"slices"
)

// robustFit fits y by a linear combination of the columns of x, n rows of k, with
// Tukey's biweight (Beaton and Tukey 1974), started by absolute values. Rows with use
// false have no part in it. It returns the residuals of all rows and their deviation.
func robustFit(x []float64, k int, y []float64, use []bool) (residual []float64, deviation float64) {
	// A seventh of the rows says as much.
	const step = 7
	var rows []float64
	var values []float64
	for i := 0; i < len(y); i += step {
		if use[i] {
			rows = append(rows, x[i*k:i*k+k]...)
			values = append(values, y[i])
		}
	}
	residual = make([]float64, len(y))
	if len(values) < 2*k {
		return residual, 0
	}
	weight, off := make([]float64, len(values)), make([]float64, len(values))
	for i := range weight {
		weight[i] = 1
	}
	spread := make([]float64, len(values))
	var beta []float64
	const rounds, first = 6, 3 // the first ones by absolute values
	for round := range rounds {
		beta = solve(rows, k, values, weight)
		leave(off, rows, k, values, beta)
		for i, r := range off {
			spread[i] = math.Abs(r)
		}
		deviation = max(0.01, 1.4826*median(spread))
		for i, r := range off {
			switch t := r / (4 * deviation); {
			case round < first:
				weight[i] = 1 / max(0.3*deviation, math.Abs(r))
			case math.Abs(t) >= 1:
				weight[i] = 0
			default:
				weight[i] = (1 - t*t) * (1 - t*t)
			}
		}
	}
	leave(residual, x, k, y, beta)
	return residual, deviation
}

// leave sets off to what the fit leaves of y.
func leave(off, x []float64, k int, y, beta []float64) {
	for i := range off {
		fit := 0.0
		for j, v := range x[i*k : i*k+k] {
			fit += beta[j] * v
		}
		off[i] = y[i] - fit
	}
}

// solve is weighted least squares by the normal equations, with a little ridge so
// that columns that do not vary get nothing.
func solve(x []float64, k int, y, weight []float64) []float64 {
	a := make([]float64, k*(k+1))
	for i, w := range weight {
		if w == 0 {
			continue
		}
		row := x[i*k : i*k+k]
		for p, v := range row {
			for q := p; q < k; q++ {
				a[p*(k+1)+q] += w * v * row[q]
			}
			a[p*(k+1)+k] += w * v * y[i]
		}
	}
	for p := range k {
		for q := range p {
			a[p*(k+1)+q] = a[q*(k+1)+p]
		}
		a[p*(k+1)+p] += 1e-6 * (1 + a[0])
	}
	for p := range k {
		for q := p + 1; q < k; q++ {
			f := a[q*(k+1)+p] / a[p*(k+1)+p]
			for j := p; j <= k; j++ {
				a[q*(k+1)+j] -= f * a[p*(k+1)+j]
			}
		}
	}
	beta := make([]float64, k)
	for p := k - 1; p >= 0; p-- {
		beta[p] = a[p*(k+1)+k]
		for q := p + 1; q < k; q++ {
			beta[p] -= a[p*(k+1)+q] * beta[q]
		}
		beta[p] /= a[p*(k+1)+p]
	}
	return beta
}

// median changes the order of values; 0 of none.
func median(values []float64) float64 { return quantile(values, 0.5) }

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(q*float64(len(values))))]
}
