package jpeg

// scan is the contents of a scan header (T.81 B.2.3).
type scan struct {
	components []*component
	// The band of coefficients, in zigzag order, and for progressive files the number of
	// low bits that were missing before this scan (high) and that are missing after it (low).
	first, last int
	high, low   uint
}

// readScan reads a scan header and the scan after it. It reports whether the
// picture is complete.
func (d *decoder) readScan(b []byte) (done bool, err error) {
	s, err := d.readScanHeader(b)
	if err != nil {
		return false, err
	}
	if d.progressive {
		return false, d.progressiveScan(s)
	}
	if len(s.components) < len(d.components) || d.scans > 0 {
		return false, d.bufferScan(s)
	}
	d.streamScan()
	return true, nil
}

func (d *decoder) readScanHeader(b []byte) (scan, error) {
	if len(b) < 1 || b[0] < 1 || len(b) != 4+2*int(b[0]) {
		return scan{}, corrupt("a scan header of %d bytes", len(b))
	}
	count := int(b[0])
	band := b[1+2*count:]
	s := scan{first: int(band[0]), last: int(band[1]), high: uint(band[2] >> 4), low: uint(band[2] & 15)}
	blocks := 0
	for i := range count {
		c, err := d.scanComponent(s, b[1+2*i], b[2+2*i])
		if err != nil {
			return scan{}, err
		}
		s.components = append(s.components, c)
		blocks += c.h * c.v
	}
	if count > 1 && blocks > 10 {
		return scan{}, corrupt("%d blocks in an MCU", blocks)
	}
	return s, d.checkBand(s)
}

// scanComponent finds the component of an identifier, which must not be in the
// scan already, and gives it the tables that a selector byte names.
func (d *decoder) scanComponent(s scan, id, selector byte) (*component, error) {
	for _, other := range s.components {
		if other.id == id {
			return nil, corrupt("component %d is twice in a scan", id)
		}
	}
	for i := range d.components {
		c := &d.components[i]
		if c.id != id {
			continue
		}
		dc, ac := selector>>4, selector&15
		if dc > 3 || ac > 3 {
			return nil, corrupt("Huffman tables %d and %d for component %d", dc, ac, id)
		}
		c.dcTable, c.acTable, c.dc = d.dc[dc], d.ac[ac], 0
		if c.dcTable == nil && dc < 2 {
			c.dcTable = standardTables().dc[dc]
		}
		if c.acTable == nil && ac < 2 {
			c.acTable = standardTables().ac[ac]
		}
		return c, nil
	}
	return nil, corrupt("a scan of an unknown component %d", id)
}

// checkBand returns an error unless the scan's band is valid and has its tables.
func (d *decoder) checkBand(s scan) error {
	needDC, needAC := true, true
	if d.progressive {
		needDC, needAC = s.first == 0 && s.high == 0, s.first > 0
		switch {
		case s.last > 63 || s.first > s.last, s.first == 0 && s.last != 0,
			s.first > 0 && len(s.components) != 1, s.low > 13, s.high != 0 && s.high != s.low+1:
			return corrupt("a scan of coefficients %d to %d, bits %d to %d", s.first, s.last, s.high, s.low)
		}
	}
	for _, c := range s.components {
		if needDC && c.dcTable == nil || needAC && c.acTable == nil {
			return corrupt("a scan of component %d lacks its Huffman table", c.id)
		}
		if d.quant[c.table] == nil {
			return corrupt("component %d lacks its quantisation table %d", c.id, c.table)
		}
	}
	return nil
}

// intervalEnd returns the first MCU of the restart interval after that of mcu, or a number
// beyond all MCUs if there are no restarts.
func (d *decoder) intervalEnd(mcu int) int {
	if d.restart == 0 {
		return d.mcusX * d.mcusY * 16 // in scans of one component MCUs are blocks
	}
	return (mcu/d.restart + 1) * d.restart
}

// restartDue says whether a restart marker precedes an MCU.
func (d *decoder) restartDue(mcu int) bool {
	return d.restart > 0 && mcu > 0 && mcu%d.restart == 0
}
