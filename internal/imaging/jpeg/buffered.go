package jpeg

// Bounds on the work that a file of many scans may cause. Real files have about
// ten; each coefficient comes once and is refined at most 13 times.
const (
	maxScans  = 256
	maxVisits = 14
)

// startBuffered takes the memory for coefficients at the first scan, and counts
// the scan against the bounds.
func (d *decoder) startBuffered(s scan) error {
	if d.coefficients == 0 {
		d.allocateBuffers()
	}
	all := 0
	for i := range d.components {
		all += 64 * len(d.components[i].buffered) / d.coefficients
	}
	for _, c := range s.components {
		d.visited += len(c.buffered) / d.coefficients * (s.last - s.first + 1)
		c.seen = c.seen || s.first == 0
	}
	if d.scans++; d.scans > maxScans || d.visited > maxVisits*all {
		return corrupt("more scans than any picture needs")
	}
	return nil
}

func (d *decoder) allocateBuffers() {
	d.coefficients = 64
	if d.progressive && d.size == 1 {
		d.coefficients = 1
	}
	for i := range d.components {
		c := &d.components[i]
		c.buffered = make([]int16, c.blocksX*c.blocksY*d.coefficients)
	}
}

// bufferScan decodes a sequential scan of some of the components.
func (d *decoder) bufferScan(s scan) error {
	s.first, s.last = 0, 63
	if err := d.startBuffered(s); err != nil {
		return err
	}
	return d.eachBlock(s, func(c *component, b []int16) {
		c.dc += d.bits.difference(c.dcTable)
		b[0] = int16(c.dc)
		for k := 1; k < 64; k++ {
			d.bits.need()
			v := d.bits.longValue(c.acTable)
			if k += v.run(); k < 64 {
				b[k] = int16(v.value())
			}
		}
	}, func() {})
}

// eachBlock calls decode with the buffered coefficients of every block of a
// scan, in the order of the file, and restarted at every restart marker.
func (d *decoder) eachBlock(s scan, decode func(c *component, b []int16), restarted func()) error {
	d.openSegment()
	mcu := 0
	visit := func(c *component, x, y int) error {
		at := (y*c.blocksX + x) * d.coefficients
		decode(c, c.buffered[at:at+d.coefficients:at+d.coefficients])
		if d.bits.failed() {
			return d.scanError(y / c.v)
		}
		return nil
	}
	next := func() error {
		if d.restartDue(mcu) {
			if err := d.nextRestart(mcu/d.restart - 1); err != nil {
				return err
			}
			restarted()
		}
		mcu++
		return nil
	}
	if len(s.components) == 1 {
		return d.eachOwnBlock(s.components[0], next, visit)
	}
	return d.eachInterleaved(s, next, visit)
}

// eachOwnBlock visits the blocks of a scan of one component: row by row, and
// only those that have pixels.
func (d *decoder) eachOwnBlock(c *component, next func() error, visit func(c *component, x, y int) error) error {
	width := ceilDiv(ceilDiv(d.w*c.h, d.hMax), 8)
	height := ceilDiv(ceilDiv(d.h*c.v, d.vMax), 8)
	for y := range height {
		for x := range width {
			if err := next(); err != nil {
				return err
			}
			if err := visit(c, x, y); err != nil {
				return err
			}
		}
	}
	return nil
}

// eachInterleaved visits the blocks of a scan of several components: MCU by
// MCU, in each all blocks of the first component, then of the second ...
func (d *decoder) eachInterleaved(s scan, next func() error, visit func(c *component, x, y int) error) error {
	for mcu := range d.mcusX * d.mcusY {
		if err := next(); err != nil {
			return err
		}
		x, y := mcu%d.mcusX, mcu/d.mcusX
		for _, c := range s.components {
			for i := range c.h * c.v {
				if err := visit(c, x*c.h+i%c.h, y*c.v+i/c.h); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// finishBuffered makes the picture of the coefficients, when all scans are in.
func (d *decoder) finishBuffered() error {
	for i := range d.components {
		if c := &d.components[i]; !c.seen {
			return corrupt("there is no scan of component %d", c.id)
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
			at := ((row*c.v+v)*c.blocksX + x) * d.coefficients
			b := c.buffered[at : at+d.coefficients]
			c.scaling.samples(c.plane[v*c.size*c.stride+x*c.size:], c.stride, c.size, b)
		}
	}
}

// samples makes samples of the coefficients of a block, in zigzag order.
func (s *scaling) samples(dst []byte, stride, size int, b []int16) {
	switch size {
	case 1:
		dst[0] = s.flat(int32(b[0]))
	case 2:
		var sums [4]int
		for k, v := range b {
			w := &s.weights[k]
			sums[w.sum&3] += int(v) * w.weight
		}
		putSums(dst, stride, &sums)
	default:
		for k, v := range b {
			s.block[naturalOrder[k]&63] = int32(v) * s.factors[k]
		}
		s.inverse(dst, stride, size)
	}
}
