package geometry

import (
	"math"
	"slices"
)

// field is a smooth displacement over a picture: a quadratic of the place in
// each component. Places run from -1 to 1.
type field struct {
	x, y [6]float64
	w, h float64
}

func (f *field) basis(x, y float64) [6]float64 {
	x, y = 2*x/f.w-1, 2*y/f.h-1
	return [6]float64{1, x, y, x * x, x * y, y * y}
}

// at is the displacement at a place of the picture, in its pixels.
func (f *field) at(x, y float64) (dx, dy float64) {
	for i, v := range f.basis(x, y) {
		dx += f.x[i] * v
		dy += f.y[i] * v
	}
	return dx, dy
}

func (f *field) atBlock(b *Block) (dx, dy float32) {
	x, y := f.at(b.center())
	return float32(x), float32(y)
}

func (b *Block) center() (x, y float64) {
	return float64(b.X) + (blockSide-1)/2.0, float64(b.Y) + (blockSide-1)/2.0
}

// magnify makes f the field of the same picture k times as large.
func (f *field) magnify(k float64) {
	f.w, f.h = f.w*k, f.h*k
	for i := range f.x {
		f.x[i] *= k
		f.y[i] *= k
	}
}

const (
	fieldSteps = 8
	fieldRidge = 1e-2 // keeps the quadratic at rest where nothing holds it
)

// fitField fits the displacement of the judged blocks, robustly: iteratively
// reweighted least squares with the weights of Geman and McClure, whose width
// shrinks to a pixel; it starts from the median.
func fitField(blocks []Block, w, h int) field {
	f := field{w: float64(w), h: float64(h)}
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
			fx, fy := f.atBlock(b)
			d := float64(hypot(b.DX-fx, b.DY-fy)) / width
			weight := float64(b.Correlation) / ((1 + d*d) * (1 + d*d))
			row := f.basis(b.center())
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

const (
	nearBlocks = 3   // blocks to each side that say where a block should lie
	nearSigma  = 1.5 // blocks
	nearSteps  = 3
	nearWidth  = 1.5 // pixels: neighbours further from the consensus count little
)

// neighbourhood predicts the displacement of every block from those around it
// alone: the field, corrected by their mean deviation from it, robustly. Paper
// bends more than a quadratic can, but the neighbours bend with it.
func neighbourhood(blocks []Block, f *field) [][2]float32 {
	grid := map[[2]int]int{}
	deviation := make([][2]float32, len(blocks))
	for i := range blocks {
		b := &blocks[i]
		if b.judged && b.Correlation > looseCorrelation {
			fx, fy := f.atBlock(b)
			deviation[i] = [2]float32{b.DX - fx, b.DY - fy}
			grid[[2]int{b.X / blockSide, b.Y / blockSide}] = i
		}
	}
	out := make([][2]float32, len(blocks))
	for i := range blocks {
		b := &blocks[i]
		fx, fy := f.atBlock(b)
		x, y := consensus(blocks, deviation, grid, i)
		out[i] = [2]float32{fx + x, fy + y}
	}
	return out
}

func consensus(blocks []Block, deviation [][2]float32, grid map[[2]int]int, i int) (x, y float32) {
	b := &blocks[i]
	width := float32(4)
	for range nearSteps {
		var sx, sy float32
		total := float32(0.05) // rests on the field where nothing is near
		for dy := -nearBlocks; dy <= nearBlocks; dy++ {
			for dx := -nearBlocks; dx <= nearBlocks; dx++ {
				k, ok := grid[[2]int{b.X/blockSide + dx, b.Y/blockSide + dy}]
				if !ok || k == i {
					continue
				}
				d := hypot(deviation[k][0]-x, deviation[k][1]-y) / width
				weight := fastExp(-float32(dx*dx+dy*dy)/(2*nearSigma*nearSigma)) * blocks[k].Correlation / ((1 + d*d) * (1 + d*d))
				sx += weight * deviation[k][0]
				sy += weight * deviation[k][1]
				total += weight
			}
		}
		x, y = sx/total, sy/total
		width = max(nearWidth, width/2)
	}
	return x, y
}
