package jpeg

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Markers (T.81 table B.1) that the decoder knows.
const (
	sof0  = 0xC0 // baseline
	sof1  = 0xC1 // extended sequential
	sof2  = 0xC2 // progressive
	sof15 = 0xCF
	dht   = 0xC4
	jpg   = 0xC8
	dac   = 0xCC
	rst0  = 0xD0
	rst7  = 0xD7
	soi   = 0xD8
	eoi   = 0xD9
	sos   = 0xDA
	dqt   = 0xDB
	dnl   = 0xDC
	dri   = 0xDD
	app0  = 0xE0
	app14 = 0xEE
)

// start returns the position after SOI, or 0 if there is none. It skips bytes before SOI,
// which web servers and mail programs may leave.
func start(data []byte) int {
	at := bytes.Index(data, []byte{0xFF, soi, 0xFF})
	if at < 0 {
		return 0
	}
	return at + 2
}

// nextMarker finds the next marker and returns it with its segment, which is empty if the
// marker has none. Like all decoders, it skips bytes before a marker.
func (d *decoder) nextMarker() (marker byte, segment []byte, err error) {
	for {
		at := bytes.IndexByte(d.data[d.pos:], 0xFF)
		if at < 0 || d.pos+at+1 >= len(d.data) {
			return 0, nil, ErrTruncated
		}
		d.pos += at + 1
		marker = d.data[d.pos]
		if marker != 0 && marker != 0xFF && (marker < rst0 || marker > soi) && marker != 1 {
			d.pos++
			break
		}
	}
	if marker == eoi {
		return marker, nil, nil
	}
	if d.pos+2 > len(d.data) {
		return 0, nil, ErrTruncated
	}
	end := d.pos + int(binary.BigEndian.Uint16(d.data[d.pos:]))
	if end < d.pos+2 {
		return 0, nil, corrupt("segment %02X at byte %d is shorter than its length field", marker, d.pos)
	}
	if end > len(d.data) {
		return 0, nil, ErrTruncated
	}
	segment, d.pos = d.data[d.pos+2:end], end
	return marker, segment, nil
}

// Segments yields the markers of a file and their segments, up to the first scan or to
// damage.
func Segments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		d := decoder{data: data, pos: start(data)}
		for {
			marker, segment, err := d.nextMarker()
			if err != nil || marker == sos || marker == eoi || !yield(marker, segment) {
				return
			}
		}
	}
}

// readFrame reads up to and including the frame header.
func (d *decoder) readFrame() error {
	d.adobe = -1
	if d.pos = start(d.data); d.pos == 0 {
		return corrupt("it does not begin with FF D8")
	}
	for len(d.components) == 0 {
		marker, segment, err := d.nextMarker()
		if err != nil {
			return err
		}
		if marker == sos || marker == eoi {
			return corrupt("a scan or the end comes before the frame header")
		}
		if err := d.readSegment(marker, segment); err != nil {
			return err
		}
	}
	return nil
}

// readScans reads the rest of the file and leaves the picture in d.pix. Errors after the
// first scan do not end decoding.
func (d *decoder) readScans() error {
	for {
		marker, segment, err := d.nextMarker()
		atEnd := err != nil && d.pos >= len(d.data)-1 // only the end marker is missing
		switch {
		case err != nil:
		case marker == sos:
			done := false
			if done, err = d.readScan(segment); done {
				return nil
			}
		case marker != eoi:
			err = d.readSegment(marker, segment)
		}
		if err != nil {
			if d.scans == 0 {
				return err
			}
			if !atEnd {
				d.report(err)
			}
		}
		if err != nil || marker == eoi {
			return d.finishBuffered()
		}
	}
}

// readSegment reads tables and headers. It ignores unknown segments.
func (d *decoder) readSegment(marker byte, b []byte) error {
	switch {
	case marker == dqt:
		return d.readQuantisation(b)
	case marker == dht:
		return d.readHuffman(b)
	case marker == dri:
		if len(b) < 2 {
			return corrupt("the restart interval has %d bytes", len(b))
		}
		d.restart = int(binary.BigEndian.Uint16(b))
	case marker == app0:
		d.jfif = d.jfif || bytes.HasPrefix(b, []byte("JFIF\x00"))
	case marker == app14:
		if len(b) >= 12 && bytes.HasPrefix(b, []byte("Adobe")) {
			d.adobe = int(b[11])
		}
	case marker >= sof0 && marker <= sof2:
		return d.readFrameHeader(marker, b)
	case marker > sof2 && marker <= sof15 && marker != jpg:
		return unsupported("%s: save it as baseline JPEG", process(marker))
	}
	return nil
}

// process names a coding process that is not read (T.81 table B.1).
func process(marker byte) string {
	switch {
	case marker == 0xC3:
		return "lossless JPEG"
	case marker == 0xC9 || marker == 0xCA:
		return "arithmetic coding"
	case marker == 0xCB:
		return "lossless JPEG with arithmetic coding"
	}
	return "hierarchical JPEG"
}

// readQuantisation reads a DQT segment (T.81 B.2.4.1).
func (d *decoder) readQuantisation(b []byte) error {
	for len(b) > 0 {
		precision, id := b[0]>>4, b[0]&15
		width := 1 + int(precision)
		if precision > 1 || id > 3 || len(b) < 1+64*width {
			return corrupt("quantisation table %d of precision %d in %d bytes", id, precision, len(b))
		}
		table := new([64]uint16)
		for z := range table {
			if precision == 0 {
				table[z] = uint16(b[1+z])
			} else {
				table[z] = binary.BigEndian.Uint16(b[1+2*z:])
			}
		}
		d.quant[id] = table
		b = b[1+64*width:]
	}
	return nil
}

// readHuffman reads a DHT segment (T.81 B.2.4.2).
func (d *decoder) readHuffman(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 {
			return corrupt("a Huffman table of %d bytes", len(b))
		}
		class, id := b[0]>>4, b[0]&15
		if class > 1 || id > 3 {
			return corrupt("Huffman table %d of class %d", id, class)
		}
		table, size, err := newHuffman(b[1:], class == 0)
		if err != nil {
			return err
		}
		if class == 0 {
			d.dc[id] = table
		} else {
			d.ac[id] = table
		}
		b = b[1+size:]
	}
	return nil
}
