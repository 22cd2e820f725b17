package geometry

import (
	"math"
	"slices"
)

// field is a smooth displacement: a quadratic of the place in each component.
type field struct {
	x, y  [6]float64
	scale float64
}

func basis(b *Block, scale float64) [6]float64 {
	x, y := float64(b.X)*scale-1, float64(b.Y)*scale-1
	return [6]float64{1, x, y, x * x, x * y, y * y}
}

func (f *field) at(b *Block) (dx, dy float32) {
	for i, v := range basis(b, f.scale) {
		dx += float32(f.x[i] * v)
		dy += float32(f.y[i] * v)
	}
	return dx, dy
}

const (
	fieldSteps = 8
	fieldRidge = 1e-2 // keeps the quadratic at rest where nothing holds it
)

// fitField fits the displacement of the judged blocks, robustly: iteratively
// reweighted least squares with the weights of Geman and McClure, whose width
// shrinks to a pixel; it starts from the median.
func fitField(blocks []Block) field {
	f := field{scale: 2.0 / compareSide}
	mx, my := medianShift(blocks)
	f.x[0], f.y[0] = float64(mx), float64(my)
	width := 6.0
	for range fieldSteps {
		var a [6][6]float64
		var bx, by [6]float64
		for i := range blocks {
			b := &blocks[i]
			if !b.judged || b.Correlation < looseCorrelation {
				continue
			}
			fx, fy := f.at(b)
			d := float64(hypot(b.DX-fx, b.DY-fy)) / width
			weight := float64(b.Correlation) / ((1 + d*d) * (1 + d*d))
			row := basis(b, f.scale)
			for r, v := range row {
				for c, u := range row[:r+1] {
					a[r][c] += weight * v * u
				}
				bx[r] += weight * v * float64(b.DX)
				by[r] += weight * v * float64(b.DY)
			}
		}
		for i := 1; i < 6; i++ {
			a[i][i] += fieldRidge
		}
		a[0][0] += 1e-9
		f.x, f.y = solveSix(&a, bx), solveSix(&a, by)
		width = max(1, width*0.7)
	}
	return f
}

// solveSix solves a symmetric positive definite system given by its lower
// triangle.
func solveSix(a *[6][6]float64, b [6]float64) [6]float64 {
	var l [6][6]float64
	for i := range 6 {
		for j := 0; j <= i; j++ {
			s := a[i][j]
			for k := range j {
				s -= l[i][k] * l[j][k]
			}
			if i == j {
				l[i][i] = math.Sqrt(max(s, 1e-12))
			} else {
				l[i][j] = s / l[j][j]
			}
		}
	}
	for i := range 6 {
		for k := range i {
			b[i] -= l[i][k] * b[k]
		}
		b[i] /= l[i][i]
	}
	for i := 5; i >= 0; i-- {
		for k := i + 1; k < 6; k++ {
			b[i] -= l[k][i] * b[k]
		}
		b[i] /= l[i][i]
	}
	return b
}

// medianShift is the median displacement of the blocks that agree loosely.
func medianShift(blocks []Block) (x, y float32) {
	var xs, ys []float32
	for i := range blocks {
		if b := &blocks[i]; b.judged && b.Correlation > looseCorrelation {
			xs, ys = append(xs, b.DX), append(ys, b.DY)
		}
	}
	if len(xs) == 0 {
		return 0, 0
	}
	slices.Sort(xs)
	slices.Sort(ys)
	return xs[len(xs)/2], ys[len(ys)/2]
}
