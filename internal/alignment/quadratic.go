package alignment

import "math"

// quadraticField is a smooth displacement over a picture: each component is a
// quadratic of the position. Positions run from -1 to 1.
type quadraticField struct {
	x, y [6]float64
	w, h float64
}

func (f *quadraticField) basis(x, y float64) [6]float64 {
	x, y = 2*x/f.w-1, 2*y/f.h-1
	return [6]float64{1, x, y, x * x, x * y, y * y}
}

// at is the displacement at a point of the picture, in its pixels.
func (f *quadraticField) at(x, y float64) (dx, dy float64) {
	basis := f.basis(x, y)
	return f.sum(&basis)
}

func (f *quadraticField) sum(basis *[6]float64) (dx, dy float64) {
	for i, v := range basis {
		dx += f.x[i] * v
		dy += f.y[i] * v
	}
	return dx, dy
}

func (f *quadraticField) atBlock(b *Block) (dx, dy float32) {
	x, y := f.at(b.center())
	return float32(x), float32(y)
}

func (b *Block) center() (x, y float64) {
	return float64(b.X) + (blockSide-1)/2.0, float64(b.Y) + (blockSide-1)/2.0
}

// resize makes f the field of the same picture at another size.
func (f *quadraticField) resize(w, h int) {
	kx, ky := float64(w)/f.w, float64(h)/f.h
	f.w, f.h = float64(w), float64(h)
	for i := range f.x {
		f.x[i] *= kx
		f.y[i] *= ky
	}
}

const (
	quadraticSteps = 8
	quadraticRidge = 1e-3 // keeps the quadratic at rest where nothing holds it
)

// fitQuadraticField fits the displacement of the comparable blocks, robustly: by
// iteratively reweighted least squares with the weights of Geman and McClure, whose
// width shrinks to a pixel. It starts from the median. A block counts in each
// direction as much as its correlation is sharp there.
func fitQuadraticField(blocks []Block, w, h int) quadraticField {
	f := quadraticField{w: float64(w), h: float64(h)}
	mx, my := medianShift(blocks)
	f.x[0], f.y[0] = float64(mx), float64(my)
	f.fit(blocks)
	return f
}

// fit fits the field to the blocks that it nearly says the displacement of.
func (f *quadraticField) fit(blocks []Block) {
	rows := f.rows(blocks)
	width := float32(6)
	for range quadraticSteps {
		var x, y quadraticSystem
		for i := range rows {
			r := &rows[i]
			fx, fy := f.sum(&r.basis)
			b := r.block
			x.add(&r.basis, float64(b.DX), float64(b.sharpX)*float64(falloff(b.DX-float32(fx), width)))
			y.add(&r.basis, float64(b.DY), float64(b.sharpY)*float64(falloff(b.DY-float32(fy), width)))
		}
		f.x, f.y = x.solve(), y.solve()
		width = max(1, width*0.7)
	}
}

// quadraticRow is a block that the field is fitted to.
type quadraticRow struct {
	basis [6]float64 // at its middle
	block *Block
}

func (f *quadraticField) rows(blocks []Block) []quadraticRow {
	rows := make([]quadraticRow, 0, len(blocks))
	for i := range blocks {
		if b := &blocks[i]; b.comparable && b.Correlation >= looseCorrelation {
			rows = append(rows, quadraticRow{f.basis(b.center()), b})
		}
	}
	return rows
}

// falloff is the weight of a deviation.
func falloff(d, width float32) float32 {
	d /= width
	return 1 / ((1 + d*d) * (1 + d*d))
}

// quadraticSystem is the normal matrix (lower triangle) and right side of the fit
// of one component.
type quadraticSystem struct {
	a [6][6]float64
	b [6]float64
}

func (s *quadraticSystem) add(row *[6]float64, value, weight float64) {
	for r, v := range row {
		wv := weight * v
		for c, u := range row[:r+1] {
			s.a[r][c] += wv * u
		}
		s.b[r] += wv * value
	}
}

func (s *quadraticSystem) solve() [6]float64 {
	s.a[0][0] += 1e-9
	for i := 1; i < 6; i++ {
		s.a[i][i] += quadraticRidge
	}
	return SolveSix(&s.a, s.b)
}

// SolveSix solves a symmetric positive definite system given by its lower
// triangle.
func SolveSix(a *[6][6]float64, b [6]float64) [6]float64 {
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
		if b := &blocks[i]; b.comparable && b.Correlation > looseCorrelation {
			xs, ys = append(xs, b.DX), append(ys, b.DY)
		}
	}
	return quantile(xs, 0.5), quantile(ys, 0.5)
}
