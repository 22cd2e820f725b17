package eval

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// principal projects n vectors of dim values on their two principal axes. The
// sign of each axis is such that its largest component is positive. It also
// returns the shares of the variance that the two hold.
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

// Settings of t-SNE, those of its authors (van der Maaten and Hinton 2008) but
// for the start: the principal axes instead of noise, which keeps the large
// shape and makes the map the same every time.
const (
	perplexity      = 20
	tsneIterations  = 500
	exaggerated     = 120 // iterations with attraction multiplied
	exaggeration    = 12
	tsneRate        = 200
	tsneStartSpread = 1e-2
)

// tsne lays n unit vectors out in the plane such that near ones stay near. It
// is exact: n^2 work in each of its iterations.
func tsne(ctx context.Context, x []float32, dim int, start []xy) ([]xy, error) {
	n := len(start)
	if n < 4 {
		return start, nil
	}
	p := affinities(x, dim, n)
	points := scaleStart(start)
	velocity, gain := make([]xy, n), make([]xy, n)
	for i := range gain {
		gain[i] = xy{1, 1}
	}
	gradient := make([]xy, n)
	kernels := make([]float64, n*n)
	for step := range tsneIterations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		attraction, momentum := 1.0, 0.8
		if step < exaggerated {
			attraction, momentum = exaggeration, 0.5
		}
		tsneGradient(gradient, kernels, p, points, attraction)
		for i := range points {
			gain[i].x, velocity[i].x = descend(gain[i].x, velocity[i].x, gradient[i].x, momentum)
			gain[i].y, velocity[i].y = descend(gain[i].y, velocity[i].y, gradient[i].y, momentum)
			points[i].x += velocity[i].x
			points[i].y += velocity[i].y
		}
	}
	return points, nil
}

// descend is one step of one coordinate, with a gain that grows while the
// direction stays (Jacobs 1988).
func descend(gain, velocity, gradient, momentum float64) (newGain, newVelocity float64) {
	if (gradient > 0) == (velocity > 0) {
		gain *= 0.8
	} else {
		gain += 0.2
	}
	gain = max(gain, 0.01)
	return gain, momentum*velocity - tsneRate*gain*gradient
}

func scaleStart(start []xy) []xy {
	spread := 0.0
	for _, v := range start {
		spread += v.x * v.x / float64(len(start))
	}
	scale := tsneStartSpread / max(math.Sqrt(spread), 1e-12)
	points := make([]xy, len(start))
	for i, v := range start {
		// Equal vectors start a little apart, or they would never part.
		angle := float64(i) * 2.399963
		points[i] = xy{v.x*scale + 1e-5*math.Cos(angle), v.y*scale + 1e-5*math.Sin(angle)}
	}
	return points
}

// affinities are the symmetric neighbour probabilities (n,n), each row's width
// set for the perplexity.
func affinities(x []float32, dim, n int) []float64 {
	p := make([]float64, n*n)
	distance := make([]float64, n)
	entropy := math.Log(min(perplexity, float64(n-1)/3))
	for i := range n {
		for j := range n {
			distance[j] = squaredDistance(x[i*dim:(i+1)*dim], x[j*dim:(j+1)*dim])
		}
		neighbourhood(p[i*n:(i+1)*n], distance, i, entropy)
	}
	for i := range n {
		for j := range i {
			v := max((p[i*n+j]+p[j*n+i])/(2*float64(n)), 1e-12)
			p[i*n+j], p[j*n+i] = v, v
		}
	}
	return p
}

func squaredDistance(a, b []float32) float64 {
	sum := float32(0)
	for i, v := range a {
		d := v - b[i]
		sum += d * d
	}
	return float64(sum)
}

// neighbourhood fills a row of probabilities, by bisection of the precision.
func neighbourhood(row, distance []float64, self int, entropy float64) {
	low, high, beta := 0.0, math.Inf(1), 1.0
	nearest := math.Inf(1)
	for j, d := range distance {
		if j != self {
			nearest = min(nearest, d)
		}
	}
	for range 60 {
		sum, weighted := 0.0, 0.0
		for j, d := range distance {
			row[j] = 0
			if j != self {
				row[j] = math.Exp(-(d - nearest) * beta)
				sum += row[j]
				weighted += (d - nearest) * row[j]
			}
		}
		h := math.Log(sum) + beta*weighted/sum
		for j := range row {
			row[j] /= sum
		}
		switch {
		case math.Abs(h-entropy) < 1e-5:
			return
		case h > entropy:
			low = beta
			beta = min(2*beta, (beta+high)/2)
		default:
			high = beta
			beta = (beta + low) / 2
		}
	}
}

// tsneGradient writes the gradient of the Kullback-Leibler divergence (formula
// 5 of the paper).
func tsneGradient(gradient []xy, kernels, p []float64, points []xy, attraction float64) {
	n := len(points)
	sum := 0.0
	for i := range n {
		row := kernels[i*n:]
		for j := range i {
			dx, dy := points[i].x-points[j].x, points[i].y-points[j].y
			row[j] = 1 / (1 + dx*dx + dy*dy)
			sum += 2 * row[j]
		}
	}
	clear(gradient)
	for i := range n {
		k, q := kernels[i*n:], p[i*n:]
		for j := range i {
			f := 4 * (attraction*q[j] - k[j]/sum) * k[j]
			dx, dy := f*(points[i].x-points[j].x), f*(points[i].y-points[j].y)
			gradient[i].x += dx
			gradient[i].y += dy
			gradient[j].x -= dx
			gradient[j].y -= dy
		}
	}
}
