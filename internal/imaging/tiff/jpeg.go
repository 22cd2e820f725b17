package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"io"

	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/shrink"
)

// openJPEG decodes the JPEG of a strip or tile (technical note 2 to TIFF 6.0).
// Where the samples are luma and chroma, it hands on RGB.
func (p *Page) openJPEG(index int, c chunk) (io.Reader, error) {
	raw := p.piece(index, c.h)
	if len(raw) == 0 {
		return nil, ErrTruncated
	}
	stream := p.completeJPEG(raw)
	header, err := jpeg.ReadHeader(stream)
	if err != nil {
		return nil, wrapJPEG(err)
	}
	// Some writers fill up the last strip, some put the whole page in each.
	if int64(header.W)*int64(header.H) > 4*int64(p.chunkW)*int64(p.chunkH)+1<<16 {
		return nil, corrupt("a strip or tile of %d x %d pixels holds a JPEG of %d x %d", p.chunkW, p.chunkH, header.W, header.H)
	}
	samples := p.samples / p.planes()
	if header.Components != samples {
		return nil, corrupt("a JPEG of %d components for %d samples a pixel", header.Components, samples)
	}
	pix, err := samplesOfJPEG(stream, header)
	if err != nil {
		return nil, wrapJPEG(err)
	}
	row := make([]byte, p.chunkW*samples)
	y := 0
	return &rowReader{next: func() ([]byte, error) {
		if y == header.H {
			return nil, ErrTruncated
		}
		copy(row, pix[y*header.W*samples:][:header.W*samples])
		y++
		return row, nil
	}}, nil
}

// samplesOfJPEG decodes a JPEG to as many samples a pixel as it has components.
func samplesOfJPEG(stream []byte, header jpeg.Header) ([]byte, error) {
	if header.Components == 4 {
		return inksOfJPEG(stream)
	}
	_, _, pix, err := jpeg.Decode(stream, 1)
	if err != nil || header.Components == 3 {
		return pix, err
	}
	gray := pix[:len(pix)/3]
	for i := range gray {
		gray[i] = pix[3*i]
	}
	return gray, nil
}

// inksOfJPEG decodes four components as they are. Our own decoder makes RGB of
// them and takes them to be stored inverted, as in Adobe's files; in TIFF they
// are not.
func inksOfJPEG(stream []byte) ([]byte, error) {
	picture, err := stdjpeg.Decode(bytes.NewReader(stream))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", jpeg.ErrCorrupt, err)
	}
	inks, ok := picture.(*image.CMYK)
	if !ok {
		return nil, fmt.Errorf("%w: %T is no picture of four components", jpeg.ErrUnsupported, picture)
	}
	size := inks.Bounds().Size()
	pix := make([]byte, 0, 4*size.X*size.Y)
	for y := range size.Y {
		for _, v := range inks.Pix[y*inks.Stride:][:4*size.X] {
			pix = append(pix, 255-v) // Decode has inverted them
		}
	}
	return pix, nil
}

// completeJPEG puts in front of a strip what it lacks to be a JPEG file: the
// tables, which are the same for all, and whether its components are RGB.
func (p *Page) completeJPEG(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte{0xFF, 0xD8}) {
		return raw
	}
	stream := append([]byte{0xFF, 0xD8}, p.adobeSegment()...)
	if tables := p.dir.bytes(tagJPEGTables); len(tables) > 4 {
		stream = append(stream, bytes.TrimSuffix(tables[2:], []byte{0xFF, 0xD9})...)
	}
	return append(stream, raw[2:]...)
}

// adobeSegment is an APP14 segment that says whether there is chroma.
func (p *Page) adobeSegment() []byte {
	transform := byte(0)
	if p.photometric == yCbCr && p.samples == 3 {
		transform = 1
	}
	return append([]byte("\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00"), transform)
}

// wrapJPEG turns errors of the JPEG decoder into those of this package.
func wrapJPEG(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jpeg.ErrTruncated):
		return ErrTruncated
	case errors.Is(err, jpeg.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// wholeJPEG decodes a page that is a single JPEG at a reduced scale, which saves
// most of the time and the memory. It is not ok when the page is anything else.
func (p *Page) wholeJPEG(scale int) (w, h int, pix []byte, ok bool) {
	single := p.across*p.down == 1 && !p.planar && p.compression == compressionJPEG
	plain := p.photometric == blackIsZero && p.samples == 1 || p.samples == 3 && (p.photometric == rgb || p.jpegRGB)
	if !single || !plain {
		return 0, 0, nil, false
	}
	stream := p.completeJPEG(p.piece(0, p.H))
	header, err := jpeg.ReadHeader(stream)
	if err != nil || header.W != p.W || header.H != p.H || header.Components != p.samples {
		return 0, 0, nil, false
	}
	w, h, pix, err = jpeg.Decode(stream, scale)
	return w, h, pix, err == nil
}

// oldJPEG returns the page as a JPEG file, of the compression that TIFF 6.0,
// section 22, describes and every writer understood differently: a complete
// file somewhere, complete files as strips (nil, when there are several), or
// tables and codes in pieces.
func (p *Page) oldJPEG() ([]byte, error) {
	data := p.dir.reader.data
	at := p.dir.uint(tagJPEGOffset, 0)
	if at > 0 && at < uint64(len(data)) && bytes.HasPrefix(data[at:], []byte{0xFF, 0xD8}) {
		if bytes.Contains(data[at:], []byte{0xFF, 0xDA}) {
			return data[at:], nil
		}
	}
	if first := p.piece(0, p.H); bytes.HasPrefix(first, []byte{0xFF, 0xD8}) {
		if p.across*p.down > 1 {
			return nil, nil
		}
		return first, nil
	}
	if err := p.checkPresent(); err != nil {
		return nil, err
	}
	stream := append([]byte{0xFF, 0xD8}, p.adobeSegment()...)
	for class, tag := range []uint16{tagJPEGQTables, tagJPEGDCTables, tagJPEGACTables} {
		for i, at := range first4(p.dir.uints(tag)) {
			table := oldTable(data, at, class)
			if table == nil {
				return nil, corrupt("table %d of old JPEG compression is not at byte %d", i, at)
			}
			stream = append(stream, table.segment(class, i)...)
		}
	}
	stream = append(stream, p.oldFrame()...)
	for i := range p.across * p.down {
		if i > 0 {
			stream = append(stream, 0xFF, 0xD0|byte(i-1)&7) // RST
		}
		stream = append(stream, p.piece(i, p.H)...)
	}
	return append(stream, 0xFF, 0xD9), nil
}

// first4 cuts a list to as many tables as JPEG has.
func first4(v []uint64) []uint64 { return v[:min(len(v), 4)] }

// decodeOldJPEG decodes the JPEG file of a page, or hands on why there is none.
func (p *Page) decodeOldJPEG(stream []byte, err error, scale int) (w, h int, pix []byte, _ error) {
	if err != nil {
		return 0, 0, nil, err
	}
	header, err := jpeg.ReadHeader(stream)
	if err != nil {
		return 0, 0, nil, wrapJPEG(err)
	}
	if header.W != p.W || header.H < p.H || header.H > p.H+64 {
		return 0, 0, nil, corrupt("a page of %d x %d pixels holds a JPEG of %d x %d", p.W, p.H, header.W, header.H)
	}
	if header.H == p.H {
		w, h, pix, err = jpeg.Decode(stream, scale)
		return w, h, pix, wrapJPEG(err)
	}
	w, _, pix, err = jpeg.Decode(stream, 1)
	if err != nil {
		return 0, 0, nil, wrapJPEG(err)
	}
	builder := shrink.New(p.W, p.H, scale)
	for y := range p.H {
		builder.Row(y, pix[3*w*y:][:3*w])
	}
	w, h, pix = builder.Picture()
	return w, h, pix, nil
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

// oldFrame returns the headers of the frame, of restarts and of the scan.
func (p *Page) oldFrame() []byte {
	subX, subY := 1, 1
	if p.photometric == yCbCr {
		subX, subY = 2, 2
		if v := p.dir.uints(tagYCbCrSampling); len(v) >= 2 {
			subX, subY = int(v[0]&15), int(v[1]&15)
		}
	}
	n := byte(p.samples)
	frame := []byte{0xFF, 0xC0, 0, 8 + 3*n, 8}
	frame = binary.BigEndian.AppendUint16(frame, uint16(p.H))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(p.W)), n)
	scan := []byte{0xFF, 0xDA, 0, 6 + 2*n, n}
	for i := range n {
		sampling := byte(0x11)
		if i == 0 {
			sampling = byte(subX<<4 | subY)
		}
		frame = append(frame, i+1, sampling, i)
		scan = append(scan, i+1, i<<4|i)
	}
	restart := p.int(tagJPEGRestart, 0)
	if p.down > 1 && subX > 0 && subY > 0 {
		restart = ceilDiv(p.W, 8*subX) * ceilDiv(p.chunkH, 8*subY)
	}
	if restart > 0 {
		frame = binary.BigEndian.AppendUint16(append(frame, 0xFF, 0xDD, 0, 4), uint16(restart))
	}
	return append(append(frame, scan...), 0, 63, 0)
}
