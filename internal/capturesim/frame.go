package capturesim

import (
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/reuse"
)

// frame is a picture in the form that the simulator works on. A pixel is one word with a
// channel in each of three 16-bit lanes, red in the lowest. One multiplication by a
// weight of at most 256 serves all channels. Words that are added with weights that sum
// to 256 do not overflow from one lane into the next. Training waits for captures:
// BenchmarkView.
type frame struct {
	w, h int
	px   []uint64
}

const (
	laneOnes = 0x0001_0001_0001          // 1 in every lane
	laneMask = 0x00ff * uint64(laneOnes) // the 8 bits of every lane
	laneHalf = 0x0080 * uint64(laneOnes) // one half, before a shift by 8
)

func pixel(r, g, b uint64) uint64 { return r | g<<16 | b<<32 }

// channels takes a pixel apart.
func channels(p uint64) (r, g, b uint64) { return p & 255, p >> 16 & 255, p >> 32 & 255 }

// lerp returns a + (b-a)*t/256 in every lane; t is at most 256.
func lerp(a, b, t uint64) uint64 { return (a*(256-t) + b*t + laneHalf) >> 8 & laneMask }

// gained returns p*f/128 in every lane, at most 255; f is at most 256.
func gained(p, f uint64) uint64 {
	p = p * f >> 7 & (0x1ff * laneOnes)
	return (p | (p>>8&laneOnes)*255) & laneMask
}

// resize makes f w by h pixels large. The pixels are undefined.
func (f *frame) resize(w, h int) {
	f.w, f.h, f.px = w, h, reuse.Slice(f.px, w*h)
}

func (f *frame) row(y int) []uint64 { return f.px[y*f.w : (y+1)*f.w] }

// load fills f with a picture.
func (f *frame) load(m *imaging.Image) {
	f.resize(m.W, m.H)
	pix := m.Pix
	for i := range f.px {
		p := pix[3*i : 3*i+3 : 3*i+3]
		f.px[i] = pixel(uint64(p[0]), uint64(p[1]), uint64(p[2]))
	}
}

// loadHalf fills f with a picture at half its size, as halve would.
func (f *frame) loadHalf(m *imaging.Image) {
	f.resize(max(1, m.W/2), max(1, m.H/2))
	right, below := 3, 3*m.W
	if m.W == 1 {
		right = 0
	}
	if m.H == 1 {
		below = 0
	}
	for y := range f.h {
		out := f.row(y)
		upper, lower := m.Pix[6*m.W*y:], m.Pix[6*m.W*y+below:]
		for x := range out {
			i := 6 * x
			sum := func(c int) uint64 {
				return (uint64(upper[i+c]) + uint64(upper[i+right+c]) + uint64(lower[i+c]) + uint64(lower[i+right+c]) + 2) >> 2
			}
			out[x] = pixel(sum(0), sum(1), sum(2))
		}
	}
}

// store writes f as bytes, RGB.
func (f *frame) store(dst []byte) {
	for i, p := range f.px {
		d := dst[3*i : 3*i+3 : 3*i+3]
		d[0], d[1], d[2] = byte(p), byte(p>>16), byte(p>>32)
	}
}

// image returns f as a picture.
func (f *frame) image() *imaging.Image {
	m := imaging.NewImage(f.w, f.h)
	f.store(m.Pix)
	return m
}

func (f *frame) fill(p uint64) {
	for i := range f.px {
		f.px[i] = p
	}
}

// halve sets dst to f at half the size, by averaging 2 x 2 pixels. A last odd
// row or column is left out, unless it is the only one.
func (f *frame) halve(dst *frame) {
	dst.resize(max(1, f.w/2), max(1, f.h/2))
	right, below := 1, f.w
	if f.w == 1 {
		right = 0
	}
	if f.h == 1 {
		below = 0
	}
	for y := range dst.h {
		out := dst.row(y)
		for x := range out {
			i := 2*y*f.w + 2*x
			sum := f.px[i] + f.px[i+right] + f.px[i+below] + f.px[i+below+right]
			out[x] = (sum + 2*laneOnes) >> 2 & laneMask
		}
	}
}

// areaTaps says which source samples, from first on and with which weights
// (sum 256), make one sample of a smaller row.
type areaTaps struct {
	first   int
	weights []uint64
}

// shrinkTaps lists the taps that reduce n samples to m by exact area.
func shrinkTaps(n, m int) []areaTaps {
	taps := make([]areaTaps, m)
	for i := range taps {
		from, to := float64(i)*float64(n)/float64(m), float64(i+1)*float64(n)/float64(m)
		first, last := int(from), min(n-1, int(to-1e-9))
		t := areaTaps{first, make([]uint64, last-first+1)}
		left, largest := uint64(256), 0
		for k := range t.weights {
			share := min(to, float64(first+k+1)) - max(from, float64(first+k))
			w := min(left, uint64(share/(to-from)*256+0.5))
			t.weights[k] = w
			left -= w
			if w > t.weights[largest] {
				largest = k
			}
		}
		t.weights[largest] += left
		taps[i] = t
	}
	return taps
}

// shrink sets dst, whose size is given and not larger than f's, to f reduced
// by area. tmp is scratch. Weights are rounded to 256ths, which [imaging.ResizeArea]
// does not do; that one takes a fifth longer here, both ways of conversion counted,
// and would change every capture.
func (f *frame) shrink(dst, tmp *frame, w, h int) {
	tmp.resize(w, f.h)
	columns, rows := shrinkTaps(f.w, w), shrinkTaps(f.h, h)
	for y := range f.h {
		src, out := f.row(y), tmp.row(y)
		for x, t := range columns {
			sum := uint64(laneHalf)
			for k, weight := range t.weights {
				sum += src[t.first+k] * weight
			}
			out[x] = sum >> 8 & laneMask
		}
	}
	dst.resize(w, h)
	for y, t := range rows {
		out := dst.row(y)
		for x := range out {
			sum := uint64(laneHalf)
			for k, weight := range t.weights {
				sum += tmp.px[(t.first+k)*w+x] * weight
			}
			out[x] = sum >> 8 & laneMask
		}
	}
}

// enlarge sets f, whose size is kept, to src stretched over it, bilinear.
func (f *frame) enlarge(src *frame) {
	sx, sy := float64(src.w)/float64(f.w), float64(src.h)/float64(f.h)
	warp(f, src, planar.Homography{sx, 0, 0, 0, sy, 0, 0, 0, 1}, replicate)
}
