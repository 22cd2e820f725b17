// Package jpeg decodes JPEG files to RGB, at full size or at a half, a quarter or an
// eighth of it, which costs far less than decoding at full size. Packages imaging and
// imaging/tiff call it.
//
//	header, err := jpeg.ReadHeader(data)
//	w, h, pix, err := jpeg.Decode(data, 4)
//
// It reads baseline, extended and progressive Huffman-coded files of 8 bits
// with 1, 3 or 4 components and any sampling by whole factors (ITU-T T.81), the
// Adobe colour models included. At a reduced scale each pixel is the mean of the
// pixels that it replaces. The mean is computed in the frequency domain, where most
// coefficients need not be computed, or even stored.
//
// It is not a streaming decoder: the whole file is in memory. Arithmetic coding, 12
// bits, lossless and hierarchical files are not supported. [DecodeDamaged] decodes the
// undamaged part of a file.
//
// The path of a file: markers.go and frame.go read the segments, bits.go and huffman.go
// turn a scan's bytes into coefficients, sequential.go (or progressive.go and
// buffered.go) walks over the blocks, idct.go makes samples of them, and
// color.go makes pixels of samples.
package jpeg

import (
	"errors"
	"fmt"
)

// ErrCorrupt means that the file is damaged.
var ErrCorrupt = errors.New("damaged JPEG")

// ErrTruncated means that the file ends before its picture does.
var ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrCorrupt)

// ErrUnsupported means that the file uses a part of JPEG that is not read.
var ErrUnsupported = errors.New("unsupported JPEG")

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)
}

// Header is the information of a file before its first scan.
type Header struct {
	W, H        int
	Components  int // 1 grey, 3 colour, 4 CMYK
	Progressive bool
	// Buffered says that the picture has several scans, so that decoding takes 2 bytes
	// for each of Samples.
	Buffered bool
	Samples  int
}

// Damage describes the damage of a picture that was decoded nevertheless.
type Damage struct {
	Missing float64 // share of the picture that is missing, and grey in the result
	Err     error   // the first error; nil if there was none
}

// ReadHeader reads the segments up to the first scan. It allocates little, whatever they
// state.
func ReadHeader(data []byte) (Header, error) {
	d := decoder{data: data}
	if err := d.readFrame(); err != nil {
		return Header{}, err
	}
	h := Header{W: d.w, H: d.h, Components: len(d.components), Progressive: d.progressive, Buffered: d.progressive}
	for _, c := range d.components {
		h.Samples += 64 * d.mcusX * d.mcusY * c.h * c.v
	}
	for !h.Buffered {
		marker, segment, err := d.nextMarker()
		if err != nil || marker == eoi {
			break // Decode returns the error
		}
		if marker == sos {
			h.Buffered = len(segment) > 0 && int(segment[0]) < h.Components
			break
		}
	}
	return h, nil
}

// Decode returns the picture at 1/scale of its size, rounded up: w by h pixels, 3 bytes
// each (R, G, B), row by row. The scale is 1, 2, 4 or 8. Memory is proportional to the
// result; files with several scans, such as progressive ones, take 2 bytes per sample of
// the full picture in addition (except for luma at 1/8). The caller checks the size first,
// with [ReadHeader]. Any damage except a missing end marker is an error.
func Decode(data []byte, scale int) (w, h int, pix []byte, err error) {
	w, h, pix, damage, err := DecodeDamaged(data, scale)
	if err == nil {
		err = damage.Err
	}
	if err != nil {
		return 0, 0, nil, err
	}
	return w, h, pix, nil
}

// DecodeDamaged is [Decode] for files of which up to half of the picture may be missing or
// damaged. Like libjpeg, it continues at the next restart marker if there are any; lost
// blocks are grey. If later scans of a progressive file are lost, detail is missing in the
// whole picture, which does not count as a missing part.
func DecodeDamaged(data []byte, scale int) (w, h int, pix []byte, damage Damage, err error) {
	if scale != 1 && scale != 2 && scale != 4 && scale != 8 {
		panic(fmt.Sprintf("jpeg: decode at 1/%d", scale))
	}
	d := decoder{data: data}
	if err := d.readFrame(); err != nil {
		return 0, 0, nil, Damage{}, err
	}
	if err := d.layOut(scale); err != nil {
		return 0, 0, nil, Damage{}, err
	}
	if err := d.readScans(); err != nil {
		return 0, 0, nil, Damage{}, err
	}
	damage = Damage{Missing: min(1, float64(d.lost)/float64(d.mcusX*d.mcusY)), Err: d.damage}
	if damage.Missing > mostMissing {
		return 0, 0, nil, damage, d.damage
	}
	return d.outW, d.outH, d.pix, damage, nil
}

// mostMissing is the largest share of a picture that may be lost. By eye.
const mostMissing = 0.5

// report records an error after which decoding continues; the first one counts.
func (d *decoder) report(err error) {
	if d.damage == nil {
		d.damage = err
	}
}

// decoder is the state of decoding one file.
type decoder struct {
	data []byte
	pos  int

	// From the segments.
	w, h        int
	progressive bool
	components  []component
	quant       [4]*[64]uint16 // in zigzag order; nil until defined
	dc, ac      [4]*huffman    // nil until defined
	restart     int            // MCUs between restart markers; 0: none
	jfif        bool
	adobe       int // transform of an Adobe segment, or -1

	// From layOut.
	hMax, vMax   int // largest sampling factors
	mcusX, mcusY int
	size         int // side of the square that a block of full resolution becomes
	outW, outH   int
	pix          []byte

	scans, visited int // of a file with several: see maxScans and maxVisits

	damage error // the first error
	lost   int   // number of missing MCUs

	bits  bitReader
	rows  [4][]byte // one row of samples per component, for a row of pixels
	wide  [4][]byte // memory for rows that had to be upsampled
	spare []byte    // bytes of a scan without stuffing, reused
}

// component is one of the colour channels.
type component struct {
	id     byte
	h, v   int // sampling factors
	table  int // of quantisation
	stride int // samples in a row of plane

	// sizeX and sizeY are the size of a decoded block: 1, 2, 4 or 8 samples.
	sizeX, sizeY int
	// plane holds the samples of one row of MCUs.
	plane []byte
	// blocksX and blocksY count blocks, whole MCUs; buffered holds their
	// coefficients, in zigzag order, when they come in several scans.
	blocksX, blocksY int
	buffered         []int16
	ends             []uint8 // of each block: see block
	kept             int     // coefficients buffered per block: 64, or 1 where DC is enough
	seen             bool    // in a scan of DC

	scaling scaling
	dc      int32    // DC of the last block, to which the next one is relative
	dcTable *huffman // of the current scan
	acTable *huffman
}

// layOut computes the sizes of decoded blocks at a scale, and allocates the memory. First it
// returns an error if the rest of the file is too short for half of the picture.
func (d *decoder) layOut(scale int) error {
	d.size = 8 / scale
	d.outW, d.outH = ceilDiv(d.w, scale), ceilDiv(d.h, scale)
	blocks := 0
	for i := range d.components {
		c := &d.components[i]
		c.blocksX, c.blocksY = d.mcusX*c.h, d.mcusY*c.v
		blocks += c.blocksX * c.blocksY
		c.sizeX = sampleSide(d.size, d.hMax, c.h)
		c.sizeY = sampleSide(d.size, d.vMax, c.v)
		c.stride = c.blocksX * c.sizeX
	}
	// A block takes at least one bit for the code of DC and, if the scan includes AC, one
	// bit for the end of the block.
	bits := 2 * blocks
	if d.progressive {
		bits = blocks
	}
	if (len(d.data)-d.pos)*8 < int(float64(bits)*(1-mostMissing)) {
		return fmt.Errorf("%w: %d bytes cannot hold %d x %d pixels", ErrTruncated, len(d.data), d.w, d.h)
	}
	for i := range d.components {
		c := &d.components[i]
		c.plane = make([]byte, c.stride*c.v*c.sizeY)
	}
	d.pix = make([]byte, 3*d.outW*d.outH)
	return nil
}

// sampleSide returns a side of a component's decoded block, if blocks of full resolution
// have size samples. most is the largest sampling factor, factor the component's. A component
// of lower resolution is reduced less, if possible, so that it need not be enlarged
// afterwards.
func sampleSide(size, most, factor int) int {
	side := size
	for side < 8 && most*size%(2*side*factor) == 0 {
		side *= 2
	}
	return side
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
