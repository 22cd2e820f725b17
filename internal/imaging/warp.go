package imaging

import (
	"math"
	"sync"

	"exemplar/internal/planar"
)

// Warp returns a w x h picture whose pixel (x, y) is src at the point m*(x, y, 1),
// interpolated bilinearly. Outside src the nearest pixel is repeated. If the map reduces src,
// src is first reduced by averaging, to avoid aliasing.
//
// It panics if w or h is less than 1.
func Warp(src *Image, m planar.Homography, w, h int) *Image { return NewHalves(src).Warp(m, w, h) }

// Halves is a picture of which several parts are wanted: what they need of it at half its size,
// at a quarter and so on is made once. It may be used by several goroutines.
type Halves struct {
	mu     sync.Mutex
	levels []*Image // the picture, and each halved
}

// NewHalves keeps the picture, which must not be changed.
func NewHalves(src *Image) *Halves { return &Halves{levels: []*Image{src}} }

// Level is the picture, halved so many times, which must not be changed. It panics where a side would
// be none.
func (s *Halves) Level(times int) *Image {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.levels) <= times {
		last := s.levels[len(s.levels)-1]
		s.levels = append(s.levels, ResizeArea(last, last.W/2, last.H/2))
	}
	return s.levels[times]
}

// Warp is [Warp] of the picture.
func (s *Halves) Warp(m planar.Homography, w, h int) *Image {
	times := 0
	src := s.Level(times)
	checkSizes(src, w, h)
	for step := coarsest(m, w, h); step >= 2 && min(src.W, src.H) >= 4; step /= 2 {
		times++
		half := s.Level(times)
		toHalf := planar.Resizing(float64(half.W)/float64(src.W), float64(half.H)/float64(src.H))
		m = toHalf.Multiply(&m)
		src = half
	}
	if src.W < 2 || src.H < 2 { // so that there are four pixels about each point
		src = Resize(src, max(2, src.W), max(2, src.H))
	}
	dst := NewImage(w, h)
	for y := range h {
		src.warpRow(dst.row(y), &m, float64(y))
	}
	return dst
}

// warpRow fills the row y of the result.
func (m *Image) warpRow(dst []byte, t *planar.Homography, y float64) {
	tx, ty, tz := t[1]*y, t[4]*y, t[7]*y
	maxX, maxY, stride := float64(m.W-1), float64(m.H-1), 3*m.W
	for i, at := 0, 0.0; i+3 <= len(dst); i, at = i+3, at+1 {
		z := t[6]*at + tz + t[8]
		px, py := clampTo((t[0]*at+tx+t[2])/z, maxX), clampTo((t[3]*at+ty+t[5])/z, maxY)
		x0, y0 := min(int(px), m.W-2), min(int(py), m.H-2)
		fx, fy := float32(px-float64(x0)), float32(py-float64(y0))
		gx, gy := 1-fx, 1-fy
		from := y0*stride + 3*x0
		a, b, out := m.Pix[from:][:6], m.Pix[from+stride:][:6], dst[i:][:3]
		out[0] = byte(int32((levels[a[0]]*gx+levels[a[3]]*fx)*gy + (levels[b[0]]*gx+levels[b[3]]*fx)*fy + 0.5))
		out[1] = byte(int32((levels[a[1]]*gx+levels[a[4]]*fx)*gy + (levels[b[1]]*gx+levels[b[4]]*fx)*fy + 0.5))
		out[2] = byte(int32((levels[a[2]]*gx+levels[a[5]]*fx)*gy + (levels[b[2]]*gx+levels[b[5]]*fx)*fy + 0.5))
	}
}

// coarsest is the least step in src, in pixels, for a step of one pixel at the middle of the
// result.
func coarsest(m planar.Homography, w, h int) float64 {
	cx, cy := float64(w)/2, float64(h)/2
	at, right, below := m.Apply(planar.Pt(cx, cy)), m.Apply(planar.Pt(cx+1, cy)), m.Apply(planar.Pt(cx, cy+1))
	return min(math.Hypot(right.X-at.X, right.Y-at.Y), math.Hypot(below.X-at.X, below.Y-at.Y))
}

// levels are the numbers from 0 to 255 as floats. Looking them up is faster than converting.
var levels = func() (of [256]float32) {
	for i := range of {
		of[i] = float32(i)
	}
	return of
}()

// clampTo limits v to [0, limit]; NaN becomes 0.
func clampTo(v, limit float64) float64 {
	if !(v > 0) {
		return 0
	}
	if v > limit { // faster than min, which treats NaN specially
		return limit
	}
	return v
}
