package imaging

import "math"

// Warp returns a w x h picture whose pixel at (x, y) is src seen through the
// homography m (row-major, pixel centres on integers): the point
// m*(x, y, 1). What falls outside src takes its nearest pixel. Where the map
// shrinks, src is averaged down first, so that nothing aliases.
//
// It panics if w or h is less than 1.
func Warp(src *Image, m [9]float64, w, h int) *Image {
	checkSizes(src, w, h)
	for step := coarsest(m, w, h); step >= 2 && min(src.W, src.H) >= 4; step /= 2 {
		half := ResizeArea(src, src.W/2, src.H/2)
		m = resized(m, float64(half.W)/float64(src.W), float64(half.H)/float64(src.H))
		src = half
	}
	dst := NewImage(w, h)
	for y := range h {
		row := dst.row(y)
		for x := range w {
			px, py := project(&m, float64(x), float64(y))
			src.bilinear(row[3*x:3*x+3], px, py)
		}
	}
	return dst
}

// coarsest is the smallest step in src, in pixels, that a step of one pixel in
// the result makes at its middle.
func coarsest(m [9]float64, w, h int) float64 {
	cx, cy := float64(w)/2, float64(h)/2
	x0, y0 := project(&m, cx, cy)
	x1, y1 := project(&m, cx+1, cy)
	x2, y2 := project(&m, cx, cy+1)
	return min(math.Hypot(x1-x0, y1-y0), math.Hypot(x2-x0, y2-y0))
}

// resized follows m by a change of size with pixel edges kept in place.
func resized(m [9]float64, sx, sy float64) [9]float64 {
	for i := range 3 {
		m[i] = m[i]*sx + m[6+i]*(sx-1)/2
		m[3+i] = m[3+i]*sy + m[6+i]*(sy-1)/2
	}
	return m
}

func project(m *[9]float64, x, y float64) (px, py float64) {
	z := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / z, (m[3]*x + m[4]*y + m[5]) / z
}

// bilinear writes the colour of m at a point between pixels.
func (m *Image) bilinear(dst []byte, x, y float64) {
	x, y = clampTo(x, float64(m.W-1)), clampTo(y, float64(m.H-1))
	x0, y0 := min(int(x), max(m.W-2, 0)), min(int(y), max(m.H-2, 0))
	fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
	right, down := 3*min(1, m.W-1), 3*m.W*min(1, m.H-1)
	at := 3 * (y0*m.W + x0)
	a, b := m.Pix[at:][:3], m.Pix[at+right:][:3]
	c, d := m.Pix[at+down:][:3], m.Pix[at+down+right:][:3]
	gx, gy := 1-fx, 1-fy
	dst = dst[:3]
	dst[0] = byte(int32((levels[a[0]]*gx+levels[b[0]]*fx)*gy + (levels[c[0]]*gx+levels[d[0]]*fx)*fy + 0.5))
	dst[1] = byte(int32((levels[a[1]]*gx+levels[b[1]]*fx)*gy + (levels[c[1]]*gx+levels[d[1]]*fx)*fy + 0.5))
	dst[2] = byte(int32((levels[a[2]]*gx+levels[b[2]]*fx)*gy + (levels[c[2]]*gx+levels[d[2]]*fx)*fy + 0.5))
}

// levels are the numbers from 0 to 255: to look them up is quicker than to
// convert them.
var levels = func() (of [256]float32) {
	for i := range of {
		of[i] = float32(i)
	}
	return of
}()

// clampTo limits v to [0, limit]; what is no number becomes 0.
func clampTo(v, limit float64) float64 {
	if !(v > 0) {
		return 0
	}
	if v > limit { // quicker than min, which minds what is no number
		return limit
	}
	return v
}
