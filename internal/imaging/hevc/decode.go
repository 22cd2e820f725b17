package hevc

import "errors"

// Params are the parameter sets of a picture.
type Params struct {
	sps [16]*sps
	pps [64]*pps
}

// ReadParams reads the NAL units with parameter sets: those of the first SPS count.
func ReadParams(nals [][]byte) (*Params, error) {
	p := &Params{}
	for _, nal := range nals {
		if err := p.add(nal); err != nil {
			return nil, err
		}
	}
	if _, err := p.first(); err != nil {
		return nil, err
	}
	return p, nil
}

// add reads a NAL unit if it is a parameter set of the base layer.
func (p *Params) add(nal []byte) error {
	kind, layer, payload := unit(nal)
	if layer != 0 {
		return nil
	}
	switch kind {
	case nalSPS:
		id, s, err := readSPS(unescaped(payload))
		if err != nil {
			return err
		}
		p.sps[id] = s
	case nalPPS:
		id, s, err := readPPS(unescaped(payload))
		if err != nil {
			return err
		}
		p.pps[id] = s
	}
	return nil
}

// unit takes a NAL unit apart (7.3.1.2).
func unit(nal []byte) (kind, layer int, payload []byte) {
	if len(nal) < 2 {
		return -1, 0, nil
	}
	return int(nal[0] >> 1 & 63), int(nal[0]&1)<<5 | int(nal[1]>>3), nal[2:]
}

func (p *Params) first() (*sps, error) {
	for _, s := range p.sps {
		if s != nil {
			return s, nil
		}
	}
	return nil, corrupt("there is no sequence header")
}

// Size is the size of pictures in samples of luma.
func (p *Params) Size() (w, h int) {
	s, _ := p.first()
	return s.w - s.crop[0] - s.crop[1], s.h - s.crop[2] - s.crop[3]
}

// Colour is what the stream says about the colours.
func (p *Params) Colour() Colour {
	s, _ := p.first()
	return s.colour
}

// Cost is the largest number of bytes that a decoder allocates for pictures of these headers.
func (p *Params) Cost() int64 {
	s, _ := p.first()
	size := int64(1) << s.log2CTB
	luma := int64(s.ctbW) * int64(s.ctbH) * size * size
	samples := luma
	if s.chroma != 0 {
		samples += 2 * luma >> (s.shiftX + s.shiftY)
	}
	const bytesPerSample, maps = 2, 1
	return bytesPerSample*(samples+luma) + maps*luma // the planes, a copy of one for SAO, and maps of blocks
}

// Decoder decodes pictures one after the other, and keeps its memory for the next one. The
// result of Decode is valid until the next call.
type Decoder struct{ d decoder }

// NewDecoder returns a decoder of pictures with the given parameter sets.
func NewDecoder(p *Params) *Decoder { return &Decoder{decoder{params: *p, cost: p.Cost()}} }

// decoder is the state of decoding one picture.
type decoder struct {
	params Params
	cost   int64 // of the memory that the caller knows of
	sps    *sps
	pps    *pps
	sized  *sps // for which, with pps, the memory was allocated
	layout *layout

	planes [3]Plane
	saved  []uint16 // deblocked samples of a plane

	// Of each coding tree block: the address of its slice, -1 until it is decoded, the header
	// of its segment, and its offsets of SAO.
	sliceOf []int
	headers []*slice
	offsets []sao
	decoded int

	// Of each coding block of the smallest size.
	depthOf    []uint8
	qpOf       []int8
	unfiltered []bool // raw or lossless: filters leave it as it is
	anyRaw     bool
	cbStride   int

	modeOf     []uint8 // of prediction of luma, of each 4 x 4 samples
	modeStride int

	// Edges to filter, of each 8 samples across and 4 along the edge.
	edgesV, edgesH  []bool
	strideV, stride int

	// The slice segment and the coding block that are being decoded.
	slice      *slice
	scaling    *factors // nil: flat
	cabac      cabac
	wavefront  [contexts]uint8
	segmentEnd [contexts]uint8
	bypass     bool
	qpY        int    // QpY of the coding block
	lastQP     int    // of the one before
	qpPred     int    // qPY_PRED of the quantisation group
	qpDelta    int    // CuQpDeltaVal
	qpRead     bool   // IsCuQpDeltaCoded
	qp         [3]int // of each component, with the offset of its depth
	firstGroup bool   // the next quantisation group is the first of a slice, tile or row

	coefs [32 * 32]int32
	coded [9 * 9]uint8
}

// Decode decodes the picture in the NAL units of its access unit. missing is the share of it
// that is damaged or cut off, and grey; err is then the reason. If it is the whole picture,
// there is no result.
func (dec *Decoder) Decode(nals [][]byte) (pic *Picture, missing float64, err error) {
	d := &dec.d
	d.sps = nil
	var before *slice
	for _, nal := range nals {
		kind, layer, payload := unit(nal)
		if layer != 0 || kind < 0 {
			continue
		}
		if kind > lastVCL {
			if err = d.params.add(nal); err != nil {
				break
			}
			continue
		}
		if before, err = d.segment(kind, payload, before); err != nil {
			break
		}
	}
	if d.sps == nil {
		if err == nil {
			err = corrupt("there is no picture")
		}
		return nil, 1, err
	}
	blocks := d.sps.ctbW * d.sps.ctbH
	if d.decoded == 0 || errors.Is(err, ErrUnsupported) {
		return nil, 1, err
	}
	if d.decoded < blocks && err == nil {
		err = ErrTruncated
	}
	d.deblock()
	d.adaptiveOffset()
	if d.decoded < blocks {
		d.greyOut()
	}
	return d.picture(), float64(blocks-d.decoded) / float64(blocks), err
}

// segment decodes a slice segment.
func (d *decoder) segment(kind int, payload []byte, before *slice) (*slice, error) {
	if kind < firstIRAP || kind > lastIRAP {
		return before, unsupported("its picture is predicted from others, as in a video")
	}
	s, err := d.params.readSlice(kind, unescaped(payload), before)
	if err != nil {
		return before, err
	}
	switch {
	case d.sps == nil:
		if err := d.begin(s); err != nil {
			d.sps = nil
			return before, err
		}
	case s.first:
		return before, corrupt("there are two pictures in one")
	case s.sps != d.sps || s.pps != d.pps:
		return before, corrupt("a slice refers to another header than the first")
	}
	return s, d.decodeSegment(s)
}

// begin allocates the memory for a picture.
func (d *decoder) begin(s *slice) error {
	same := d.sized == s.sps && d.pps == s.pps
	d.sps, d.pps, d.sized = s.sps, s.pps, nil
	if first, _ := d.params.first(); d.sps != first || d.params.Cost() > d.cost {
		return corrupt("the picture has another size than its header says")
	}
	d.scaling = nil
	if d.sps.scaling != nil {
		lists := d.sps.scaling
		if d.pps.scaling != nil {
			lists = d.pps.scaling
		}
		d.scaling = lists.expanded()
	}
	if !same {
		var err error
		if d.layout, err = newLayout(d.sps, d.pps); err != nil {
			return err
		}
		d.allocate()
	}
	d.sized = d.sps
	for i := range d.sliceOf {
		d.sliceOf[i] = -1
	}
	clear(d.headers)
	clear(d.offsets)
	clear(d.unfiltered)
	clear(d.edgesV)
	clear(d.edgesH)
	d.decoded, d.anyRaw = 0, false
	return nil
}

func (d *decoder) allocate() {
	s := d.sps
	size := 1 << s.log2CTB
	w, h := s.ctbW*size, s.ctbH*size
	for c := range s.components() {
		sx, sy := d.shift(c)
		d.planes[c] = Plane{Pix: make([]uint16, (w>>sx)*(h>>sy)), W: s.w >> sx, H: s.h >> sy, Stride: w >> sx}
	}
	n := s.ctbW * s.ctbH
	d.sliceOf, d.headers, d.offsets = make([]int, n), make([]*slice, n), make([]sao, n)
	d.cbStride = w >> s.log2MinCB
	cbs := d.cbStride * (h >> s.log2MinCB)
	d.depthOf, d.qpOf, d.unfiltered = make([]uint8, cbs), make([]int8, cbs), make([]bool, cbs)
	d.modeStride = w / 4
	d.modeOf = make([]uint8, d.modeStride*h/4)
	d.strideV, d.stride = w/8, w/4
	d.edgesV, d.edgesH = make([]bool, d.strideV*h/4), make([]bool, d.stride*h/8)
}

// decodeSegment decodes the coding tree blocks of a segment (7.3.8.1).
func (d *decoder) decodeSegment(s *slice) error {
	d.slice = s
	d.cabac.data = s.data
	d.cabac.start(0)
	if !s.dependent {
		d.firstGroup = true
	}
	l, at, fresh := d.layout, d.layout.toScan[s.start], true
	for {
		block := l.toBlock[at]
		if d.sliceOf[block] >= 0 {
			return corrupt("a block is there twice")
		}
		d.sliceOf[block], d.headers[block] = s.address, s
		d.beginBlock(block, fresh)
		if err := d.codingTree(block); err != nil {
			d.sliceOf[block] = -1
			return err
		}
		d.decoded++
		end := d.cabac.terminate()
		if d.cabac.exhausted() {
			return ErrTruncated
		}
		if d.pps.wavefront && d.column(block) == 1 {
			d.wavefront = d.cabac.states
		}
		if at++; end {
			d.segmentEnd = d.cabac.states
			return nil
		}
		if at >= len(l.toBlock) {
			return corrupt("a slice does not end")
		}
		next := l.toBlock[at]
		if fresh = d.pps.tiles && l.first[next] || d.pps.wavefront && d.column(next) == 0; fresh {
			if !d.cabac.terminate() {
				return corrupt("a row or tile does not end")
			}
			d.cabac.start(d.cabac.align())
		}
	}
}

// column is how many blocks are left of a block in its tile.
func (d *decoder) column(block int) int {
	n := 0
	for x := block % d.sps.ctbW; x > 0 && n < 2 && d.layout.tile[block-n-1] == d.layout.tile[block]; x-- {
		n++
	}
	return n
}

// beginBlock prepares the contexts for a coding tree block (9.3.1); fresh says that the
// arithmetic decoder has just begun.
func (d *decoder) beginBlock(block int, fresh bool) {
	s := d.slice
	tileStart := d.layout.first[block]
	rowStart := d.pps.wavefront && d.column(block) == 0
	if tileStart || rowStart {
		d.firstGroup = true
	}
	if !fresh {
		return
	}
	switch {
	case tileStart:
		d.cabac.initContexts(s.qp)
	case rowStart:
		size := 1 << d.sps.log2CTB
		x, y := block%d.sps.ctbW*size, block/d.sps.ctbW*size
		if d.available(x, y, x+size, y-size) {
			d.cabac.states = d.wavefront
		} else {
			d.cabac.initContexts(s.qp)
		}
	case s.dependent:
		d.cabac.states = d.segmentEnd
	default:
		d.cabac.initContexts(s.qp)
	}
}

// greyOut makes the blocks that are missing grey.
func (d *decoder) greyOut() {
	for block, of := range d.sliceOf {
		if of >= 0 {
			continue
		}
		for c := range d.sps.components() {
			p := &d.planes[c]
			sx, sy := d.shift(c)
			w, h := 1<<d.sps.log2CTB>>sx, 1<<d.sps.log2CTB>>sy
			x, y := block%d.sps.ctbW*w, block/d.sps.ctbW*h
			for row := range h {
				line := p.Pix[(y+row)*p.Stride+x:][:w]
				for i := range line {
					line[i] = 1 << (d.sps.depth[c] - 1)
				}
			}
		}
	}
}

// picture returns the decoded picture, cropped.
func (d *decoder) picture() *Picture {
	s := d.sps
	p := &Picture{ShiftX: s.shiftX, ShiftY: s.shiftY, Depth: s.depth, Colour: s.colour}
	p.W, p.H = s.w-s.crop[0]-s.crop[1], s.h-s.crop[2]-s.crop[3]
	for c := range s.components() {
		sx, sy := d.shift(c)
		plane := d.planes[c]
		plane.Pix = plane.Pix[(s.crop[2]>>sy)*plane.Stride+s.crop[0]>>sx:]
		plane.W, plane.H = p.W>>sx, p.H>>sy
		p.Planes = append(p.Planes, plane)
	}
	return p
}
