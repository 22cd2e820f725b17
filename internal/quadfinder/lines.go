package quadfinder

import (
	"cmp"
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// edgeMap holds the edge pixels of a picture with the directions of their gradients.
type edgeMap struct {
	w, h   int
	weight []byte // 0 to edgeLevels; 0 where there is no edge
	normal []byte // direction of the gradient without its sign, in steps of pi/normals
}

const (
	normals    = 128
	minEdge    = 10 // least gradient by Sobel's operator, which is 8 times the slope
	fullEdge   = 36 // gradient from which on edges have full weight
	edgeLevels = 16
)

// findEdges finds the local maxima of the gradient along its direction, each in the
// colour channel with the largest gradient.
func findEdges(m *imaging.Image) *edgeMap {
	smooth := soften(m)
	e := &edgeMap{w: m.W, h: m.H, weight: make([]byte, m.W*m.H), normal: make([]byte, m.W*m.H)}
	size := make([]int32, m.W*m.H)
	gx, gy := make([]int16, m.W*m.H), make([]int16, m.W*m.H)
	stride := 3 * m.W
	for y := 1; y < m.H-1; y++ {
		for x := 1; x < m.W-1; x++ {
			i := y*m.W + x
			for c := range 3 {
				p := smooth[3*i+c-stride-3:]
				nw, n, ne := int32(p[0]), int32(p[3]), int32(p[6])
				west, east := int32(p[stride]), int32(p[stride+6])
				sw, s, se := int32(p[2*stride]), int32(p[2*stride+3]), int32(p[2*stride+6])
				dx := ne + 2*east + se - nw - 2*west - sw
				dy := sw + 2*s + se - nw - 2*n - ne
				if d := dx*dx + dy*dy; d > size[i] {
					size[i], gx[i], gy[i] = d, int16(dx), int16(dy)
				}
			}
		}
	}
	for y := 1; y < m.H-1; y++ {
		for x := 1; x < m.W-1; x++ {
			i := y*m.W + x
			if size[i] < minEdge*minEdge {
				continue
			}
			step := e.across(gx[i], gy[i])
			if size[i] < size[i-step] || size[i] <= size[i+step] {
				continue
			}
			e.weight[i] = byte(edgeLevels * min(1, math.Sqrt(float64(size[i]))/fullEdge))
			angle := math.Atan2(float64(gy[i]), float64(gx[i]))
			e.normal[i] = byte((nearest(angle*normals/math.Pi) + 2*normals) % normals)
		}
	}
	return e
}

// across is the offset to the next pixel along a gradient, rounded to an eighth of a
// turn.
func (e *edgeMap) across(gx, gy int16) int {
	x, y := int(gx), int(gy)
	ax, ay := max(x, -x), max(y, -y)
	switch {
	case 5*ay < 2*ax:
		return 1
	case 5*ax < 2*ay:
		return e.w
	case (x > 0) == (y > 0):
		return e.w + 1
	default:
		return e.w - 1
	}
}

// soften filters the channels with 1 2 1 in both directions.
func soften(m *imaging.Image) []byte {
	out := make([]byte, len(m.Pix))
	sums := make([]uint16, 3*m.W)
	for y := range m.H {
		up, mid, down := m.Pix[max(0, y-1)*3*m.W:], m.Pix[y*3*m.W:], m.Pix[min(m.H-1, y+1)*3*m.W:]
		for x := range sums {
			sums[x] = uint16(up[x]) + 2*uint16(mid[x]) + uint16(down[x])
		}
		to := out[y*3*m.W:][:3*m.W]
		for x := range to {
			to[x] = byte((sums[max(x%3, x-3)] + 2*sums[x] + sums[min(len(sums)-3+x%3, x+3)] + 8) >> 4)
		}
	}
	return out
}

// line is a straight edge: x*cos(angle) + y*sin(angle) = offset.
type line struct {
	angle, offset float64
	sin, cos      float64
	before        []float32 // cumulative weight of the edge pixels along the line
	reach         int       // position 0 is at before[reach]
}

func newLine(angle, offset float64) line {
	l := line{angle: angle, offset: offset}
	l.sin, l.cos = math.Sincos(angle)
	return l
}

func (l *line) distance(x, y float64) float64 { return x*l.cos + y*l.sin - l.offset }

// at is the point at position t (pixels) along the line.
func (l *line) at(t float64) (x, y float64) {
	return l.offset*l.cos - t*l.sin, l.offset*l.sin + t*l.cos
}

// nearest rounds to an integer by math.Floor, which is one instruction; math.Round is not.
func nearest(v float64) int { return int(math.Floor(v + 0.5)) }

// support is the share of the line between two positions that is edge.
func (l *line) support(from, to float64) float64 {
	last := len(l.before) - 1
	a := min(max(nearest(from)+l.reach, 0), last)
	b := min(max(nearest(to)+l.reach, 0), last)
	return float64(l.before[b]-l.before[a]) / max(1, to-from)
}

// cross returns where m crosses l, unless the two are nearly parallel.
func (l *line) cross(m *line) crossing {
	det := l.cos*m.sin - l.sin*m.cos
	if math.Abs(det) < math.Sin(minCrossing) {
		return crossing{}
	}
	x := (l.offset*m.sin - m.offset*l.sin) / det
	y := (m.offset*l.cos - l.offset*m.cos) / det
	return crossing{planar.Point{X: x, Y: y}, y*l.cos - x*l.sin, true}
}

const (
	offsetStep = 1.5 // pixels
	maxLines   = 40
	minVotes   = 10 * edgeLevels // 10 edge pixels of full weight
	nearAngle  = 4               // steps of pi/normals: with nearOffset, the distance within which peaks are one line
	nearOffset = 3               // steps of offsetStep
	likeAngle  = 8               // steps of pi/normals: at most maxLike lines have so similar a direction (stripes, text)
	maxLike    = 10
)

// lines finds straight edges by a Hough transform and fits them to their pixels. A pixel
// votes only for lines perpendicular to its gradient.
func (e *edgeMap) lines() []line {
	half := int(math.Hypot(float64(e.w), float64(e.h))/offsetStep) + 2
	columns := 2*half + 1
	votes := make([]uint16, normals*columns)
	var sin, cos [normals]float32
	for i := range normals {
		s, c := math.Sincos(float64(i) * math.Pi / normals)
		sin[i], cos[i] = float32(s/offsetStep), float32(c/offsetStep)
	}
	for y := range e.h {
		for x := range e.w {
			weight := e.weight[y*e.w+x]
			if weight == 0 {
				continue
			}
			for d := -4; d <= 4; d++ {
				a := (int(e.normal[y*e.w+x]) + d + normals) % normals
				offset := int(float32(x)*cos[a] + float32(y)*sin[a] + float32(half) + 0.5)
				votes[a*columns+offset] += uint16(weight)
			}
		}
	}
	var out []line
	for _, p := range peaks(votes, columns, half) {
		l := newLine(float64(p.angle)*math.Pi/normals, float64(p.offset-half)*offsetStep)
		l = e.refine(&l)
		e.walk(&l, nil)
		out = append(out, l)
	}
	return out
}

type peak struct {
	angle, offset int
	votes         uint16
}

// peaks returns the cells with most votes that have no better cell near them.
func peaks(votes []uint16, columns, half int) []peak {
	var candidates []peak
	for i, v := range votes {
		if v >= minVotes {
			candidates = append(candidates, peak{i / columns, i % columns, v})
		}
	}
	slices.SortFunc(candidates, func(a, b peak) int {
		return cmp.Or(cmp.Compare(b.votes, a.votes), cmp.Compare(a.angle, b.angle), cmp.Compare(a.offset, b.offset))
	})
	var out []peak
	for _, c := range candidates {
		if len(out) == maxLines {
			break
		}
		like, same := 0, false
		for i := range out {
			turn := (out[i].angle - c.angle + normals) % normals
			if min(turn, normals-turn) <= likeAngle {
				like++
			}
			same = same || out[i].near(&c, half)
		}
		if !same && like < maxLike {
			out = append(out, c)
		}
	}
	return out
}

// near says whether two peaks may belong to one line. After half a turn the offset has
// the opposite sign.
func (p *peak) near(c *peak, half int) bool {
	turn, offset := p.angle-c.angle, c.offset
	if turn > normals/2 || turn < -normals/2 {
		turn = normals - max(turn, -turn)
		offset = 2*half - offset
	}
	return max(turn, -turn) <= nearAngle && max(p.offset-offset, offset-p.offset) <= nearOffset
}

// walk visits the edge pixels along the line, at each position the nearest one that has
// the line's direction, and sums their weights into l.before.
func (e *edgeMap) walk(l *line, visit func(x, y int, weight float64)) {
	const aside = 2 // pixels: largest distance from the line
	l.reach = int(math.Hypot(float64(e.w), float64(e.h))) + 1
	l.before = make([]float32, 2*l.reach+2)
	normal := nearest(l.angle*normals/math.Pi) + normals
	for i := range 2*l.reach + 1 {
		l.before[i+1] = l.before[i]
		x, y := l.at(float64(i - l.reach))
		for _, d := range [2*aside + 1]float64{0, -1, 1, -2, 2} {
			px, py := nearest(x+d*l.cos), nearest(y+d*l.sin)
			if px < 0 || py < 0 || px >= e.w || py >= e.h || e.weight[py*e.w+px] == 0 {
				continue
			}
			turn := (int(e.normal[py*e.w+px]) - normal + 2*normals) % normals
			if min(turn, normals-turn) > 8 {
				continue
			}
			weight := float64(e.weight[py*e.w+px]) / edgeLevels
			l.before[i+1] += float32(weight)
			if visit != nil {
				visit(px, py, weight)
			}
			break
		}
	}
}

// refine fits the line to its pixels by total least squares: through their mean, along
// the direction of largest variance.
func (e *edgeMap) refine(l *line) line {
	var n, sx, sy, sxx, sxy, syy float64
	e.walk(l, func(px, py int, weight float64) {
		x, y := float64(px), float64(py)
		n += weight
		sx, sy = sx+weight*x, sy+weight*y
		sxx, sxy, syy = sxx+weight*x*x, sxy+weight*x*y, syy+weight*y*y
	})
	if n == 0 {
		return *l
	}
	sx, sy = sx/n, sy/n
	xx, xy, yy := sxx/n-sx*sx, sxy/n-sx*sy, syy/n-sy*sy
	angle := math.Atan2(2*xy, xx-yy)/2 + math.Pi/2 // perpendicular to the direction of largest variance
	fitted := newLine(angle, 0)
	fitted.offset = sx*fitted.cos + sy*fitted.sin
	return fitted
}
