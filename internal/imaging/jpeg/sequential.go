package jpeg

// streamScan decodes the only scan of a sequential file, one row of MCUs after the other to
// samples and then to pixels, without keeping coefficients.
func (d *decoder) streamScan() {
	d.prepareScaling()
	d.openSegment()
	lostTo := 0 // MCUs before this one are missing
	for row := range d.mcusY {
		for x := range d.mcusX {
			mcu := row*d.mcusX + x
			if d.restartDue(mcu) && !d.nextRestart(mcu/d.restart-1) {
				lostTo = d.intervalEnd(mcu)
			}
			if mcu >= lostTo {
				d.streamMCU(x)
				if !d.bits.failed() {
					continue
				}
				d.report(d.scanError(row))
				lostTo = d.intervalEnd(mcu)
			}
			d.blankMCU(x)
			d.lost++
		}
		d.emit(row)
	}
}

// blankMCU makes the MCU in column x grey.
func (d *decoder) blankMCU(x int) {
	for i := range d.components {
		c := &d.components[i]
		fill(c.plane[x*c.h*c.sizeX:], c.stride, c.h*c.sizeX, c.v*c.sizeY, 128)
	}
}

// streamMCU decodes the blocks of the MCU in column x into the planes.
func (d *decoder) streamMCU(x int) {
	for i := range d.components {
		c := &d.components[i]
		for v := range c.v {
			for h := range c.h {
				at := v*c.sizeY*c.stride + (x*c.h+h)*c.sizeX
				d.bits.streamBlock(c, c.plane[at:])
			}
		}
	}
}

// streamBlock decodes one block to samples at the start of dst. The reader may read at most
// one block past the end of its segment: see padding.
func (r *bitReader) streamBlock(c *component, dst []byte) {
	if r.pos > r.end+8 {
		return // the MCU has failed already
	}
	c.dc += r.difference(c.dcTable)
	s := &c.scaling
	switch {
	case c.sizeX == 1 && c.sizeY == 1:
		r.skipAC(c.acTable)
		dst[0] = s.flat(c.dc)
	case c.sizeX <= 2 && c.sizeY <= 2:
		sums := [4]int{int(c.dc) * s.weights[0].weight}
		r.sumAC(c.acTable, &sums, &s.weights)
		putSums(dst, c.stride, c.sizeX, c.sizeY, &sums)
	default:
		s.block[0] = c.dc * s.factors[0]
		if r.readAC(c.acTable, &s.factors, &s.block) {
			s.inverse(dst, c.stride, c.sizeX, c.sizeY)
		} else {
			fill(dst, c.stride, c.sizeX, c.sizeY, s.flat(c.dc))
			s.block[0] = 0
		}
	}
}

// difference decodes a DC coefficient relative to the one before.
func (r *bitReader) difference(h *huffman) int32 {
	r.need()
	if v := h.values[r.bits>>(64-valueBits)]; v != 0 {
		r.drop(v.length())
		return v.value()
	}
	size := r.symbol(h)
	if size == 0 {
		return 0
	}
	return r.signed(uint(size))
}

// skipAC skips the AC coefficients of a block, several at a time if their codes are short.
// Like the two functions after it, it copies the reader's bits to local variables, so that
// they stay in registers.
func (r *bitReader) skipAC(h *huffman) {
	skips, bits, n := h.skips, r.bits, r.n
	for k := uint(1); k < 64; {
		if n < 32 {
			bits, n = r.refill(bits, n)
		}
		s := skips[bits>>(64-skipBits)]
		next := k + s.count()
		switch {
		case next < 64:
			k = next
			bits, n = bits<<s.length(), n-s.length()
		case next >= blockEnd && next < blockEnd+64:
			k = 64
			bits, n = bits<<s.length(), n-s.length()
		default: // the window includes codes of the next block, or is too short for one code
			r.bits, r.n = bits, n
			k = r.skipOne(h, k)
			bits, n = r.bits, r.n
		}
	}
	r.bits, r.n = bits, n
}

// skipOne skips the code before coefficient k, and returns the next k.
func (r *bitReader) skipOne(h *huffman, k uint) uint {
	symbol := r.symbol(h)
	run, size := uint(symbol>>4), uint(symbol&15)
	if size == 0 && run != 15 {
		return 64
	}
	r.drop(size)
	return k + run + 1
}

// sumAC decodes the AC coefficients of a block and adds each with its weight to one of four
// sums: see putSums.
func (r *bitReader) sumAC(h *huffman, sums *[4]int, weights *[64]sumWeight) {
	bits, n := r.bits, r.n
	for k := 1; k < 64; k++ {
		if n < 32 {
			bits, n = r.refill(bits, n)
		}
		v := h.values[bits>>(64-valueBits)]
		if v == 0 {
			r.bits, r.n = bits, n
			v = r.longValue(h)
			bits, n = r.bits, r.n
		}
		bits, n = bits<<v.length(), n-v.length()
		k += v.run()
		if k > 63 {
			break
		}
		w := &weights[k]
		sums[w.sum&3] += int(v.value()) * w.weight
	}
	r.bits, r.n = bits, n
}

// readAC decodes the AC coefficients of a block, multiplies them by their
// factors and stores them in natural order. It reports whether there are any.
func (r *bitReader) readAC(h *huffman, factors *[64]int32, block *[64]int32) bool {
	bits, n, any := r.bits, r.n, false
	for k := 1; k < 64; k++ {
		if n < 32 {
			bits, n = r.refill(bits, n)
		}
		v := h.values[bits>>(64-valueBits)]
		if v == 0 {
			r.bits, r.n = bits, n
			v = r.longValue(h)
			bits, n = r.bits, r.n
		}
		bits, n = bits<<v.length(), n-v.length()
		k += v.run()
		if k > 63 {
			break
		}
		block[naturalOrder[k]&63] = v.value() * factors[k]
		any = true
	}
	r.bits, r.n = bits, n
	return any
}

// longValue decodes an AC coefficient whose code and value exceed valueBits. It consumes their
// bits and returns the coefficient with length 0.
func (r *bitReader) longValue(h *huffman) value {
	symbol := r.symbol(h)
	run, size := uint(symbol>>4), uint(symbol&15)
	switch {
	case size > 0:
		return newValue(0, run, r.signed(size))
	case run == 15:
		return newValue(0, run, 0)
	}
	return newValue(0, 64, 0)
}
