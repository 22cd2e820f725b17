package emblem

import (
	"image"
	"math"
	"sync"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// A template is compared in thousands of places while an emblem is looked for. All places
// along a row are compared at once, so that vectors of them are added up. Levels at half size are
// quarters, of which float64 holds all sums, and float32 those of exactSums products: the
// order of the sums makes no difference, and the result is that of [template.correlation] in each
// place, but for what float32 rounds of the differences from the mean.

const (
	// middle is subtracted from levels of the reference, so that products are small.
	middle = 128
	// exactSums products of a level and one less middle are below 2^20 in quarters of quarters,
	// which float32 holds.
	exactSums = 32
)

// best is where a picture of the same width shows every step-th pixel of a rectangle of the
// reference best, among shifts, and how well: 0 where it shows it nowhere. Shifts are whole
// pixels, by which the rectangle stays in the picture.
func (s small) best(of image.Rectangle, step int, photo small, shifts image.Rectangle) (correlation float64, at image.Point) {
	t := s.template(of, step)
	if t.squares == 0 || shifts.Empty() {
		return 0, at
	}
	m := searches.Get().(*search)
	defer searches.Put(m)
	m.take(s, of, step, photo, shifts)
	n := float64(len(t.at))
	offset := middle - float64(t.mean)
	for dy := shifts.Min.Y; dy < shifts.Max.Y; dy++ {
		m.multiply(dy)
		sums, squares := m.sumsAt(m.under[0], m.sums, dy), m.sumsAt(m.under[1], m.squares, dy)
		for i, product := range m.products {
			sum := sums[i]
			spread := squares[i] - sum*sum/n
			if spread <= blank*blank*n {
				continue
			}
			if c := (product + offset*sum) / math.Sqrt(spread*t.squares); c > correlation {
				correlation, at = c, image.Pt(shifts.Min.X+i, dy)
			}
		}
	}
	return correlation, at
}

// search is the memory of a search.
type search struct {
	photo  small
	of     image.Rectangle
	step   int
	shifts image.Rectangle

	down      int          // pixels of the template in a column
	values    []float32    // of the template, less middle, row by row
	sums      []float64    // of the levels of the template's pixels in each row of the photo, by shift: see sumsAt
	squares   []float64    // the same of their squares
	under     [2][]float64 // sums and squares of all of the template's pixels, by shift across
	products  []float64    // of the template and the photo, by shift across
	partly    []float32    // the same, of the last few
	firstRow  int          // of the photo that is looked at
	totalRows int
}

var searches = sync.Pool{New: func() any { return new(search) }}

// take prepares a search.
func (m *search) take(s small, of image.Rectangle, step int, photo small, shifts image.Rectangle) {
	m.photo, m.of, m.step, m.shifts = photo, of, step, shifts
	m.values, m.down = m.values[:0], 0
	for y := of.Min.Y; y < of.Max.Y; y += step {
		m.down++
		for x := of.Min.X; x < of.Max.X; x += step {
			m.values = append(m.values, s.pix[y*s.w+x]-middle)
		}
	}
	m.firstRow = of.Min.Y + shifts.Min.Y
	m.totalRows = shifts.Dy() + (m.down-1)*step
	m.products, m.partly = reuse.Slice(m.products, shifts.Dx()), reuse.Slice(m.partly, shifts.Dx())
	for i := range m.under {
		m.under[i] = reuse.Slice(m.under[i], shifts.Dx())
	}
	m.sumRows()
}

// across is the number of the template's pixels in a row.
func (m *search) across() int { return len(m.values) / m.down }

// sumRows adds up what lies under the template in each row, and in those above it that it
// takes pixels of as well.
func (m *search) sumRows() {
	wide := m.shifts.Dx()
	m.sums, m.squares = reuse.Slice(m.sums, m.totalRows*wide), reuse.Slice(m.squares, m.totalRows*wide)
	for y := range m.totalRows {
		row := m.photo.pix[(m.firstRow+y)*m.photo.w+m.of.Min.X+m.shifts.Min.X:]
		sums, squares := m.sums[y*wide:][:wide], m.squares[y*wide:][:wide]
		for i := range sums {
			if i >= m.step {
				in, out := float64(row[i+(m.across()-1)*m.step]), float64(row[i-m.step])
				sums[i], squares[i] = sums[i-m.step]+in-out, squares[i-m.step]+in*in-out*out
				continue
			}
			sum, square := 0.0, 0.0
			for k := range m.across() {
				v := float64(row[i+k*m.step])
				sum, square = sum+v, square+v*v
			}
			sums[i], squares[i] = sum, square
		}
	}
	for y := m.step; y < m.totalRows; y++ {
		for i := range wide {
			m.sums[y*wide+i] += m.sums[(y-m.step)*wide+i]
			m.squares[y*wide+i] += m.squares[(y-m.step)*wide+i]
		}
	}
}

// sumsAt are those of all of the template's pixels, by shift across: of the rows up to its last
// one, less those above its first. They are in out, or in of.
func (m *search) sumsAt(out, of []float64, dy int) []float64 {
	wide := m.shifts.Dx()
	first := dy - m.shifts.Min.Y
	last := of[(first+(m.down-1)*m.step)*wide:][:wide]
	if first < m.step {
		return last
	}
	before := of[(first-m.step)*wide:][:wide]
	for i := range out {
		out[i] = last[i] - before[i]
	}
	return out
}

// multiply sets the products for a shift down.
func (m *search) multiply(dy int) {
	clear(m.products)
	clear(m.partly)
	wide, n := m.shifts.Dx(), 0
	for i, v := range m.values {
		y, x := i/m.across(), i%m.across()
		at := (m.of.Min.Y+dy+y*m.step)*m.photo.w + m.of.Min.X + m.shifts.Min.X + x*m.step
		kernel.AddScaled(m.partly, m.photo.pix[at:][:wide], v)
		if n++; n == exactSums || i == len(m.values)-1 {
			n = 0
			for k, p := range m.partly {
				m.products[k] += float64(p)
			}
			clear(m.partly)
		}
	}
}
