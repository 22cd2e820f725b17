package tiff

import "math"

// Values of PhotometricInterpretation.
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgb         = 2
	paletted    = 3
	mask        = 4
	cmyk        = 5
	yCbCr       = 6
	cieLab      = 8
	iccLab      = 9
)

// photometricNames are the names of interpretations that are not read.
var photometricNames = map[int]string{
	10: "ITU L*a*b*", 32803: "raw camera samples (CFA)", 34892: "raw camera samples (linear)",
	32844: "LogL", 32845: "LogLuv", 51177: "depth",
}

// Values of SampleFormat.
const (
	unsignedFormat = 1
	signedFormat   = 2
	floatFormat    = 3
	voidFormat     = 4
)

// maxRowBytes bounds the memory for one row of a strip or tile.
const maxRowBytes = 1 << 26

// Page is one picture of a file.
type Page struct {
	// W and H are the size in the file. See Squared.
	W, H int
	// Orientation is the value of the tag, 1 to 8; 1 if there is none.
	Orientation int

	dir        *directory
	err        error   // why it cannot be decoded
	resX, resY float64 // resolution, positive

	compression, photometric int
	predictor                int
	bits, samples, format    int
	reversed, planar         bool // FillOrder 2, PlanarConfiguration 2
	colors                   int  // samples of colour, the first ones
	alpha                    int  // index of that sample, or -1
	premultiplied            bool
	subX, subY               int // of chroma, 1 for none
	tiled                    bool
	chunkW, chunkH           int // size of a strip or tile as it is stored
	across, down             int // how many there are
	offsets, byteCounts      entry
	palette                  [256][3]byte
	jpegRGB                  bool // JPEG strips are made RGB by their decoder
	fax2D                    bool
}

// newPage interprets a directory.
func newPage(dir *directory) *Page {
	p := &Page{dir: dir}
	p.W, p.H = p.int(tagWidth, 0), p.int(tagHeight, 0)
	p.Orientation = p.int(tagOrientation, 1)
	if p.Orientation < 1 || p.Orientation > 8 {
		p.Orientation = 1
	}
	p.resX, p.resY = p.resolution(tagXResolution), p.resolution(tagYResolution)
	for _, read := range []func() error{p.readSamples, p.readColor, p.readLayout} {
		if p.err = read(); p.err != nil {
			break
		}
	}
	return p
}

// int returns the first value of a tag, limited to 31 bits.
func (p *Page) int(tag uint16, missing int) int {
	return int(min(p.dir.uint(tag, uint64(missing)), math.MaxInt32))
}

// resolution returns the resolution of a tag, or 1 if there is none.
func (p *Page) resolution(tag uint16) float64 {
	if v := p.dir.floats(tag); len(v) > 0 && v[0] > 0 && v[0] < 1e9 {
		return v[0]
	}
	return 1
}

// readSamples reads the samples of a pixel and the compression.
func (p *Page) readSamples() error {
	p.compression = p.int(tagCompression, compressionNone)
	if name := unreadCompressions[p.compression]; name != "" {
		return unsupported("%s compression is not read: save it with LZW, Deflate or fax G4 compression, or as PNG", name)
	}
	if !readCompressions[p.compression] {
		return unsupported("compression %d is not read: save it with LZW or Deflate compression, or as PNG", p.compression)
	}
	bits := p.dir.uints(tagBitsPerSample)
	p.samples = p.int(tagSamplesPerPixel, max(1, len(bits)))
	if p.samples < 1 || p.samples > 64 {
		return unsupported("%d samples per pixel are not read: save it as RGB or grey", p.samples)
	}
	if len(bits) == 0 {
		bits = []uint64{1}
		if p.isJPEG() {
			bits = []uint64{8}
		}
	}
	for _, b := range bits[1:min(len(bits), p.samples)] {
		if b != bits[0] {
			return unsupported("samples of %d and %d bits in one pixel are not read: save it with 8 bits each", bits[0], b)
		}
	}
	p.bits, p.format = int(min(bits[0], 255)), p.int(tagSampleFormat, unsignedFormat)
	if p.format == voidFormat || p.format == signedFormat && p.bits <= 8 { // read as unsigned, as other programs do
		p.format = unsignedFormat
	}
	if p.bits < 1 || p.bits > 32 && p.bits != 64 || p.format > floatFormat || p.format == 0 ||
		p.format == floatFormat && p.bits != 16 && p.bits != 32 && p.bits != 64 {
		return unsupported("samples of %d bits in format %d are not read: save it with 8 bits each", p.bits, p.format)
	}
	p.predictor = p.int(tagPredictor, 1)
	if !p.compressesBytes() {
		p.predictor = 1
	}
	switch {
	case p.predictor == 1, p.predictor == 2 && p.bits%8 == 0 && p.bits != 24, p.predictor == 3 && p.format == floatFormat:
	default:
		return unsupported("predictor %d with %d bits a sample is not read: save it with another compression", p.predictor, p.bits)
	}
	p.reversed = p.int(tagFillOrder, 1) == 2
	p.planar = p.int(tagPlanarConfig, 1) == 2 && p.samples > 1
	p.fax2D = p.compression == compressionG3 && p.dir.uint(tagT4Options, 0)&1 != 0
	if p.isFax() && (p.bits != 1 || p.samples != 1) {
		return corrupt("fax compression with %d samples of %d bits", p.samples, p.bits)
	}
	return nil
}

// readColor reads the colour model of the samples.
func (p *Page) readColor() error {
	missing := blackIsZero
	if p.isFax() {
		missing = whiteIsZero
	} else if p.samples >= 3 {
		missing = rgb
	}
	p.photometric = p.int(tagPhotometric, missing)
	if p.photometric == mask || p.photometric == rgb && p.samples < 3 {
		p.photometric = blackIsZero
	}
	p.subX, p.subY = 1, 1
	p.colors = 3
	switch p.photometric {
	case whiteIsZero, blackIsZero:
		p.colors = 1
	case paletted:
		p.colors = 1
		if err := p.readPalette(); err != nil {
			return err
		}
	case cmyk:
		p.colors = 4
	case yCbCr:
		p.readSampling()
	case rgb, cieLab, iccLab:
	default:
		name := photometricNames[p.photometric]
		if name == "" {
			return unsupported("photometric interpretation %d is not read: save it as RGB", p.photometric)
		}
		return unsupported("colours as %s are not read: save it as RGB", name)
	}
	if p.samples < p.colors {
		return corrupt("%d samples per pixel, where the colours need %d", p.samples, p.colors)
	}
	if p.photometric >= yCbCr && p.format != unsignedFormat && p.bits > 8 {
		return unsupported("colours that are neither RGB nor grey are not read in samples of format %d: save it as RGB", p.format)
	}
	p.readAlpha()
	return nil
}

// readSampling reads the subsampling of chroma, which JPEG states itself.
func (p *Page) readSampling() {
	if p.isJPEG() {
		p.jpegRGB = p.samples == 3 && !p.planar
		return
	}
	p.subX, p.subY = 2, 2 // TIFF 6.0, section 21: the default
	if v := p.dir.uints(tagYCbCrSampling); len(v) >= 2 {
		p.subX, p.subY = int(min(v[0], 16)), int(min(v[1], 16))
	}
}

// readAlpha finds the opacity among the extra samples. Extra samples of unspecified meaning are
// ignored.
func (p *Page) readAlpha() {
	const premultiplied, plain = 1, 2
	p.alpha = -1
	if p.wide() {
		return // the range of the opacity is as unknown as that of the colours
	}
	if _, told := p.dir.entries[tagExtraSamples]; !told && p.photometric == rgb && p.samples == 4 {
		p.alpha = 3 // some writers leave the tag out; Pillow reads it so
	}
	for i, kind := range p.dir.uints(tagExtraSamples) {
		if at := p.colors + i; at < p.samples && (kind == premultiplied || kind == plain) {
			p.alpha, p.premultiplied = at, kind == premultiplied
			return
		}
	}
}

// readPalette reads the colour map: all reds, all greens, all blues, 16 bits
// each. Some writers give 8 bits.
func (p *Page) readPalette() error {
	if p.bits > 8 || p.format == floatFormat {
		return unsupported("a palette of %d bits is not read: save it as RGB", p.bits)
	}
	values := p.dir.uints(tagColorMap)
	if len(values) < 3 {
		return corrupt("the palette is missing")
	}
	n := len(values) / 3
	shift := 0
	for _, v := range values {
		if v > 255 {
			shift = 8
		}
	}
	for i := range min(n, 256) {
		for c := range 3 {
			p.palette[i][c] = byte(values[c*n+i] >> shift)
		}
	}
	return nil
}

// readLayout reads where strips or tiles are.
func (p *Page) readLayout() error {
	if p.W < 1 || p.H < 1 {
		return corrupt("%d x %d pixels", p.W, p.H)
	}
	p.tiled = p.int(tagTileWidth, 0) > 0 && p.int(tagTileHeight, 0) > 0
	if p.tiled {
		p.layTiles()
	} else {
		p.layStrips()
	}
	if p.offsets.count() == 0 && p.dir.uint(tagJPEGOffset, 0) == 0 {
		return corrupt("it does not say where its pixels are")
	}
	if p.photometric == yCbCr && !p.isJPEG() {
		if p.subX < 1 || p.subY < 1 || (p.planar || p.bits != 8 || p.samples != 3) && p.subX*p.subY > 1 {
			return unsupported("chroma sampled %d x %d in planes or with %d bits is not read: save it as RGB", p.subX, p.subY, p.bits)
		}
	}
	if int64(p.chunkW)*int64(p.samples)*int64(p.bits)/8 > maxRowBytes {
		return unsupported("rows of %d pixels of %d samples of %d bits are not read: save it as RGB", p.chunkW, p.samples, p.bits)
	}
	// Tiles have sides that are multiples of 16.
	if p.tiled && int64(p.across)*int64(p.down) > int64(p.W)*int64(p.H)/64+1024 {
		return corrupt("tiles of %d x %d pixels", p.chunkW, p.chunkH)
	}
	return nil
}

func (p *Page) layTiles() {
	p.offsets, p.byteCounts = p.dir.entries[tagTileOffsets], p.dir.entries[tagTileByteCounts]
	if p.offsets.count() == 0 { // some writers use the strips' tags
		p.offsets, p.byteCounts = p.dir.entries[tagStripOffsets], p.dir.entries[tagStripByteCounts]
	}
	p.chunkW, p.chunkH = p.int(tagTileWidth, 0), p.int(tagTileHeight, 0)
	p.across, p.down = ceilDiv(p.W, p.chunkW), ceilDiv(p.H, p.chunkH)
}

func (p *Page) layStrips() {
	p.offsets, p.byteCounts = p.dir.entries[tagStripOffsets], p.dir.entries[tagStripByteCounts]
	rows := p.int(tagRowsPerStrip, p.H)
	if rows < 1 || rows > p.H {
		rows = p.H
	}
	// The number of strips and the size of the first one have precedence over the tag, which
	// some writers leave out or get wrong.
	switch n := p.offsets.count() / p.planes(); {
	case n == 1:
		rows = p.H
	case n > 1 && (rows == p.H || rows*n < p.H):
		rows = ceilDiv(p.H, n)
		if p.chunkW = p.W; p.compression == compressionNone {
			rows = int(min(max(p.firstCount()/p.rawBytes(1), int64(rows)), int64(p.H)))
		}
	}
	p.chunkW, p.chunkH = p.W, rows
	p.across, p.down = 1, ceilDiv(p.H, rows)
}

// firstCount returns the bytes of the first strip.
func (p *Page) firstCount() int64 {
	if p.byteCounts.count() == 0 {
		return 0
	}
	return int64(toUint(p.dir.number(p.byteCounts, 0)))
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
