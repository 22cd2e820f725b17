package alignment

import (
	"exemplar/internal/planar"
	"exemplar/internal/reuse"
)

// resampled is the photo seen through the map, at half brightness, with a margin of
// searchReach in which templates are searched for. Pixel (0, 0) of the reference is
// at offset searchReach*(stride+1).
type resampled struct {
	stride int
	pix    []byte
	quad   quadTest
}

// warp maps points of a reference to the photo: through the deformation, then through
// the homography. deformation may be nil.
type warp struct {
	h           planar.Homography
	deformation *deformation
}

// resample samples the photo at the pixels of a reference that the mask names, in the
// given memory if that is enough.
func resample(p *photo, by *warp, n *sampleMask, memory []byte) *resampled {
	at, down := p.levelFor(&by.h, n.w, n.h)
	src := p.levels[at]()
	r := &resampled{stride: resampledStride(n.w), pix: reuse.Slice(memory, resampledSize(n.w, n.h))}
	shrinkBy := planar.Resizing(1/down, 1/down)
	m := warp{h: shrinkBy.Multiply(&by.h), deformation: by.deformation}
	r.quad = quadTest{m: m, w: float64(src.w - 1), h: float64(src.h - 1)}
	raster := newDeformationRaster(m.deformation, -searchReach, warpStep, n.pieces+1)
	for y := range n.h + 2*searchReach {
		spans := n.row(y)
		if spans == nil {
			continue
		}
		points := raster.row(float64(y - searchReach))
		for i, groups := range spans {
			if groups.first < groups.end {
				line := m.line(points[i], points[i+1], src)
				row := r.pix[y*r.stride+i*warpStep:]
				warpRow(row[groups.first*lanes:groups.end*lanes], src, &line, groups.first)
			}
		}
	}
	return r
}

// resampledStride leaves room for what the kernels read behind the last window.
func resampledStride(w int) int { return (w + 2*searchReach + 31) / 16 * 16 }

func resampledSize(w, h int) int { return resampledStride(w) * (h + 2*searchReach + 1) }

// warpStep is the number of pixels in a row over which the displacement is
// taken to be linear.
const warpStep = 64

// sampleMask says which pixels of a resampled w x h picture are looked at, pieces of
// warpStep pixels at a time. Windows begin at multiples of blockSide and are
// windowSide = 3 * lanes long, so that bands of lanes rows are alike.
type sampleMask struct {
	w, h   int
	pieces int    // per row
	spans  []span // of all bands
	any    []bool // by band: whether there is one
}

// span is a run of groups of lanes pixels within a piece.
type span struct{ first, end int }

// lanes is how many pixels are rectified at once; rows are whole groups of them.
const lanes = 16

const groupsPerPiece = warpStep / lanes

func emptyMask(w, h int) sampleMask {
	n := sampleMask{w: w, h: h, pieces: (resampledStride(w) + warpStep - 1) / warpStep}
	n.any = make([]bool, h/lanes+2)
	n.spans = make([]span, n.pieces*len(n.any))
	return n
}

// windowMask covers the windows of templates.
func windowMask(templates []template, w, h int) sampleMask {
	const groups = windowSide / lanes
	n := emptyMask(w, h)
	for i := range templates {
		t := &templates[i]
		for band := t.y / lanes; band < t.y/lanes+groups; band++ {
			n.any[band] = true
			for g := t.x / lanes; g < t.x/lanes+groups; g++ {
				n.spans[band*n.pieces+g/groupsPerPiece].add(g % groupsPerPiece)
			}
		}
	}
	return n
}

// fullMask covers the whole picture.
func fullMask(w, h int) sampleMask {
	n := emptyMask(w, h)
	groups := resampledStride(w) / lanes
	for i := range n.spans {
		n.spans[i] = span{0, min(groupsPerPiece, groups-i%n.pieces*groupsPerPiece)}
	}
	for band := range n.any {
		n.any[band] = true
	}
	return n
}

func (s *span) add(group int) {
	if s.first == s.end {
		*s = span{group, group + 1}
		return
	}
	s.first, s.end = min(s.first, group), max(s.end, group+1)
}

// row returns the spans of a row, the margin's first one being 0; nil of a row
// without any.
func (n *sampleMask) row(y int) []span {
	band := y / lanes
	if !n.any[band] {
		return nil
	}
	return n.spans[band*n.pieces:][:n.pieces]
}

// warpLine is a piece of a row as the photo sees it.
type warpLine struct {
	x, y, w, dx, dy, dw float32 // homogeneous position of the first pixel, step per pixel
	maxX, maxY          float32
}

// flatten returns where a point of the reference lies once the paper is flat.
func (w *warp) flatten(p planar.Point) planar.Point {
	if w.deformation == nil {
		return p
	}
	dx, dy := w.deformation.at(p.X, p.Y)
	return planar.Pt(p.X+dx, p.Y+dy)
}

// line returns the piece of a row between two points, warpStep pixels apart
// before they were bent.
func (w *warp) line(from, to planar.Point, src *photoLevel) warpLine {
	sx, sy := (to.X-from.X)/warpStep, (to.Y-from.Y)/warpStep
	h := &w.h
	return warpLine{
		x:    float32(h[0]*from.X + h[1]*from.Y + h[2]),
		y:    float32(h[3]*from.X + h[4]*from.Y + h[5]),
		w:    float32(h[6]*from.X + h[7]*from.Y + h[8]),
		dx:   float32(h[0]*sx + h[1]*sy),
		dy:   float32(h[3]*sx + h[4]*sy),
		dw:   float32(h[6]*sx + h[7]*sy),
		maxX: float32(src.w) - 1.01, maxY: float32(src.h) - 1.01,
	}
}

// warpRowGeneric samples the photo along a line, from its pixel lanes*skip on, at
// half brightness, so that bytes are at most 127. Points outside are moved to the
// edge.
func warpRowGeneric(out []byte, src *photoLevel, l *warpLine, skip int) {
	for i := range out {
		k := float32(lanes*skip + i)
		inverse := 1 / (l.w + k*l.dw)
		x := min(max((l.x+k*l.dx)*inverse, 0), l.maxX)
		y := min(max((l.y+k*l.dy)*inverse, 0), l.maxY)
		ix, iy := int(x), int(y)
		fx, fy := x-float32(ix), y-float32(iy)
		p := src.pix[2*(iy*src.w+ix):][:4]
		top := float32(p[0]) + fx*(float32(p[2])-float32(p[0]))
		bottom := float32(p[1]) + fx*(float32(p[3])-float32(p[1]))
		out[i] = byte((top + fy*(bottom-top)) / 2)
	}
}

// quadTest says whether a point of the reference lies in the photo.
type quadTest struct {
	m    warp
	w, h float64
}

func (q *quadTest) inside(x, y float64) bool {
	p := q.m.h.Apply(q.m.flatten(planar.Pt(x, y)))
	return p.X >= 0 && p.Y >= 0 && p.X <= q.w && p.Y <= q.h
}

// visible says whether the square of the given side at (x, y) lies wholly in the
// photo.
func (r *resampled) visible(x, y, side int) bool {
	left, top, right, bottom := float64(x), float64(y), float64(x+side-1), float64(y+side-1)
	return r.quad.inside(left, top) && r.quad.inside(right, top) && r.quad.inside(left, bottom) && r.quad.inside(right, bottom)
}
