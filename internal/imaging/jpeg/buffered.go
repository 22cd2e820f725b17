package jpeg

// Limits of the work for a file with many scans. Real files have about ten; each coefficient
// is decoded once and refined at most 13 times.
const (
	maxScans  = 256
	maxVisits = 14
)

// block is the coefficients of a block that were decoded so far, in zigzag order.
type block struct {
	values []int16
	end    *uint8 // all coefficients after this index are zero
}

func (b block) set(k int, v int16) {
	b.values[k] = v
	*b.end = max(*b.end, uint8(k))
}

// blockAt returns a block of those that a component buffers.
func (c *component) blockAt(x, y int) block {
	i := y*c.blocksX + x
	return block{values: c.buffered[i*c.kept : (i+1)*c.kept : (i+1)*c.kept], end: &c.ends[i]}
}

// startBuffered allocates the memory for coefficients at the first scan, and counts the scan
// towards the limits.
func (d *decoder) startBuffered(s scan) error {
	blocks := 0
	for i := range d.components {
		c := &d.components[i]
		blocks += c.blocksX * c.blocksY
		if d.scans == 0 {
			d.allocateBuffer(c)
		}
	}
	for _, c := range s.components {
		d.visited += c.blocksX * c.blocksY * (s.last - s.first + 1)
		c.seen = c.seen || s.first == 0
	}
	if d.scans++; d.scans > maxScans || d.visited > maxVisits*64*blocks {
		return corrupt("more scans than any picture needs")
	}
	return nil
}

// allocateBuffer allocates the memory for a component's coefficients. If a block becomes one
// sample, DC suffices and scans of AC are not read.
func (d *decoder) allocateBuffer(c *component) {
	c.kept = 64
	if d.progressive && c.sizeX == 1 && c.sizeY == 1 {
		c.kept = 1
	}
	c.buffered = make([]int16, c.blocksX*c.blocksY*c.kept)
	c.ends = make([]uint8, c.blocksX*c.blocksY)
}

// bufferScan decodes a sequential scan of some of the components.
func (d *decoder) bufferScan(s scan) error {
	s.first, s.last = 0, 63
	if err := d.startBuffered(s); err != nil {
		return err
	}
	d.eachBlock(s, func(c *component, b block) {
		c.dc += d.bits.difference(c.dcTable)
		b.values[0] = int16(c.dc)
		for k := 1; k < 64; k++ {
			d.bits.need()
			v := d.bits.longValue(c.acTable)
			if k += v.run(); k < 64 {
				b.set(k, int16(v.value()))
			}
		}
	}, func() {})
	return nil
}

// eachBlock calls decode for every block of a scan, in the order of the file, with its
// buffered coefficients, and restarted at every restart marker. Missing blocks keep the
// coefficients of earlier scans.
func (d *decoder) eachBlock(s scan, decode func(c *component, b block), restarted func()) {
	d.openSegment()
	mcu, lostTo := -1, 0 // MCUs before lostTo are missing
	lost := 0            // number of missing blocks of the first component
	visit := func(c *component, x, y int) {
		if mcu >= lostTo {
			b := c.blockAt(x, y)
			decode(c, b)
			if !d.bits.failed() {
				return
			}
			if s.first == 0 && s.high == 0 {
				clear(b.values)
				*b.end = 0
			}
			d.report(d.scanError(y / c.v))
			lostTo = d.intervalEnd(mcu)
		}
		if c == &d.components[0] {
			lost++
		}
	}
	next := func() {
		mcu++
		if d.restartDue(mcu) {
			if !d.nextRestart(mcu/d.restart - 1) {
				lostTo = d.intervalEnd(mcu)
			}
			restarted()
		}
	}
	if len(s.components) == 1 {
		d.eachOwnBlock(s.components[0], next, visit)
	} else {
		d.eachInterleaved(s, next, visit)
	}
	if c := &d.components[0]; s.first == 0 && s.high == 0 {
		d.lost += ceilDiv(lost, c.h*c.v)
	}
}

// eachOwnBlock visits the blocks of a scan of one component, row by row. Such a scan contains
// only the blocks that have pixels.
func (d *decoder) eachOwnBlock(c *component, next func(), visit func(c *component, x, y int)) {
	width := ceilDiv(ceilDiv(d.w*c.h, d.hMax), 8)
	height := ceilDiv(ceilDiv(d.h*c.v, d.vMax), 8)
	for y := range height {
		for x := range width {
			next()
			visit(c, x, y)
		}
	}
}

// eachInterleaved visits the blocks of a scan of several components: MCU by
// MCU, in each all blocks of the first component, then of the second ...
func (d *decoder) eachInterleaved(s scan, next func(), visit func(c *component, x, y int)) {
	for mcu := range d.mcusX * d.mcusY {
		next()
		x, y := mcu%d.mcusX, mcu/d.mcusX
		for _, c := range s.components {
			for i := range c.h * c.v {
				visit(c, x*c.h+i%c.h, y*c.v+i/c.h)
			}
		}
	}
}

// finishBuffered makes the picture of the coefficients after all scans were read.
func (d *decoder) finishBuffered() error {
	for i := range d.components {
		if c := &d.components[i]; !c.seen {
			err := corrupt("there is no scan of component %d", c.id)
			if i == 0 || d.scans == 0 {
				return err
			}
			d.report(err) // colour is missing
		}
	}
	d.prepareScaling()
	for row := range d.mcusY {
		for i := range d.components {
			d.reconstructRow(&d.components[i], row)
		}
		d.emit(row)
	}
	return nil
}

// reconstructRow makes samples of the blocks in a row of MCUs.
func (d *decoder) reconstructRow(c *component, row int) {
	for v := range c.v {
		for x := range c.blocksX {
			c.samples(c.plane[v*c.sizeY*c.stride+x*c.sizeX:], c.blockAt(x, row*c.v+v))
		}
	}
}

// samples makes samples of a block at the start of dst.
func (c *component) samples(dst []byte, b block) {
	s := &c.scaling
	switch {
	case *b.end == 0, c.sizeX*c.sizeY == 1:
		fill(dst, c.stride, c.sizeX, c.sizeY, s.flat(int32(b.values[0])))
	case c.sizeX <= 2 && c.sizeY <= 2:
		var sums [4]int
		for k, v := range b.values[:*b.end+1] {
			w := &s.weights[k]
			sums[w.sum&3] += int(v) * w.weight
		}
		putSums(dst, c.stride, c.sizeX, c.sizeY, &sums)
	default:
		for k, v := range b.values[:*b.end+1] {
			s.block[naturalOrder[k]&63] = int32(v) * s.factors[k]
		}
		s.inverse(dst, c.stride, c.sizeX, c.sizeY)
	}
}
