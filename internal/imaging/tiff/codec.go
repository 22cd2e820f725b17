package tiff

import (
	"bytes"
	stdlzw "compress/lzw"
	"compress/zlib"
	"fmt"
	"io"
	"math/bits"

	"golang.org/x/image/tiff/lzw"
)

// Values of Compression.
const (
	compressionNone     = 1
	compressionRLE      = 2 // fax codes in rows that begin at bytes
	compressionG3       = 3
	compressionG4       = 4
	compressionLZW      = 5
	compressionOldJPEG  = 6
	compressionJPEG     = 7
	compressionDeflate  = 8
	compressionOldFlate = 32946
	compressionPackBits = 32773
	compressionRLEW     = 32771 // fax codes in rows that begin at 16-bit words
)

var readCompressions = map[int]bool{
	compressionNone: true, compressionRLE: true, compressionG3: true, compressionG4: true, compressionLZW: true,
	compressionOldJPEG: true, compressionJPEG: true, compressionDeflate: true, compressionOldFlate: true,
	compressionPackBits: true, compressionRLEW: true,
}

// unreadCompressions are the names of known compressions that are not read.
var unreadCompressions = map[int]string{
	9: "JBIG (T.85)", 10: "JBIG (T.43)", 32766: "NeXT", 32809: "ThunderScan", 32895: "IT8 CT", 32908: "Pixar film",
	32909: "Pixar log", 33003: "JPEG 2000", 33005: "JPEG 2000", 34661: "JBIG", 34676: "SGI log", 34677: "SGI log",
	34712: "JPEG 2000", 34715: "JBIG2", 34887: "LERC", 34892: "lossy JPEG of raw samples", 34925: "LZMA", 34933: "PNG",
	34934: "JPEG XR", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}

func (p *Page) isFax() bool {
	switch p.compression {
	case compressionRLE, compressionRLEW, compressionG3, compressionG4:
		return true
	}
	return false
}

func (p *Page) isJPEG() bool {
	return p.compression == compressionJPEG || p.compression == compressionOldJPEG
}

// compressesBytes says whether the compression works on bytes rather than pixels, so that
// there may be a predictor.
func (p *Page) compressesBytes() bool {
	switch p.compression {
	case compressionLZW, compressionDeflate, compressionOldFlate:
		return true
	}
	return false
}

// open returns the bytes of a piece of a chunk, expanded.
func (r *rows) open(plane, index int, c chunk) (io.Reader, error) {
	p := r.page
	if p.isJPEG() {
		return p.openJPEG(index, c)
	}
	raw := p.piece(index, c.h)
	if len(raw) == 0 {
		return nil, ErrTruncated
	}
	if p.isFax() {
		return newFax(raw, p.chunkW, p.faxCoding(), p.reversed), nil
	}
	if p.reversed {
		raw = reverseBits(raw)
	}
	source, err := r.expand(plane, raw)
	if err != nil || p.subX*p.subY == 1 {
		return source, err
	}
	return newChroma(source, p.chunkW, p.subX, p.subY), nil
}

func (r *rows) expand(plane int, raw []byte) (io.Reader, error) {
	switch r.page.compression {
	case compressionLZW:
		// Before TIFF 6.0 the bits of LZW were in the opposite order. The clear code at the
		// start of every strip distinguishes the two.
		if len(raw) > 1 && raw[0] == 0 && raw[1]&1 != 0 {
			return stdlzw.NewReader(bytes.NewReader(raw), stdlzw.LSB, 8), nil
		}
		return lzw.NewReader(bytes.NewReader(raw), lzw.MSB, 8), nil
	case compressionDeflate, compressionOldFlate:
		return r.inflate[plane].open(raw)
	case compressionPackBits:
		return &packBits{raw: raw}, nil
	}
	return bytes.NewReader(raw), nil
}

// inflater keeps the memory of a Deflate decoder from chunk to chunk.
type inflater struct{ reader io.ReadCloser }

func (f *inflater) open(raw []byte) (io.Reader, error) {
	var err error
	if f.reader == nil {
		f.reader, err = zlib.NewReader(bytes.NewReader(raw))
	} else {
		err = f.reader.(zlib.Resetter).Reset(bytes.NewReader(raw), nil)
	}
	if err != nil {
		f.reader = nil
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return f.reader, nil
}

func reverseBits(b []byte) []byte {
	out := make([]byte, len(b))
	for i, v := range b {
		out[i] = bits.Reverse8(v)
	}
	return out
}

// packBits expands Apple's run lengths (TIFF 6.0, section 9).
type packBits struct {
	raw     []byte
	literal int // bytes to copy
	repeat  int // times to repeat value
	value   byte
}

func (p *packBits) Read(b []byte) (n int, err error) {
	for n < len(b) {
		switch {
		case p.literal > 0:
			m := copy(b[n:], p.raw[:min(p.literal, len(p.raw))])
			if m == 0 {
				return n, io.ErrUnexpectedEOF
			}
			p.raw, p.literal, n = p.raw[m:], p.literal-m, n+m
		case p.repeat > 0:
			b[n] = p.value
			p.repeat, n = p.repeat-1, n+1
		case len(p.raw) < 2:
			return n, io.ErrUnexpectedEOF
		case p.raw[0] < 128:
			p.literal, p.raw = int(p.raw[0])+1, p.raw[1:]
		case p.raw[0] == 128: // no operation
			p.raw = p.raw[1:]
		default:
			p.repeat, p.value, p.raw = 257-int(p.raw[0]), p.raw[1], p.raw[2:]
		}
	}
	return n, nil
}

// rowReader is an io.Reader of data that are made row by row.
type rowReader struct {
	next func() ([]byte, error)
	rest []byte
}

func (r *rowReader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		row, err := r.next()
		if err != nil {
			return 0, err
		}
		r.rest = row
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// newChroma upsamples chroma. It converts blocks of subX by subY samples of luma, one of Cb
// and one of Cr (TIFF 6.0, section 21) to rows of w pixels of three samples.
func newChroma(source io.Reader, w, subX, subY int) io.Reader {
	size := subX*subY + 2
	blocks := make([]byte, ceilDiv(w, subX)*size)
	row := make([]byte, 3*w)
	y := 0
	return &rowReader{next: func() ([]byte, error) {
		if y == 0 {
			if _, err := io.ReadFull(source, blocks); err != nil {
				return nil, err
			}
		}
		for x := range w {
			block := blocks[x/subX*size:][:size]
			row[3*x], row[3*x+1], row[3*x+2] = block[y*subX+x%subX], block[size-2], block[size-1]
		}
		y = (y + 1) % subY
		return row, nil
	}}
}
