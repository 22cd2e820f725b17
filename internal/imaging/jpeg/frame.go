package jpeg

import (
	"bytes"
	"encoding/binary"
)

// readFrameHeader reads an SOF segment (T.81 B.2.2).
func (d *decoder) readFrameHeader(marker byte, b []byte) error {
	if len(d.components) > 0 {
		return corrupt("a second frame header")
	}
	if len(b) < 6 || len(b) < 6+3*int(b[5]) {
		return corrupt("a frame header of %d bytes", len(b))
	}
	if b[0] != 8 {
		return unsupported("%d bits a sample: save it with 8", b[0])
	}
	d.progressive = marker == sof2
	d.h, d.w = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if d.h == 0 {
		d.h = d.heightBelow()
	}
	if d.h == 0 {
		return corrupt("the height is 0")
	}
	if d.w == 0 {
		return corrupt("the width is 0")
	}
	count := int(b[5])
	if count != 1 && count != 3 && count != 4 {
		return unsupported("%d components: save it as grey or in colour", count)
	}
	for b = b[6:]; len(d.components) < count; b = b[3:] {
		c := component{id: b[0], h: int(b[1] >> 4), v: int(b[1] & 15), table: int(b[2])}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3 {
			return corrupt("component %d has sampling %d x %d and quantisation table %d", c.id, c.h, c.v, c.table)
		}
		d.components = append(d.components, c)
	}
	return d.checkSampling()
}

// heightBelow finds the height of a picture whose frame header does not state it: in a DNL
// segment after the first scan (T.81 B.2.5).
func (d *decoder) heightBelow() int {
	at := bytes.Index(d.data[d.pos:], []byte{0xFF, dnl, 0, 4})
	if at < 0 || len(d.data)-d.pos-at < 6 {
		return 0
	}
	return int(binary.BigEndian.Uint16(d.data[d.pos+at+4:]))
}

// checkSampling derives the grid of MCUs from the components' sampling factors.
func (d *decoder) checkSampling() error {
	if len(d.components) == 1 {
		// A scan of one component has one block per MCU, whatever its factors.
		d.components[0].h, d.components[0].v = 1, 1
	}
	for _, c := range d.components {
		d.hMax, d.vMax = max(d.hMax, c.h), max(d.vMax, c.v)
	}
	for i, c := range d.components {
		if d.hMax%c.h != 0 || d.vMax%c.v != 0 {
			return unsupported("component %d is sampled %d x %d in %d x %d: no whole factor: save it again", c.id, c.h, c.v, d.hMax, d.vMax)
		}
		for _, other := range d.components[:i] {
			if other.id == c.id {
				return corrupt("two components are called %d", c.id)
			}
		}
	}
	d.mcusX, d.mcusY = ceilDiv(d.w, 8*d.hMax), ceilDiv(d.h, 8*d.vMax)
	return nil
}
