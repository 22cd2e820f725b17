package imaging

import (
	"encoding/binary"
	"fmt"
)

// ResizeArea scales the picture to w by h pixels. Every new pixel is the mean of the
// rectangle of the old picture that it covers, where parts of pixels count by their area,
// rounded to nearest (halves up). The arithmetic is exact. The networks' input is made by
// it. It equals OpenCV's INTER_AREA if both axes shrink or both grow.
//
// It panics if a side, old or new, is not positive.
func ResizeArea(src *Image, w, h int) *Image {
	checkSizes(src, w, h)
	out := NewImage(w, h)
	if src.W == 2*w && src.H == 2*h { // photos mostly are
		for y := range h {
			halveRows(out.row(y), src.row(2*y), src.row(2*y+1))
		}
		return out
	}
	columns, rows := areaSpans(src.W, w), areaSpans(src.H, h)
	sums := make([]uint32, 3*src.W)
	mean := 1 / (float64(columns[0].total()) * float64(rows[0].total()))
	for y, span := range rows {
		sumRows(sums, src, span)
		averageRow(out.row(y), sums, columns, mean)
	}
	return out
}

// halveRows makes one row of the pixels of two, each the mean of four.
func halveRows(out, above, below []byte) {
	for i := 0; i+3 <= len(out); i += 3 {
		a, b, to := (*[6]byte)(above[2*i:]), (*[6]byte)(below[2*i:]), (*[3]byte)(out[i:])
		for c := range to {
			to[c] = byte((int(a[c]) + int(a[c+3]) + int(b[c]) + int(b[c+3]) + 2) >> 2)
		}
	}
}

// areaSpan says which old samples along one axis a new one covers: those from first to last,
// both included. The first and last have the weights head and tail, those between inner. With
// n old and m new samples, integer weights give an old sample the total m and a new one n.
type areaSpan struct {
	first, last       int
	head, inner, tail uint32 // tail is 0 if first = last
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

// total is the sum of the span's weights, the same for all spans of an axis.
func (s areaSpan) total() uint64 {
	return uint64(s.head) + uint64(s.inner)*uint64(max(0, s.last-s.first-1)) + uint64(s.tail)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// sumRows sets sums to the weighted sums of the samples of the rows in a span,
// column by column. A sum is less than 256 times the picture's height.
func sumRows(sums []uint32, src *Image, span areaSpan) {
	stride := 3 * src.W
	at := 0
	for ; at+8 <= stride; at += 8 {
		sumEightColumns((*[8]uint32)(sums[at:]), src.Pix[at:], stride, span)
	}
	for ; at < stride; at++ {
		inner := uint32(0)
		for y := span.first + 1; y < span.last; y++ {
			inner += uint32(src.Pix[y*stride+at])
		}
		sums[at] = inner*span.inner + span.head*uint32(src.Pix[span.first*stride+at]) +
			span.tail*uint32(src.Pix[span.last*stride+at])
	}
}

// sumEightColumns is sumRows for the eight columns at the start of pix. A word contains
// several sums: four of 16 bits while rows of equal weight are added, two of 32 bits when
// the weights are applied. Every picture for the network is scaled by it, and one column at
// a time takes twice as long: BenchmarkResizeArea.
func sumEightColumns(sums *[8]uint32, pix []byte, stride int, span areaSpan) {
	const (
		fourLanes = 0x00FF00FF00FF00FF
		twoLanes  = 0x0000FFFF0000FFFF
		twoBytes  = 0x000000FF000000FF
		fits      = 257 // rows of 255 whose sum fits in 16 bits
	)
	var w0, w1, w2, w3 uint64 // w0 holds the columns 0 and 4, w1 1 and 5 ...
	for y := span.first + 1; y < span.last; {
		var even, odd uint64
		for end := min(y+fits, span.last); y < end; y++ {
			v := binary.LittleEndian.Uint64(pix[y*stride:])
			even += v & fourLanes
			odd += v >> 8 & fourLanes
		}
		w0, w2 = w0+even&twoLanes, w2+even>>16&twoLanes
		w1, w3 = w1+odd&twoLanes, w3+odd>>16&twoLanes
	}
	top := binary.LittleEndian.Uint64(pix[span.first*stride:])
	bottom := binary.LittleEndian.Uint64(pix[span.last*stride:])
	inner, head, tail := uint64(span.inner), uint64(span.head), uint64(span.tail)
	w0 = w0*inner + top&twoBytes*head + bottom&twoBytes*tail
	w1 = w1*inner + top>>8&twoBytes*head + bottom>>8&twoBytes*tail
	w2 = w2*inner + top>>16&twoBytes*head + bottom>>16&twoBytes*tail
	w3 = w3*inner + top>>24&twoBytes*head + bottom>>24&twoBytes*tail
	sums[0], sums[1], sums[2], sums[3] = uint32(w0), uint32(w1), uint32(w2), uint32(w3)
	sums[4], sums[5], sums[6], sums[7] = uint32(w0>>32), uint32(w1>>32), uint32(w2>>32), uint32(w3>>32)
}

// averageRow fills a row of the result from the weighted sums of the rows that it covers.
// mean is 1 divided by the total weight of a new pixel.
func averageRow(dst []byte, sums []uint32, columns []areaSpan, mean float64) {
	for x, span := range columns {
		first, last := 3*span.first, 3*span.last
		var r, g, b uint64
		for i := first + 3; i < last; i += 3 {
			p := sums[i : i+3 : i+3]
			r, g, b = r+uint64(p[0]), g+uint64(p[1]), b+uint64(p[2])
		}
		p, q, out := sums[first:first+3:first+3], sums[last:last+3:last+3], dst[3*x:3*x+3:3*x+3]
		inner, head, tail := uint64(span.inner), uint64(span.head), uint64(span.tail)
		out[0] = scaled(r*inner+head*uint64(p[0])+tail*uint64(q[0]), mean)
		out[1] = scaled(g*inner+head*uint64(p[1])+tail*uint64(q[1]), mean)
		out[2] = scaled(b*inner+head*uint64(p[2])+tail*uint64(q[2]), mean)
	}
}

// scaled rounds sum*mean, a sample, to nearest. Sums stay below 1<<53: see
// maxSide.
func scaled(sum uint64, mean float64) byte { return byte(int(float64(int64(sum))*mean + 0.5)) }

// Resize scales the picture to w by h pixels: an axis that shrinks by area (as
// [ResizeArea]), one that grows by linear interpolation between pixel centres. If the size
// does not change, it returns src itself. It panics if a side, old or new, is not positive.
func Resize(src *Image, w, h int) *Image {
	checkSizes(src, w, h)
	if w < src.W || h < src.H {
		src = ResizeArea(src, min(w, src.W), min(h, src.H))
	}
	if w == src.W && h == src.H {
		return src
	}
	return enlarge(src, w, h)
}

// FitWithin reduces the picture, with its aspect ratio, to a longer side of at most side
// pixels. A picture that fits is returned itself.
func FitWithin(src *Image, side int) *Image {
	long := max(src.W, src.H)
	if long <= side {
		return src
	}
	scaled := func(n int) int { return max(1, (n*side+long/2)/long) }
	return ResizeArea(src, scaled(src.W), scaled(src.H))
}

// tapBits is the precision of interpolation: 2*tapBits+8 bits must fit in 32.
const tapBits = 11

// enlarge interpolates linearly in both axes.
func enlarge(src *Image, w, h int) *Image {
	out := NewImage(w, h)
	columns, rows := linearTaps(src.W, w), linearTaps(src.H, h)
	// upper and lower are the two old rows around a new one, scaled to the new width.
	upper, lower := make([]uint32, 3*w), make([]uint32, 3*w)
	held := -2 // index of the old row in upper; none yet
	for y, v := range rows {
		switch v.first {
		case held:
		case held + 1:
			upper, lower = lower, upper
			stretch(lower, src.row(v.second), columns)
		default:
			stretch(upper, src.row(v.first), columns)
			stretch(lower, src.row(v.second), columns)
		}
		held = v.first
		dst := out.row(y)
		for i, a := range upper[:len(dst)] {
			sum := a*(1<<tapBits-v.weight) + lower[i]*v.weight
			dst[i] = byte((sum + 1<<(2*tapBits-1)) >> (2 * tapBits))
		}
	}
	return out
}

// stretch interpolates a row; the result is scaled by 1<<tapBits.
func stretch(dst []uint32, row []byte, columns []linearTap) {
	for x, u := range columns {
		a, b, out := row[3*u.first:][:3], row[3*u.second:][:3], dst[3*x:][:3]
		for c := range out {
			out[c] = (1<<tapBits-u.weight)*uint32(a[c]) + u.weight*uint32(b[c])
		}
	}
}

// linearTap is a pair of old samples; the second counts weight / 1<<tapBits.
type linearTap struct {
	first, second int
	weight        uint32
}

// linearTaps returns the taps of m new samples over n old ones. The centre of sample i is at
// i+0.5; beyond the outermost centres the outermost samples are repeated.
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

func checkSizes(src *Image, w, h int) {
	if src.W <= 0 || src.H <= 0 || w <= 0 || h <= 0 {
		panic(fmt.Sprintf("imaging: resize %d x %d to %d x %d pixels", src.W, src.H, w, h))
	}
}
