package changedetect

import (
	"math"

	"exemplar/internal/cellnet"
	"exemplar/internal/imaging"
	"exemplar/internal/reuse"
)

// What the network sees is each picture less its mean around, in units of its
// deviation around: light, shadow, ink and contrast no longer matter. Mean and
// variance are those of the 5x5 cells about a cell, interpolated between the
// middles of cells. A deviation of softness grey levels is added (in squares),
// so that what is blank stays near zero.
const (
	refSoftness  = 8 // at full brightness
	laidSoftness = 2 // at half: a photo has more contrast to lose

	around = 2 // cells on each side
)

// minDeviation is that of the reference, in grey levels, over the 16x16 pixels
// about a cell from which on there is print to be compared.
const minDeviation = 6

// block is the side of the squares that a picture is summed up in: cells, and
// the 16x16 pixels about them, are made of them.
const block = Cell / 2

// sums are the sums of pixels and of their squares over blocks of a picture, and
// over the blocks just outside, where its edges go on.
type sums struct {
	columns, rows int // with those outside
	pixels        []int32
	squares       []int32
}

// take sums up the first w x h pixels of a picture, multiples of [Cell].
func (s *sums) take(g *imaging.Gray, w, h int) {
	s.columns, s.rows = w/block+2, h/block+2
	s.pixels, s.squares = reuse.Slice(s.pixels, s.columns*s.rows), reuse.Slice(s.squares, s.columns*s.rows)
	clear(s.pixels)
	clear(s.squares)
	for j := range s.rows {
		pixels, squares := s.pixels[j*s.columns:][:s.columns], s.squares[j*s.columns:][:s.columns]
		for k := range block {
			y := min(max((j-1)*block+k, 0), h-1)
			addRow(pixels, squares, g.Pix[y*g.W:][:w])
		}
	}
}

// addRow adds a row of pixels to the sums of the blocks that it crosses.
func addRow(pixels, squares []int32, row []byte) {
	first, last := int32(row[0]), int32(row[len(row)-1])
	end := len(pixels) - 1
	pixels[0] += block * first
	squares[0] += block * first * first
	pixels[end] += block * last
	squares[end] += block * last * last
	for i := 1; i < end && len(row) >= block; i++ {
		a, b, c, d := int32(row[0]), int32(row[1]), int32(row[2]), int32(row[3])
		pixels[i] += a + b + c + d
		squares[i] += a*a + b*b + c*c + d*d
		row = row[block:]
	}
}

// judged says for every cell whether there is print about it.
func (s *sums) judged() []bool {
	const side, n = 4, 4 * 4 * block * block
	out := make([]bool, 0, (s.columns/2-1)*(s.rows/2-1))
	for y := 0; y+side <= s.rows; y += 2 {
		for x := 0; x+side <= s.columns; x += 2 {
			var sum, squares int64
			for j := range side {
				at := (y+j)*s.columns + x
				for i := range side {
					sum += int64(s.pixels[at+i])
					squares += int64(s.squares[at+i])
				}
			}
			out = append(out, n*squares-sum*sum > minDeviation*minDeviation*n*n)
		}
	}
	return out
}

// smoother turns sums into means and inverse deviations around cells.
type smoother struct {
	w, h             int     // cells
	cells            []int32 // a row of them
	pixels, squares  []int32 // sums over (1,5) cells, then (5,5)
	mean, inverse    []float32
	rowMean, rowGain []float32
}

// normalise writes one channel of the pair.
func (s *smoother) normalise(pair *cellnet.Grid, channel int, g *imaging.Gray, of *sums, softness float64) {
	s.smooth(of, softness)
	for y := range pair.H {
		v := cellnet.Between(y, pair.H, s.h)
		blend(s.rowMean, s.mean[v.Low*s.w:], s.mean[v.High*s.w:], v)
		blend(s.rowGain, s.inverse[v.Low*s.w:], s.inverse[v.High*s.w:], v)
		s.normaliseRow(pair.Row(y)[channel:], g.Pix[y*g.W:][:pair.W])
	}
}

// smooth fills in the means and the inverse deviations.
func (s *smoother) smooth(of *sums, softness float64) {
	s.w, s.h = of.columns/2-1, of.rows/2-1
	n := s.w * s.h
	s.pixels, s.squares = reuse.Slice(s.pixels, n), reuse.Slice(s.squares, n)
	s.mean, s.inverse = reuse.Slice(s.mean, n), reuse.Slice(s.inverse, n)
	s.rowMean, s.rowGain = reuse.Slice(s.rowMean, s.w), reuse.Slice(s.rowGain, s.w)
	s.sumRows(s.pixels, of.pixels, of.columns)
	s.sumRows(s.squares, of.squares, of.columns)
	const pixels = (2*around + 1) * (2*around + 1) * Cell * Cell
	for y := range s.h {
		for x := range s.w {
			var sum, squares int32
			for j := y - around; j <= y+around; j++ {
				at := min(max(j, 0), s.h-1)*s.w + x
				sum += s.pixels[at]
				squares += s.squares[at]
			}
			mean := float64(sum) / pixels
			variance := float64(squares)/pixels - mean*mean
			s.mean[y*s.w+x] = float32(mean)
			s.inverse[y*s.w+x] = float32(1 / math.Sqrt(variance+softness*softness))
		}
	}
}

// sumRows sums blocks up to cells, and those over the cells to both sides, where
// those at the edges stand for what is outside.
func (s *smoother) sumRows(out, blocks []int32, columns int) {
	s.cells = reuse.Slice(s.cells, s.w)
	cells := s.cells
	for y := range s.h {
		top, bottom := blocks[(2*y+1)*columns:][:columns], blocks[(2*y+2)*columns:][:columns]
		for x := range cells {
			cells[x] = top[2*x+1] + top[2*x+2] + bottom[2*x+1] + bottom[2*x+2]
		}
		for x := range cells {
			sum := int32(0)
			for i := x - around; i <= x+around; i++ {
				sum += cells[min(max(i, 0), s.w-1)]
			}
			out[y*s.w+x] = sum
		}
	}
}

// blend interpolates between two rows of cells.
func blend(out, low, high []float32, v cellnet.Mix) {
	low, high = low[:len(out)], high[:len(out)]
	for i := range out {
		out[i] = v.LowShare*low[i] + v.HighShare*high[i]
	}
}

// normaliseRow sets every second float of out. Between the middles of two cells
// mean and gain change linearly; half a cell before the first and after the last
// they stay.
func (s *smoother) normaliseRow(out []float32, row []byte) {
	const half = Cell / 2
	for i := 0; i <= s.w; i++ {
		l, r := max(i-1, 0), min(i, s.w-1)
		mean, gain := s.rowMean[l], s.rowGain[l]
		meanStep, gainStep := (s.rowMean[r]-mean)/Cell, (s.rowGain[r]-gain)/Cell
		mean, gain = mean+meanStep/2, gain+gainStep/2
		from, to := max(i*Cell-half, 0), min(i*Cell+half, len(row))
		for x, v := range row[from:to] {
			out[pictures*(from+x)] = (float32(v) - mean) * gain
			mean, gain = mean+meanStep, gain+gainStep
		}
	}
}
