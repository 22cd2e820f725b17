// Package jpeg decodes JPEG files to RGB, if wanted at a half, a quarter or an
// eighth of their size, which costs far less than decoding all and scaling
// down.
//
//	header, err := jpeg.ReadHeader(data)
//	w, h, pix, err := jpeg.Decode(data, 4)
//
// It reads baseline, extended and progressive Huffman-coded files of 8 bits
// with 1, 3 or 4 components and any sampling by whole factors (ITU-T T.81), the
// Adobe colour models included. At a reduced scale each pixel is the mean of
// the pixels it stands for: the average is taken in the frequency domain, where
// most coefficients need not be computed, or even stored.
//
// It is not a streaming decoder: the whole file is in memory. Arithmetic
// coding, 12 bits, lossless and hierarchical files are not supported. Of damaged
// files it makes what is there: see [DecodeDamaged].
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

// Header is what a file says about itself before its first scan.
type Header struct {
	W, H        int
	Components  int // 1 grey, 3 colour, 4 CMYK
	Progressive bool
	// Buffered tells that the picture comes in several scans, so that decoding
	// takes 2 bytes for each of Samples.
	Buffered bool
	Samples  int
}

// Damage says what is wrong with a picture that was decoded all the same.
type Damage struct {
	Missing float64 // the share of the picture that is not there and grey instead
	Err     error   // the first thing that was wrong; nil: nothing
}

// ReadHeader reads the segments up to the first scan and allocates next to
// nothing, whatever they claim.
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
			break // the decoder will say so
		}
		if marker == sos {
			h.Buffered = len(segment) > 0 && int(segment[0]) < h.Components
			break
		}
	}
	return h, nil
}

// Decode returns the picture at 1/scale of its size, rounded up: w by h pixels,
// 3 bytes each (R, G, B), row by row. The scale is 1, 2, 4 or 8. Memory is
// proportional to the result, and for progressive files and others with several
// scans to the whole picture: 2 bytes a sample (but for luma at 1/8). The caller
// checks the size first, with [ReadHeader]. Any damage is an error, but for a
// missing end marker.
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

// DecodeDamaged is [Decode] for files of which a part may be missing or damaged,
// up to half of the picture. As libjpeg does, it goes on at the next restart
// marker where there are any; blocks that are lost are grey. Later scans of a
// progressive file may be lost whole: then detail is missing, but no part.
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

// mostMissing is how much of a picture may be lost: of less than half nobody
// would say that it is the picture.
const mostMissing = 0.5

// report notes damage that is survived; the first counts.
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

	damage error // the first that was met
	lost   int   // MCUs that are not there

	bits  bitReader
	rows  [4][]byte // one row of samples per component, for a row of pixels
	wide  [4][]byte // memory for rows that had to be upsampled
	spare []byte    // a scan's bytes without stuffing, reused
}

// component is one of the colour channels.
type component struct {
	id     byte
	h, v   int // sampling factors
	table  int // of quantisation
	stride int // samples in a row of plane

	// sizeX and sizeY are the sides of what a block becomes: 1, 2, 4 or 8 samples.
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
	dc      int32    // the last block's, which the next one's is relative to
	dcTable *huffman // of the current scan
	acTable *huffman
}

// layOut decides what becomes of blocks at a scale, and takes the memory. It
// refuses before that a picture of which the rest of the file is too short to hold
// even half.
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
	// A block takes at least one bit of code for DC and, where the scan has
	// AC as well, one for the end of the block.
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

// sampleSide returns a side of what a component's block becomes when those of
// full resolution become size samples: most and factor are the largest sampling
// factor and the component's. A component of lower resolution is reduced less,
// as far as that goes, so that it need not be enlarged afterwards.
func sampleSide(size, most, factor int) int {
	side := size
	for side < 8 && most*size%(2*side*factor) == 0 {
		side *= 2
	}
	return side
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
