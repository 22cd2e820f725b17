package jpeg

// progressiveScan decodes a scan of a progressive file into the buffers (T.81
// annex G).
func (d *decoder) progressiveScan(s scan) error {
	if err := d.startBuffered(s); err != nil {
		return err
	}
	if s.first > 0 && s.components[0].kept == 1 {
		d.skipEntropy()
		return nil
	}
	run := 0 // number of next blocks without coefficients in this band
	d.eachBlock(s, func(c *component, b block) {
		r := &d.bits
		switch {
		case s.first == 0 && s.high == 0:
			c.dc += r.difference(c.dcTable)
			b.values[0] = int16(c.dc << s.low)
		case s.first == 0:
			r.need()
			b.values[0] |= int16(r.take(1) << s.low)
		case s.high == 0:
			run = r.firstAC(c.acTable, b, s, run)
		default:
			run = r.refineAC(c.acTable, b, s, run)
		}
	}, func() { run = 0 })
	return nil
}

// firstAC decodes a band of a block for the first time. run is the number of blocks without
// coefficients, starting with this one; firstAC returns the number that is left.
func (r *bitReader) firstAC(h *huffman, b block, s scan, run int) int {
	if run > 0 {
		return run - 1
	}
	for k := s.first; k <= s.last; k++ {
		r.need()
		symbol := r.symbol(h)
		zeros, size := int(symbol>>4), uint(symbol&15)
		switch {
		case size > 0:
			k += zeros
			v := r.signed(size) << s.low
			if k <= s.last {
				b.set(k, int16(v))
			}
		case zeros < 15:
			return 1<<zeros + int(r.take(uint(zeros))) - 1
		default:
			k += 15
		}
	}
	return 0
}

// refineAC decodes one more bit of a band of a block. Coefficients other than zero get their
// next bit, and some that are zero become plus or minus one unit of that bit.
func (r *bitReader) refineAC(h *huffman, b block, s scan, run int) int {
	one := int16(1) << s.low
	k := s.first
	for run == 0 && k <= s.last {
		r.need()
		symbol := r.symbol(h)
		zeros, size := int(symbol>>4), symbol&15
		fresh := int16(0)
		switch {
		case size > 0:
			fresh = -one
			if r.take(1) == 1 {
				fresh = one
			}
		case zeros < 15:
			run = 1<<zeros + int(r.take(uint(zeros)))
			continue
		}
		k = r.refine(b, k, s.last, zeros, one)
		if fresh != 0 && k <= s.last {
			b.set(k, fresh)
		}
		k++
	}
	if run == 0 {
		return 0
	}
	r.refine(b, k, s.last, 64, one)
	return run - 1
}

// refine reads the next bit of the coefficients from k on that are not zero, until it has
// skipped the given number of zeros. It returns the position of the next zero.
func (r *bitReader) refine(b block, k, last, zeros int, one int16) int {
	for end := min(last, int(*b.end)); k <= end; k++ {
		v := b.values[k]
		if v == 0 {
			if zeros == 0 {
				return k
			}
			zeros--
			continue
		}
		r.need()
		if r.take(1) == 0 || v&one != 0 {
			continue
		}
		if v > 0 {
			b.values[k] = v + one
		} else {
			b.values[k] = v - one
		}
	}
	return min(k+zeros, last+1)
}
