package imaging

import "fmt"

// ResizeArea scales the picture to w by h pixels, each axis by itself. Every
// new pixel is the mean of the rectangle of the old picture that it covers,
// parts of pixels counted by their area, rounded to nearest (halves up). The
// arithmetic is exact. It is the antialiasing filter of the networks' input
// and equals OpenCV's INTER_AREA wherever both axes shrink or both grow.
//
// It panics when a side, old or new, is not positive.
func ResizeArea(src *Image, w, h int) *Image {
	checkSizes("resize", src, w, h)
	out := NewImage(w, h)
	columns, rows := areaSpans(src.W, w), areaSpans(src.H, h)
	sums := make([]uint32, 3*src.W)
	mean := 1 / (float64(columns[0].total()) * float64(rows[0].total()))
	for y, span := range rows {
		clear(sums)
		span.each(func(at int, weight uint32) {
			for i, v := range src.row(at) {
				sums[i] += weight * uint32(v)
			}
		})
		averageRow(out.row(y), sums, columns, mean)
	}
	return out
}

// averageRow fills a row of the result from the weighted sums of the rows it
// covers.
func averageRow(dst []byte, sums []uint32, columns []areaSpan, mean float64) {
	for x, span := range columns {
		var r, g, b uint64
		span.each(func(at int, weight uint32) {
			s := sums[3*at : 3*at+3 : 3*at+3]
			r += uint64(weight) * uint64(s[0])
			g += uint64(weight) * uint64(s[1])
			b += uint64(weight) * uint64(s[2])
		})
		dst[3*x] = byte(float64(r)*mean + 0.5)
		dst[3*x+1] = byte(float64(g)*mean + 0.5)
		dst[3*x+2] = byte(float64(b)*mean + 0.5)
	}
}

// areaSpan says which old samples along one axis a new one covers: those from
// first to last, both included. The ends count with weights of their own,
// those between with inner. All are integers: with n old and m new samples an
// old one is worth m, divided among the new ones, and a new one n.
type areaSpan struct {
	first, last       int
	head, inner, tail uint32
}

// areaSpans returns the spans of m new samples over n old ones. Both counts
// are divided by their greatest common divisor to keep weights small.
func areaSpans(n, m int) []areaSpan {
	spans := make([]areaSpan, m)
	common := gcd(n, m)
	old, unit := n/common, m/common
	for i := range spans {
		from, to := i*old, (i+1)*old // in units of 1/unit of an old sample
		s := areaSpan{first: from / unit, last: (to - 1) / unit, inner: uint32(unit)}
		if s.first == s.last {
			s.head = uint32(old)
		} else {
			s.head, s.tail = uint32((s.first+1)*unit-from), uint32(to-s.last*unit)
		}
		spans[i] = s
	}
	return spans
}

// each calls f with every old sample and its weight.
func (s areaSpan) each(f func(at int, weight uint32)) {
	f(s.first, s.head)
	for at := s.first + 1; at < s.last; at++ {
		f(at, s.inner)
	}
	if s.last > s.first {
		f(s.last, s.tail)
	}
}

// total is the sum of the span's weights, the same for all spans of an axis.
func (s areaSpan) total() uint64 {
	if s.first == s.last {
		return uint64(s.head)
	}
	return uint64(s.head) + uint64(s.inner)*uint64(s.last-s.first-1) + uint64(s.tail)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Resize scales the picture to w by h pixels: an axis that shrinks by area
// (as [ResizeArea]), one that grows by linear interpolation between pixel
// centres. It panics when a side, old or new, is not positive.
func Resize(src *Image, w, h int) *Image {
	checkSizes("resize", src, w, h)
	if w < src.W || h < src.H {
		src = ResizeArea(src, min(w, src.W), min(h, src.H))
	}
	if w == src.W && h == src.H {
		return src
	}
	return enlarge(src, w, h)
}

// FitWithin scales the picture down so that its longer side is at most side
// pixels, keeping its proportions. A picture that fits is returned as it is.
func FitWithin(src *Image, side int) *Image {
	long := max(src.W, src.H)
	if long <= side {
		return src
	}
	scaled := func(n int) int { return max(1, (n*side+long/2)/long) }
	return ResizeArea(src, scaled(src.W), scaled(src.H))
}

// enlarge interpolates linearly in both axes; pixel centres lie at +0.5.
func enlarge(src *Image, w, h int) *Image {
	out := NewImage(w, h)
	columns, rows := linearTaps(src.W, w), linearTaps(src.H, h)
	for y, v := range rows {
		upper, lower, dst := src.row(v.first), src.row(v.second), out.row(y)
		for x, u := range columns {
			for c := range 3 {
				a, b := 3*u.first+c, 3*u.second+c
				top := (1<<tapBits-u.weight)*uint32(upper[a]) + u.weight*uint32(upper[b])
				bottom := (1<<tapBits-u.weight)*uint32(lower[a]) + u.weight*uint32(lower[b])
				sum := (1<<tapBits-v.weight)*top + v.weight*bottom
				dst[3*x+c] = byte((sum + 1<<(2*tapBits-1)) >> (2 * tapBits))
			}
		}
	}
	return out
}

// tapBits is the precision of interpolation: 2*tapBits+8 bits must fit in 32.
const tapBits = 11

// linearTap is a pair of old samples; the second counts weight / 1<<tapBits.
type linearTap struct {
	first, second int
	weight        uint32
}

func linearTaps(n, m int) []linearTap {
	taps := make([]linearTap, m)
	for i := range taps {
		at := (float64(i)+0.5)*float64(n)/float64(m) - 0.5
		at = min(max(at, 0), float64(n-1))
		first := int(at)
		taps[i] = linearTap{first, min(first+1, n-1), uint32((at-float64(first))*(1<<tapBits) + 0.5)}
	}
	return taps
}

func checkSizes(what string, src *Image, w, h int) {
	if src.W <= 0 || src.H <= 0 || w <= 0 || h <= 0 {
		panic(fmt.Sprintf("imaging: %s %d x %d to %d x %d pixels", what, src.W, src.H, w, h))
	}
}
