package hevc

// codingTree decodes a coding tree block (7.3.8.2).
func (d *decoder) codingTree(block int) error {
	log2 := d.sps.log2CTB
	if d.slice.saoLuma || d.slice.saoC {
		d.readOffsets(block)
	}
	return d.quadtree(block%d.sps.ctbW<<log2, block/d.sps.ctbW<<log2, log2, 0)
}

// quadtree decodes coding_quadtree (7.3.8.4).
func (d *decoder) quadtree(x, y int, log2 uint, depth int) error {
	s := d.sps
	size := 1 << log2
	split := log2 > s.log2MinCB
	if split && x+size <= s.w && y+size <= s.h {
		ctx := ctxSplitCU
		if d.available(x, y, x-1, y) && int(d.depthOf[d.cbAt(x-1, y)]) > depth {
			ctx++
		}
		if d.available(x, y, x, y-1) && int(d.depthOf[d.cbAt(x, y-1)]) > depth {
			ctx++
		}
		split = d.cabac.flag(ctx)
	}
	if d.pps.deltaQP && log2+d.pps.deltaQPDepth >= s.log2CTB {
		d.qpRead, d.qpDelta = false, 0
		d.predictQP(x, y)
	} else if depth == 0 && !d.pps.deltaQP {
		d.qpDelta = 0
		d.predictQP(x, y)
	}
	if !split {
		return d.codingUnit(x, y, log2, depth)
	}
	half := size / 2
	for i := range 4 {
		cx, cy := x+i&1*half, y+i>>1*half
		if cx < s.w && cy < s.h {
			if err := d.quadtree(cx, cy, log2-1, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *decoder) cbAt(x, y int) int {
	return (y>>d.sps.log2MinCB)*d.cbStride + x>>d.sps.log2MinCB
}

// predictQP begins a quantisation group (8.6.1).
func (d *decoder) predictQP(x, y int) {
	before := d.lastQP
	if d.firstGroup {
		before = d.slice.qp
	}
	a, b := before, before
	mask := 1<<d.sps.log2CTB - 1
	if x&mask != 0 { // in the same coding tree block, and therefore decoded
		a = int(d.qpOf[d.cbAt(x-1, y)])
	}
	if y&mask != 0 {
		b = int(d.qpOf[d.cbAt(x, y-1)])
	}
	d.qpPred = (a + b + 1) >> 1
	d.setQP()
}

// chromaQPs is table 8-10, from 30 on.
var chromaQPs = [14]int{29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37, 37}

// chromaQP returns QpC for an index, in 4:2:0.
func chromaQP(i int) int {
	switch {
	case i < 30:
		return i
	case i >= 43:
		return i - 6
	}
	return chromaQPs[i-30]
}

// setQP computes the quantisers from the prediction and the difference that was read.
func (d *decoder) setQP() {
	extra := 6 * (d.sps.depth[0] - 8)
	d.qpY = (d.qpPred+d.qpDelta+52+2*extra)%(52+extra) - extra
	d.qp[0] = d.qpY + extra
	extra = 6 * (d.sps.depth[1] - 8)
	for c := 1; c < d.sps.components(); c++ {
		i := min(max(d.qpY+d.slice.chromaQP[c], -extra), 57)
		if d.sps.chroma == 1 {
			i = chromaQP(i)
		} else {
			i = min(i, 51)
		}
		d.qp[c] = i + extra
	}
}

// codingUnit decodes coding_unit (7.3.8.5) of an intra slice.
func (d *decoder) codingUnit(x, y int, log2 uint, depth int) error {
	s, cab := d.sps, &d.cabac
	d.bypass = d.pps.bypass && cab.flag(ctxBypass)
	parts := 1
	if log2 == s.log2MinCB && !cab.flag(ctxPartMode) {
		parts = 4
	}
	raw := false
	if parts == 1 && s.pcm.enabled && log2 >= s.pcm.log2Min && log2 <= s.pcm.log2Max {
		raw = cab.terminate()
	}
	if d.bypass || raw && s.pcm.unfiltered {
		d.anyRaw = true
		d.fillCB(x, y, log2, func(at int) { d.unfiltered[at] = true })
	}
	if raw {
		d.setModes(x, y, 1<<log2, dc)
		d.markEdges(x, y, log2)
		if err := d.rawSamples(x, y, log2); err != nil {
			return err
		}
	} else {
		t := tree{x: x, y: y, log2: log2, parts: parts}
		d.readModes(&t)
		t.maxDepth = s.maxDepthIntra + parts/4
		d.transformTree(&t, x, y, log2, 0, 0, [3][2]bool{{}, {true, true}, {true, true}})
	}
	d.fillCB(x, y, log2, func(at int) { d.depthOf[at], d.qpOf[at] = uint8(depth), int8(d.qpY) })
	d.lastQP, d.firstGroup = d.qpY, false
	return nil
}

// fillCB calls f for the smallest coding blocks in a coding block.
func (d *decoder) fillCB(x, y int, log2 uint, f func(at int)) {
	n := 1 << (log2 - d.sps.log2MinCB)
	at := d.cbAt(x, y)
	for range n {
		for i := range n {
			f(at + i)
		}
		at += d.cbStride
	}
}

func (d *decoder) setModes(x, y, size, mode int) {
	at := y/4*d.modeStride + x/4
	for range size / 4 {
		for i := range size / 4 {
			d.modeOf[at+i] = uint8(mode)
		}
		at += d.modeStride
	}
}

// rawSamples reads pcm_sample (7.3.8.7).
func (d *decoder) rawSamples(x, y int, log2 uint) error {
	r := bitReader{data: d.cabac.data, pos: 8 * d.cabac.align()}
	for c := range d.sps.components() {
		sx, sy := d.shift(c)
		p, bits := &d.planes[c], d.sps.pcm.depth[c]
		shift := d.sps.depth[c] - bits
		for row := range 1 << log2 >> sy {
			line := p.Pix[(y>>sy+row)*p.Stride+x>>sx:][:1<<log2>>sx]
			for i := range line {
				line[i] = uint16(r.bits(bits) << shift)
			}
		}
	}
	if r.over {
		return ErrTruncated
	}
	d.cabac.start((r.pos + 7) / 8)
	return nil
}

// tree is a coding block whose transform tree is decoded.
type tree struct {
	x, y     int
	log2     uint
	parts    int
	maxDepth int
	luma     [4]int // modes of prediction
	chroma   [4]int
}

// readModes reads the modes of prediction (7.3.8.5, 8.4.2, 8.4.3).
func (d *decoder) readModes(t *tree) {
	cab := &d.cabac
	size := 1 << t.log2
	if t.parts == 4 {
		size /= 2
	}
	var likely [4]bool
	for i := range t.parts {
		likely[i] = cab.flag(ctxPrevIntraLuma)
	}
	for i := range t.parts {
		x, y := t.x+i&1*size, t.y+i>>1*size
		candidates := d.likelyModes(x, y)
		if likely[i] {
			n := cab.bypass()
			if n == 1 {
				n += cab.bypass()
			}
			t.luma[i] = candidates[n]
		} else {
			t.luma[i] = otherMode(cab.bypasses(5), candidates)
		}
		d.setModes(x, y, size, t.luma[i])
	}
	if d.sps.chroma == 0 {
		return
	}
	n := 1
	if d.sps.chroma == 3 {
		n = t.parts
	}
	for i := range n {
		t.chroma[i] = d.readChromaMode(t.luma[i])
	}
	for i := n; i < 4; i++ {
		t.chroma[i] = t.chroma[0]
		t.luma[i] = t.luma[min(i, t.parts-1)]
	}
}

// likelyModes returns candModeList (8.4.2).
func (d *decoder) likelyModes(x, y int) [3]int {
	a, b := dc, dc
	if d.available(x, y, x-1, y) {
		a = int(d.modeOf[y/4*d.modeStride+(x-1)/4])
	}
	if y&(1<<d.sps.log2CTB-1) != 0 && d.available(x, y, x, y-1) {
		b = int(d.modeOf[(y-1)/4*d.modeStride+x/4])
	}
	switch {
	case a == b && a < 2:
		return [3]int{planar, dc, verticalMode}
	case a == b:
		return [3]int{a, 2 + (a+29)%32, 2 + (a-2+1)%32}
	case a != planar && b != planar:
		return [3]int{a, b, planar}
	case a != dc && b != dc:
		return [3]int{a, b, dc}
	}
	return [3]int{a, b, verticalMode}
}

// otherMode returns the mode that is number n of those that are not candidates.
func otherMode(n int, c [3]int) int {
	if c[0] > c[1] {
		c[0], c[1] = c[1], c[0]
	}
	if c[0] > c[2] {
		c[0], c[2] = c[2], c[0]
	}
	if c[1] > c[2] {
		c[1], c[2] = c[2], c[1]
	}
	for _, candidate := range c {
		if n >= candidate {
			n++
		}
	}
	return n
}

// modes422 is table 8-3: the mode of prediction of chroma in 4:2:2, whose samples are twice
// as wide as high.
var modes422 = [35]int{0, 1, 2, 2, 2, 2, 3, 5, 7, 8, 10, 12, 13, 15, 17, 18, 19, 20,
	21, 22, 23, 23, 24, 24, 25, 25, 26, 27, 27, 28, 28, 29, 29, 30, 31}

// readChromaMode reads intra_chroma_pred_mode, and returns the mode (8.4.3).
func (d *decoder) readChromaMode(luma int) int {
	mode := luma
	if d.cabac.flag(ctxIntraChroma) {
		mode = [4]int{planar, verticalMode, horizontalMode, dc}[d.cabac.bypasses(2)]
		if mode == luma {
			mode = vertical34
		}
	}
	if d.sps.chroma == 2 {
		mode = modes422[mode]
	}
	return mode
}

// transformTree decodes transform_tree (7.3.8.8). coded says of each component, and in 4:2:2
// of its two blocks, whether the parent has coefficients.
func (d *decoder) transformTree(t *tree, x, y int, log2 uint, depth, index int, parent [3][2]bool) {
	s, cab := d.sps, &d.cabac
	split := log2 > s.log2MaxTB || t.parts == 4 && depth == 0
	if !split && log2 > s.log2MinTB && depth < t.maxDepth {
		split = cab.flag(ctxSplitTransform + 5 - int(log2))
	}
	var coded [3][2]bool
	if log2 > 2 && s.chroma != 0 || s.chroma == 3 {
		for c := 1; c < 3; c++ {
			if parent[c][0] || parent[c][1] {
				coded[c][0] = cab.flag(ctxCodedChroma + depth)
				if s.chroma == 2 && (!split || log2 == 3) {
					coded[c][1] = cab.flag(ctxCodedChroma + depth)
				}
			}
		}
	} else if log2 == 2 && s.chroma != 0 {
		coded = parent
	}
	if split {
		half := 1 << (log2 - 1)
		for i := range 4 {
			d.transformTree(t, x+i&1*half, y+i>>1*half, log2-1, depth+1, i, coded)
		}
		return
	}
	ctx := ctxCodedLuma
	if depth == 0 {
		ctx++
	}
	coded[0][0] = cab.flag(ctx)
	d.markEdges(x, y, log2)
	d.transformUnit(t, x, y, log2, depth, index, &coded)
}

// transformUnit decodes transform_unit (7.3.8.10), and predicts its blocks.
func (d *decoder) transformUnit(t *tree, x, y int, log2 uint, depth, index int, coded *[3][2]bool) {
	chroma := coded[1][0] || coded[1][1] || coded[2][0] || coded[2][1]
	if (coded[0][0] || chroma) && d.pps.deltaQP && !d.qpRead {
		d.readDeltaQP()
	}
	part := 0
	if t.parts == 4 {
		half := 1 << (t.log2 - 1)
		part = (x-t.x)/half + 2*((y-t.y)/half)
	}
	mode := t.luma[part]
	d.predict(x, y, log2, 0, mode)
	if coded[0][0] {
		d.residual(x, y, log2, 0, mode)
	}
	s := d.sps
	switch {
	case s.chroma == 0:
		return
	case s.chroma == 3:
	case log2 > 2:
		log2--
	case index < 3:
		return
	default: // the four blocks of luma share those of chroma
		x, y, part = x-4, y-4, 0
	}
	if s.chroma != 3 {
		part = 0
	}
	blocks := 1
	if s.chroma == 2 {
		blocks = 2
	}
	cx, cy := x>>s.shiftX, y>>s.shiftY
	for c := 1; c < 3; c++ {
		for i := range blocks {
			d.predict(cx, cy+i<<log2, log2, c, t.chroma[part])
			if coded[c][i] {
				d.residual(cx, cy+i<<log2, log2, c, t.chroma[part])
			}
		}
	}
}

// readDeltaQP reads cu_qp_delta_abs and its sign (9.3.3.10).
func (d *decoder) readDeltaQP() {
	cab := &d.cabac
	v := 0
	for v < 5 && cab.flag(ctxDeltaQP+min(v, 1)) {
		v++
	}
	if v == 5 {
		k := 0
		for k < 16 && cab.bypass() == 1 {
			v += 1 << k
			k++
		}
		v += cab.bypasses(k)
	}
	if v > 0 && cab.bypass() == 1 {
		v = -v
	}
	most := 26 + 3*(d.sps.depth[0]-8)
	d.qpRead, d.qpDelta = true, min(max(v, -most), most)
	d.setQP()
}
