package hevc

// betas and tcs are table 8-12.
var (
	betas = [52]uint8{16: 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36,
		38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64}
	tcs = [54]uint8{18: 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 22, 24}
)

// markEdges notes the left and the upper edge of a transform block for deblocking (8.7.2.3).
// All of an intra picture has the strength 2.
func (d *decoder) markEdges(x, y int, log2 uint) {
	if d.slice.deblockDisabled {
		return
	}
	count := 1 << (log2 - 2)
	if x&7 == 0 && d.crosses(x, y, x-1, y) {
		at := y/4*d.strideV + x/8
		for i := range count {
			d.edgesV[at+i*d.strideV] = true
		}
	}
	if y&7 == 0 && d.crosses(x, y, x, y-1) {
		at := y/8*d.stride + x/4
		for i := range count {
			d.edgesH[at+i] = true
		}
	}
}

// crosses says whether the edge between the block at (x, y) and the one before it at (xn, yn)
// is filtered.
func (d *decoder) crosses(x, y, xn, yn int) bool {
	if xn < 0 || yn < 0 {
		return false
	}
	ctb := d.sps.log2CTB
	at, here := (yn>>ctb)*d.sps.ctbW+xn>>ctb, (y>>ctb)*d.sps.ctbW+x>>ctb
	if at == here {
		return true
	}
	return (d.slice.filterAcross || d.sliceOf[at] == d.sliceOf[here]) &&
		(d.pps.filterAcrossTiles || d.layout.tile[at] == d.layout.tile[here])
}

// deblock filters the edges of the picture (8.7.2), first the vertical ones.
func (d *decoder) deblock() {
	for i := range d.sps.h / 4 {
		for j, on := range d.edgesV[i*d.strideV:][:d.sps.w/8] {
			if on {
				d.deblockEdge(8*j, 4*i, true)
			}
		}
	}
	for i := range d.sps.h / 8 {
		for j, on := range d.edgesH[i*d.stride:][:d.sps.w/4] {
			if on {
				d.deblockEdge(4*j, 8*i, false)
			}
		}
	}
}

// deblockEdge filters a piece of an edge, 4 samples of luma long, that begins at (x, y).
func (d *decoder) deblockEdge(x, y int, upright bool) {
	xp, yp := x-1, y
	if !upright {
		xp, yp = x, y-1
	}
	q, p := d.cbAt(x, y), d.cbAt(xp, yp)
	e := edge{qp: (int(d.qpOf[q]) + int(d.qpOf[p]) + 1) >> 1, keepP: d.unfiltered[p], keepQ: d.unfiltered[q]}
	ctb := d.sps.log2CTB
	header := d.headers[(y>>ctb)*d.sps.ctbW+x>>ctb]
	beta := int32(betas[min(max(e.qp+header.beta, 0), 51)]) << (d.sps.depth[0] - 8)
	e.tc = e.tcFor(e.qp, header.tc, d.sps.depth[0])
	e.most = int32(1)<<d.sps.depth[0] - 1
	plane := &d.planes[0]
	e.pix, e.at = plane.Pix, y*plane.Stride+x
	e.across, e.along = plane.Stride, 1
	if upright {
		e.across, e.along = 1, plane.Stride
	}
	e.luma(beta)
	if d.sps.chroma == 0 {
		return
	}
	sx, sy := d.sps.shiftX, d.sps.shiftY
	along := sx
	if upright {
		along = sy
	}
	if upright && x>>sx&7 != 0 || !upright && y>>sy&7 != 0 {
		return
	}
	e.most = int32(1)<<d.sps.depth[1] - 1
	for c := 1; c < 3; c++ {
		plane := &d.planes[c]
		qp := e.qp + d.pps.chromaQP[c]
		if d.sps.chroma == 1 {
			qp = chromaQP(qp)
		} else {
			qp = min(qp, 51)
		}
		e.tc = e.tcFor(qp, header.tc, d.sps.depth[c])
		e.pix, e.at = plane.Pix, y>>sy*plane.Stride+x>>sx
		e.across, e.along = plane.Stride, 1
		if upright {
			e.across, e.along = 1, plane.Stride
		}
		e.chroma(4 >> along)
	}
}

// edge is a piece of an edge in one plane: the samples p on one side and q on the other.
type edge struct {
	pix           []uint16
	at            int // of the first sample of q
	across, along int // steps to the next sample
	qp            int
	tc, most      int32
	keepP, keepQ  bool // leave the samples of this side as they are
}

func (e *edge) tcFor(qp, offset, depth int) int32 {
	const strength = 2
	return int32(tcs[min(max(qp+2*(strength-1)+offset, 0), 53)]) << (depth - 8)
}

// luma is 8.7.2.5.3 and 8.7.2.5.6 to 8.7.2.5.7.
func (e *edge) luma(beta int32) {
	s := e.across
	far := e.at + 3*e.along
	pix := e.pix
	value := func(at, i int) int32 { return int32(pix[at+i*s]) }
	bend := func(at, sign int) int32 { // of three samples: q for 1, p for -1
		if sign > 0 {
			return abs(value(at, 2) - 2*value(at, 1) + value(at, 0))
		}
		return abs(value(at, -3) - 2*value(at, -2) + value(at, -1))
	}
	p0, q0, p3, q3 := bend(e.at, -1), bend(e.at, 1), bend(far, -1), bend(far, 1)
	if p0+q0+p3+q3 >= beta {
		return
	}
	flat := func(at int, bends int32) bool {
		return 2*bends < beta>>2 && abs(value(at, -4)-value(at, -1))+abs(value(at, 0)-value(at, 3)) < beta>>3 &&
			abs(value(at, -1)-value(at, 0)) < (5*e.tc+1)>>1
	}
	if flat(e.at, p0+q0) && flat(far, p3+q3) {
		for k := range 4 {
			e.strong(e.at + k*e.along)
		}
		return
	}
	side := (beta + beta>>1) >> 3
	for k := range 4 {
		e.weak(e.at+k*e.along, p0+p3 < side, q0+q3 < side)
	}
}

func (e *edge) strong(at int) {
	s, pix := e.across, e.pix
	p3, p2, p1, p0 := int32(pix[at-4*s]), int32(pix[at-3*s]), int32(pix[at-2*s]), int32(pix[at-s])
	q0, q1, q2, q3 := int32(pix[at]), int32(pix[at+s]), int32(pix[at+2*s]), int32(pix[at+3*s])
	near := func(v, old int32) uint16 { return uint16(min(max(v, old-2*e.tc), old+2*e.tc)) }
	if !e.keepP {
		pix[at-s] = near((p2+2*p1+2*p0+2*q0+q1+4)>>3, p0)
		pix[at-2*s] = near((p2+p1+p0+q0+2)>>2, p1)
		pix[at-3*s] = near((2*p3+3*p2+p1+p0+q0+4)>>3, p2)
	}
	if !e.keepQ {
		pix[at] = near((p1+2*p0+2*q0+2*q1+q2+4)>>3, q0)
		pix[at+s] = near((p0+q0+q1+q2+2)>>2, q1)
		pix[at+2*s] = near((p0+q0+q1+3*q2+2*q3+4)>>3, q2)
	}
}

func (e *edge) weak(at int, secondP, secondQ bool) {
	s, pix := e.across, e.pix
	p2, p1, p0 := int32(pix[at-3*s]), int32(pix[at-2*s]), int32(pix[at-s])
	q0, q1, q2 := int32(pix[at]), int32(pix[at+s]), int32(pix[at+2*s])
	delta := (9*(q0-p0) - 3*(q1-p1) + 8) >> 4
	if abs(delta) >= 10*e.tc {
		return
	}
	delta = min(max(delta, -e.tc), e.tc)
	half := e.tc >> 1
	if !e.keepP {
		pix[at-s] = e.clip(p0 + delta)
		if secondP {
			pix[at-2*s] = e.clip(p1 + min(max(((p2+p0+1)>>1-p1+delta)>>1, -half), half))
		}
	}
	if !e.keepQ {
		pix[at] = e.clip(q0 - delta)
		if secondQ {
			pix[at+s] = e.clip(q1 + min(max(((q2+q0+1)>>1-q1-delta)>>1, -half), half))
		}
	}
}

// chroma is 8.7.2.5.8, for n samples along the edge.
func (e *edge) chroma(n int) {
	s, pix := e.across, e.pix
	for k := range n {
		at := e.at + k*e.along
		p1, p0, q0, q1 := int32(pix[at-2*s]), int32(pix[at-s]), int32(pix[at]), int32(pix[at+s])
		delta := min(max(((q0-p0)<<2+p1-q1+4)>>3, -e.tc), e.tc)
		if !e.keepP {
			pix[at-s] = e.clip(p0 + delta)
		}
		if !e.keepQ {
			pix[at] = e.clip(q0 - delta)
		}
	}
}

func (e *edge) clip(v int32) uint16 { return uint16(min(max(v, 0), e.most)) }
