package tiff

import (
	"bytes"
	"encoding/binary"

	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/shrink"
)

// Markers of JPEG (T.81 table B.1).
const (
	markerSOI = "\xFF\xD8"
	markerDHT = 0xC4
	markerSOF = 0xC0
	markerDQT = 0xDB
	markerSOS = 0xDA
)

// oldJPEG returns the page as a JPEG file, for the compression of TIFF 6.0, section 22, which
// writers have implemented in different ways: as a complete file anywhere, as complete files in
// strips (the result is nil if there are several), or as separate tables and codes.
func (p *Page) oldJPEG() ([]byte, error) {
	var headers []byte
	tables := []byte{0, 1, 1, 1} // of the components
	if at := p.dir.uint(tagJPEGOffset, 0); at > 0 && at < uint64(len(p.dir.reader.data)) {
		file := p.dir.reader.data[at:]
		kept, scan := jpegHeaders(file)
		first := p.offset(0) - int64(at) // position of the codes in file
		length := int64(p.dir.uint(tagJPEGLength, 0))
		if scan > 0 && (p.offsets.count() == 0 || first <= int64(scan) || first < length || length == 0) {
			return file, nil
		}
		headers = kept
	}
	if first := p.piece(0, p.H); bytes.HasPrefix(first, []byte(markerSOI)) {
		if p.across*p.down > 1 {
			return nil, nil
		}
		return first, nil
	}
	if err := p.checkPresent(); err != nil {
		return nil, err
	}
	if headers == nil {
		var err error
		tables = []byte{0, 1, 2, 3}
		if headers, err = p.oldTables(); err != nil {
			return nil, err
		}
	}
	adobe := p.adobeSegment()
	if p.ownRange() {
		adobe = adobeSegment(0)
	}
	stream := append([]byte(markerSOI), adobe...)
	stream = append(stream, headers...)
	if !bytes.Contains(headers, []byte{0xFF, markerSOF}) {
		stream = append(stream, p.oldFrame(tables)...)
	}
	stream = append(stream, p.oldRestart()...)
	for i := range p.across * p.down {
		codes := p.piece(i, p.H)
		if i > 0 {
			stream = append(stream, 0xFF, 0xD0|byte(i-1)&7) // RST
		} else if !bytes.HasPrefix(codes, []byte{0xFF, markerSOS}) { // some writers put the scan header there
			stream = append(stream, p.oldScan(tables)...)
		}
		stream = append(stream, codes...)
	}
	return append(stream, 0xFF, 0xD9), nil
}

// jpegHeaders returns the tables at the start of a JPEG file, and the position after the header
// of its scan, or 0 if there is none.
func jpegHeaders(file []byte) (tables []byte, scan int) {
	if !bytes.HasPrefix(file, []byte(markerSOI)) {
		return nil, 0
	}
	for at := 2; at+4 <= len(file) && file[at] == 0xFF; {
		end := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		if end > len(file) {
			break
		}
		switch file[at+1] {
		case markerDHT, markerDQT, markerSOF:
			tables = append(tables, file[at:end]...)
		case markerSOS:
			return tables, end
		}
		at = end
	}
	return tables, 0
}

// oldTables returns the tables that the tags refer to, as segments.
func (p *Page) oldTables() (segments []byte, err error) {
	for class, tag := range []uint16{tagJPEGQTables, tagJPEGDCTables, tagJPEGACTables} {
		for i, at := range first4(p.dir.uints(tag)) {
			table := oldTable(p.dir.reader.data, at, class)
			if table == nil {
				return nil, corrupt("table %d of old JPEG compression is not at byte %d", i, at)
			}
			segments = append(segments, table.segment(class, i)...)
		}
	}
	return segments, nil
}

// first4 limits a list to the four tables that JPEG can have.
func first4(v []uint64) []uint64 { return v[:min(len(v), 4)] }

// decodeOldJPEG decodes the JPEG file of a page.
func (p *Page) decodeOldJPEG(stream []byte, scale int) (w, h int, pix []byte, missing float64, err error) {
	header, err := jpeg.ReadHeader(stream)
	if err != nil {
		return 0, 0, nil, 1, wrapJPEG(err)
	}
	if header.W != p.W || header.H < p.H || header.H > p.H+64 {
		return 0, 0, nil, 1, corrupt("a page of %d x %d pixels holds a JPEG of %d x %d", p.W, p.H, header.W, header.H)
	}
	convert := func(pix, _ []byte) {}
	if p.ownRange() && header.Components == 3 {
		stream = append([]byte(markerSOI), append(adobeSegment(0), stream[2:]...)...)
		convert = p.lumaChroma()
	}
	if header.H == p.H {
		w, h, pix, damage, err := jpeg.DecodeDamaged(stream, scale)
		convert(pix, pix)
		return w, h, pix, damage.Missing, wrapJPEG(err)
	}
	w, _, pix, damage, err := jpeg.DecodeDamaged(stream, 1)
	if err != nil {
		return 0, 0, nil, 1, wrapJPEG(err)
	}
	convert(pix, pix)
	builder := shrink.New(p.W, p.H, scale)
	for y := range p.H {
		builder.Row(y, pix[3*w*y:][:3*w])
	}
	w, h, pix = builder.Picture()
	return w, h, pix, damage.Missing, nil
}

// ownRange says whether the file states a range of luma and chroma other than JPEG's.
func (p *Page) ownRange() bool {
	return p.photometric == yCbCr && p.samples == 3 && len(p.dir.floats(tagReferenceBW)) >= 6
}

// jpegTable is the contents of a table without its number.
type jpegTable []byte

// oldTable returns the table at an offset: 64 bytes of quantisation (class 0),
// or 16 counts and the values of Huffman codes.
func oldTable(data []byte, at uint64, class int) jpegTable {
	if at >= uint64(len(data)) {
		return nil
	}
	b, size := data[at:], 64
	if class > 0 {
		size = 16
		for _, n := range b[:min(16, len(b))] {
			size += int(n)
		}
	}
	if len(b) < size {
		return nil
	}
	return b[:size]
}

// segment returns a table as a DQT or DHT segment.
func (t jpegTable) segment(class, index int) []byte {
	marker, id := byte(0xDB), byte(index)
	if class > 0 {
		marker, id = 0xC4, byte(class-1)<<4|byte(index)
	}
	out := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(t)+3))
	return append(append(out, id), t...)
}

// oldFrame returns the header of the frame; tables are the numbers of the components' tables.
func (p *Page) oldFrame(tables []byte) []byte {
	subX, subY := p.oldSampling()
	n := min(byte(p.samples), 4)
	frame := []byte{0xFF, markerSOF, 0, 8 + 3*n, 8}
	frame = binary.BigEndian.AppendUint16(frame, uint16(p.H))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(p.W)), n)
	for i := range n {
		sampling := byte(0x11)
		if i == 0 {
			sampling = byte(subX<<4 | subY)
		}
		frame = append(frame, i+1, sampling, tables[i])
	}
	return frame
}

func (p *Page) oldSampling() (subX, subY int) {
	if p.photometric != yCbCr {
		return 1, 1
	}
	if v := p.dir.uints(tagYCbCrSampling); len(v) >= 2 && min(v[0], v[1]) >= 1 && max(v[0], v[1]) <= 4 {
		return int(v[0]), int(v[1])
	}
	return 2, 2
}

// oldRestart returns the segment with the restart interval. If there are several strips, each
// begins with a restart.
func (p *Page) oldRestart() []byte {
	interval := p.int(tagJPEGRestart, 0)
	if p.across*p.down > 1 {
		subX, subY := p.oldSampling()
		interval = ceilDiv(p.chunkW, 8*subX) * ceilDiv(p.chunkH, 8*subY)
	}
	return binary.BigEndian.AppendUint16([]byte{0xFF, 0xDD, 0, 4}, uint16(interval))
}

// oldScan returns the header of the scan.
func (p *Page) oldScan(tables []byte) []byte {
	n := min(byte(p.samples), 4)
	scan := []byte{0xFF, markerSOS, 0, 6 + 2*n, n}
	for i := range n {
		scan = append(scan, i+1, tables[i]<<4|tables[i])
	}
	return append(scan, 0, 63, 0)
}
