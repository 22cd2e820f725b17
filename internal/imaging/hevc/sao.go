package hevc

// Kinds of sample adaptive offset (table 7-8).
const bandOffset, edgeOffset = 1, 2

// sao are the offsets of a coding tree block, of each component.
type sao [3]struct {
	kind    uint8
	class   uint8 // of an edge: its direction
	band    uint8 // the first band
	offsets [4]int16
}

// readOffsets reads sao (7.3.8.3).
func (d *decoder) readOffsets(block int) {
	cab, s := &d.cabac, &d.offsets[block]
	w := d.sps.ctbW
	for _, n := range [2]int{block - 1, block - w} {
		if n < 0 || n == block-1 && block%w == 0 || d.sliceOf[n] != d.sliceOf[block] || d.layout.tile[n] != d.layout.tile[block] {
			continue
		}
		if cab.flag(ctxSAOMerge) {
			*s = d.offsets[n]
			return
		}
	}
	for c := range d.sps.components() {
		if c == 0 && !d.slice.saoLuma || c > 0 && !d.slice.saoC {
			continue
		}
		o := &s[c]
		if c == 2 {
			o.kind, o.class = s[1].kind, s[1].class
		} else if cab.flag(ctxSAOType) {
			o.kind = uint8(bandOffset + cab.bypass())
		}
		if o.kind == 0 {
			continue
		}
		shift := d.pps.saoShift
		if c == 0 {
			shift = d.pps.saoShiftLuma
		}
		most := 1<<(min(d.sps.depth[c], 10)-5) - 1
		for i := range o.offsets {
			n := 0
			for n < most && cab.bypass() == 1 {
				n++
			}
			o.offsets[i] = int16(n << shift)
		}
		if o.kind == bandOffset {
			for i, v := range o.offsets {
				if v != 0 && cab.bypass() == 1 {
					o.offsets[i] = -v
				}
			}
			o.band = uint8(cab.bypasses(5))
			continue
		}
		o.offsets[2], o.offsets[3] = -o.offsets[2], -o.offsets[3]
		if c < 2 {
			o.class = uint8(cab.bypasses(2))
		}
	}
}

// adaptiveOffset adds the offsets to the deblocked picture (8.7.3).
func (d *decoder) adaptiveOffset() {
	for c := range d.sps.components() {
		used := false
		for i := range d.offsets {
			used = used || d.offsets[i][c].kind != 0 && d.sliceOf[i] >= 0
		}
		if !used {
			continue
		}
		d.saved = append(d.saved[:0], d.planes[c].Pix...)
		for block := range d.offsets {
			if d.sliceOf[block] >= 0 {
				d.offsetBlock(block, c)
			}
		}
	}
}

// offsetBlock adds the offsets of one coding tree block.
func (d *decoder) offsetBlock(block, c int) {
	o := &d.offsets[block][c]
	if o.kind == 0 {
		return
	}
	p := &d.planes[c]
	sx, sy := d.shift(c)
	w, h := 1<<d.sps.log2CTB>>sx, 1<<d.sps.log2CTB>>sy
	x, y := block%d.sps.ctbW*w, block/d.sps.ctbW*h
	w, h = min(w, p.W-x), min(h, p.H-y)
	if o.kind == bandOffset {
		d.offsetBands(block, c, x, y, w, h)
	} else {
		d.offsetEdges(block, c, x, y, w, h)
	}
	if d.anyRaw {
		d.restoreRaw(c, x, y, w, h)
	}
}

func (d *decoder) offsetBands(block, c, x, y, w, h int) {
	o, p := &d.offsets[block][c], &d.planes[c]
	var table [32]int32
	for i, v := range o.offsets {
		table[(int(o.band)+i)&31] = int32(v)
	}
	shift := uint(d.sps.depth[c] - 5)
	most := int32(1)<<d.sps.depth[c] - 1
	for row := range h {
		line := p.Pix[(y+row)*p.Stride+x:][:w]
		for i, v := range line {
			line[i] = uint16(min(max(int32(v)+table[v>>shift&31], 0), most))
		}
	}
}

// saoSteps are the places of the neighbour a by class (table 8-13); b is opposite.
var saoSteps = [4][2]int{{-1, 0}, {0, -1}, {-1, -1}, {1, -1}}

func (d *decoder) offsetEdges(block, c, x, y, w, h int) {
	o, p := &d.offsets[block][c], &d.planes[c]
	dx, dy := saoSteps[o.class][0], saoSteps[o.class][1]
	// by 2 + sign(sample - a) + sign(sample - b)
	table := [5]int32{int32(o.offsets[0]), int32(o.offsets[1]), 0, int32(o.offsets[2]), int32(o.offsets[3])}
	most := int32(1)<<d.sps.depth[c] - 1
	step := dy*p.Stride + dx
	var beside [3][3]bool
	for j := range 3 {
		for i := range 3 {
			beside[j][i] = d.usableForSAO(block, i-1, j-1)
		}
	}
	inside := func(v, size int) int { // which block a coordinate is in: before, here, after
		if v < 0 {
			return 0
		} else if v < size {
			return 1
		}
		return 2
	}
	one := func(i, j int) {
		if !beside[inside(j+dy, h)][inside(i+dx, w)] || !beside[inside(j-dy, h)][inside(i-dx, w)] {
			return
		}
		at := (y+j)*p.Stride + x + i
		v := int32(d.saved[at])
		sign := 2 + compare(v, int32(d.saved[at+step])) + compare(v, int32(d.saved[at-step]))
		p.Pix[at] = uint16(min(max(v+table[sign], 0), most))
	}
	for j := range h {
		if j == 0 || j == h-1 {
			for i := range w {
				one(i, j)
			}
			continue
		}
		one(0, j)
		if w > 2 {
			at := (y+j)*p.Stride + x + 1
			n := w - 2
			out, here := p.Pix[at:][:n], d.saved[at:][:n]
			a, b := d.saved[at+step:][:n], d.saved[at-step:][:n]
			for i, s := range here {
				v := int32(s)
				sign := 2 + compare(v, int32(a[i])) + compare(v, int32(b[i]))
				out[i] = uint16(min(max(v+table[sign], 0), most))
			}
		}
		if w > 1 {
			one(w-1, j)
		}
	}
}

// compare is the sign of a - b, for samples.
func compare(a, b int32) int32 {
	return (a-b)>>31 - (b-a)>>31
}

// usableForSAO says whether samples of the block beside the given one may be looked at
// (8.7.3.2): across slices, the one that is decoded later says so.
func (d *decoder) usableForSAO(block, dx, dy int) bool {
	w := d.sps.ctbW
	bx, by := block%w+dx, block/w+dy
	if bx < 0 || by < 0 || bx >= w || by >= d.sps.ctbH {
		return false
	}
	n := by*w + bx
	if n == block {
		return true
	}
	if d.sliceOf[n] < 0 || !d.pps.filterAcrossTiles && d.layout.tile[n] != d.layout.tile[block] {
		return false
	}
	if d.sliceOf[n] == d.sliceOf[block] {
		return true
	}
	later := block
	if d.layout.toScan[n] > d.layout.toScan[block] {
		later = n
	}
	return d.headers[later].filterAcross
}

// restoreRaw undoes the offsets in coding blocks that filters leave as they are.
func (d *decoder) restoreRaw(c, x, y, w, h int) {
	p := &d.planes[c]
	sx, sy := d.shift(c)
	for j := range h {
		for i := range w {
			if d.unfiltered[d.cbAt((x+i)<<sx, (y+j)<<sy)] {
				at := (y+j)*p.Stride + x + i
				p.Pix[at] = d.saved[at]
			}
		}
	}
}
