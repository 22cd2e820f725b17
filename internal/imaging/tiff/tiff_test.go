package tiff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is the picture that tests write to files: smooth, with different colours and an edge.
type scene struct{ w, h int }

func (s scene) at(x, y int) (r, g, b byte) {
	if (x/5+y/7)%3 == 0 {
		return byte(255 - 3*x), byte(40 + 2*y), byte(200 - x - y)
	}
	return byte(20 + 4*x), byte(250 - 5*y), byte(30 + 2*x + 3*y)
}

func (s scene) gray(x, y int) byte { _, g, _ := s.at(x, y); return g }

// want returns pixels, row by row.
func (s scene) want(pixel func(x, y int) (r, g, b byte)) []byte {
	var pix []byte
	for y := range s.h {
		for x := range s.w {
			r, g, b := pixel(x, y)
			pix = append(pix, r, g, b)
		}
	}
	return pix
}

func (s scene) wantRGB() []byte { return s.want(s.at) }

// sampler returns the samples of a pixel, each in 0 to 1.
type sampler func(x, y int) []float64

// layout is the arrangement of samples in strips or tiles.
type layout struct {
	w, h         int // of a strip or tile
	tiled        bool
	planar       bool
	bits         int
	order        binary.AppendByteOrder
	compression  int
	differences  bool // predictor 2
	reversedBits bool
}

// pieces cuts a picture into strips or tiles. Beyond its edges tiles contain noise.
func (s scene) pieces(l layout, samples sampler) [][]byte {
	n := len(samples(0, 0))
	planes := 1
	if l.planar {
		planes = n
	}
	var out [][]byte
	for plane := range planes {
		for top := 0; top < s.h; top += l.h {
			for left := 0; left < s.w; left += l.w {
				rows := l.h
				if !l.tiled {
					rows = min(l.h, s.h-top)
				}
				var piece []byte
				for y := top; y < top+rows; y++ {
					piece = append(piece, l.row(left, y, func(x, y int) []float64 {
						v := samples(min(x, s.w-1), min(y, s.h-1))
						if l.planar {
							return v[plane : plane+1]
						}
						return v
					})...)
				}
				if piece = compress(l.compression, piece); l.reversedBits {
					piece = reverseBits(piece)
				}
				out = append(out, piece)
			}
		}
	}
	return out
}

// row packs the samples of a row.
func (l layout) row(left, y int, samples sampler) []byte {
	most := float64(uint64(1)<<l.bits - 1)
	var packed []byte
	acc, have := uint64(0), 0
	var before []float64
	for x := left; x < left+l.w; x++ {
		values := samples(x, y)
		for c, v := range values {
			n := uint64(math.Round(v * most))
			if l.differences && before != nil {
				n = (n - uint64(math.Round(before[c]*most))) & (1<<l.bits - 1)
			}
			switch l.bits {
			case 16:
				packed = l.order.AppendUint16(packed, uint16(n))
			case 32:
				packed = l.order.AppendUint32(packed, uint32(n))
			default:
				acc, have = acc<<l.bits|n, have+l.bits
				for have >= 8 {
					packed = append(packed, byte(acc>>(have-8)))
					have -= 8
				}
			}
		}
		before = values
	}
	if have > 0 {
		packed = append(packed, byte(acc<<(8-have)))
	}
	return packed
}

// page writes the scene with tags that fit.
func (s scene) page(l layout, photometric uint64, samples sampler, more ...testTag) testPage {
	n := len(samples(0, 0))
	compression := l.compression
	if compression == oldLZW {
		compression = compressionLZW
	}
	bits := short(tagBitsPerSample)
	for range n {
		bits.values = append(bits.values, uint64(l.bits))
	}
	p := testPage{tiled: l.tiled, pieces: s.pieces(l, samples)}
	p.tags = append(p.tags, short(tagWidth, uint64(s.w)), short(tagHeight, uint64(s.h)), bits,
		short(tagCompression, uint64(compression)), short(tagPhotometric, photometric), short(tagSamplesPerPixel, uint64(n)))
	if l.tiled {
		p.tags = append(p.tags, short(tagTileWidth, uint64(l.w)), short(tagTileHeight, uint64(l.h)))
	} else {
		p.tags = append(p.tags, short(tagRowsPerStrip, uint64(l.h)))
	}
	if l.planar {
		p.tags = append(p.tags, short(tagPlanarConfig, 2))
	}
	if l.differences {
		p.tags = append(p.tags, short(tagPredictor, 2))
	}
	if l.reversedBits {
		p.tags = append(p.tags, short(tagFillOrder, 2))
	}
	return p.with(more...)
}

func (s scene) rgbSamples(x, y int) []float64 {
	r, g, b := s.at(x, y)
	return []float64{float64(r) / 255, float64(g) / 255, float64(b) / 255}
}

func (s scene) graySamples(x, y int) []float64 { return []float64{float64(s.gray(x, y)) / 255} }

// decode decodes a page of a file at full size.
func decode(t testing.TB, data []byte, page int) (w, h int, pix []byte, missing float64) {
	t.Helper()
	f, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	w, h, pix, missing, err = f.Pages[page].Decode(1)
	if err != nil {
		t.Fatal(err)
	}
	if len(pix) != 3*w*h {
		t.Fatalf("%d bytes for %d x %d pixels", len(pix), w, h)
	}
	return w, h, pix, missing
}

// worst returns the largest difference between samples.
func worst(a, b []byte) int {
	if len(a) != len(b) {
		return 1 << 20
	}
	d := 0
	for i, v := range a {
		d = max(d, int(v)-int(b[i]), int(b[i])-int(v))
	}
	return d
}

// TestLayouts: RGB in every byte order, compression, strip and tile.
func TestLayouts(t *testing.T) {
	s := scene{45, 38}
	want := s.wantRGB()
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, big := range []bool{false, true} {
			for _, compression := range []int{compressionNone, compressionLZW, oldLZW, compressionDeflate, compressionOldFlate, compressionPackBits} {
				for _, cut := range []layout{{w: 45, h: 38}, {w: 45, h: 7}, {w: 45, h: 1}, {w: 16, h: 16, tiled: true}, {w: 64, h: 48, tiled: true}} {
					for _, planar := range []bool{false, true} {
						for _, bits := range []int{8, 16} {
							l := cut
							l.order, l.compression, l.planar, l.bits = order, compression, planar, bits
							l.differences = compression != compressionNone && compression != compressionPackBits
							l.reversedBits = l.h == 7
							name := fmt.Sprintf("%v, big %v, compression %d, %d x %d, planar %v, %d bits", order, big, compression, l.w, l.h, planar, bits)
							f := testFile{order: order, big: big}
							w, h, pix, missing := decode(t, f.write(s.page(l, rgb, s.rgbSamples)), 0)
							if w != 45 || h != 38 || missing != 0 || !bytes.Equal(pix, want) {
								t.Errorf("%s: differs by %d, %v missing", name, worst(pix, want), missing)
							}
						}
					}
				}
			}
		}
	}
}

// TestSamples: every depth and meaning of samples.
func TestSamples(t *testing.T) {
	s := scene{33, 21}
	gray := func(v func(x, y int) byte) []byte {
		return s.want(func(x, y int) (r, g, b byte) { n := v(x, y); return n, n, n })
	}
	rounded := func(bits int) []byte { // to as many levels as bits tell apart
		most := float64(int(1)<<bits - 1)
		return gray(func(x, y int) byte {
			return byte(math.Round(math.Round(float64(s.gray(x, y))/255*most) * 255 / most))
		})
	}
	inverted := func(x, y int) []float64 { return []float64{1 - s.graySamples(x, y)[0]} }
	opacity := func(x, y int) float64 { return float64((x*9+y)%256) / 255 }
	over := func(v byte, a float64) byte { return byte(math.Round(float64(v)*a + 255*(1-a))) }
	palette := short(tagColorMap)
	for c := range 3 {
		for i := range 16 {
			palette.values = append(palette.values, uint64(i*(c+3)*257)&0xFFFF)
		}
	}
	tests := []struct {
		name        string
		bits        int
		photometric uint64
		samples     sampler
		tags        []testTag
		want        []byte
		tolerance   int
	}{
		{"1 bit", 1, blackIsZero, s.graySamples, nil, rounded(1), 0},
		{"1 bit, white is zero", 1, whiteIsZero, inverted, nil, rounded(1), 0},
		{"2 bits", 2, blackIsZero, s.graySamples, nil, rounded(2), 0},
		{"4 bits", 4, blackIsZero, s.graySamples, nil, rounded(4), 0},
		{"4 bits, white is zero", 4, whiteIsZero, inverted, nil, rounded(4), 0},
		{"6 bits", 6, blackIsZero, s.graySamples, nil, rounded(6), 0},
		{"8 bits", 8, blackIsZero, s.graySamples, nil, gray(s.gray), 0},
		{"8 bits, white is zero", 8, whiteIsZero, inverted, nil, gray(s.gray), 0},
		{"12 bits", 12, blackIsZero, s.graySamples, nil, gray(s.gray), 1},
		{"16 bits", 16, blackIsZero, s.graySamples, nil, gray(s.gray), 0},
		{"16 bits, signed", 16, blackIsZero, func(x, y int) []float64 { return []float64{float64(x%2) / 2} },
			[]testTag{short(tagSampleFormat, signedFormat)}, nil, 0},
		{"grey and opacity", 8, blackIsZero, func(x, y int) []float64 { return append(s.graySamples(x, y), opacity(x, y)) },
			[]testTag{short(tagExtraSamples, 2)}, gray(func(x, y int) byte { return over(s.gray(x, y), opacity(x, y)) }), 1},
		{"grey and what is not told", 8, blackIsZero, func(x, y int) []float64 { return append(s.graySamples(x, y), opacity(x, y)) },
			[]testTag{short(tagExtraSamples, 0)}, gray(s.gray), 0},
		{"RGB of 4 bits", 4, rgb, s.rgbSamples, nil, s.want(func(x, y int) (r, g, b byte) {
			r, g, b = s.at(x, y)
			level := func(v byte) byte { return byte((int(v) + 8) / 17 * 17) }
			return level(r), level(g), level(b)
		}), 0},
		{"RGB and opacity", 8, rgb, func(x, y int) []float64 { return append(s.rgbSamples(x, y), opacity(x, y)) },
			[]testTag{short(tagExtraSamples, 2)}, s.want(func(x, y int) (byte, byte, byte) {
				r, g, b := s.at(x, y)
				return over(r, opacity(x, y)), over(g, opacity(x, y)), over(b, opacity(x, y))
			}), 1},
		{"RGB, premultiplied", 16, rgb, func(x, y int) []float64 {
			a := opacity(x, y)
			v := s.rgbSamples(x, y)
			return []float64{v[0] * a, v[1] * a, v[2] * a, a}
		}, []testTag{short(tagExtraSamples, 1)}, s.want(func(x, y int) (byte, byte, byte) {
			r, g, b := s.at(x, y)
			return over(r, opacity(x, y)), over(g, opacity(x, y)), over(b, opacity(x, y))
		}), 1},
		{"RGB, brighter than its opacity", 8, rgb, func(x, y int) []float64 { return []float64{1, 1, 0.5, 0.25} },
			[]testTag{short(tagExtraSamples, 1)}, s.want(func(x, y int) (byte, byte, byte) { return 255, 255, 255 }), 0},
		{"palette", 4, paletted, func(x, y int) []float64 { return []float64{float64((x+y)%16) / 15} }, []testTag{palette},
			s.want(func(x, y int) (byte, byte, byte) { i := (x + y) % 16; return byte(3 * i), byte(4 * i), byte(5 * i) }), 0},
		{"inks", 8, cmyk, func(x, y int) []float64 {
			v := s.rgbSamples(x, y)
			return []float64{1 - v[0], 1 - v[1], 1 - v[2], 0}
		}, nil, s.wantRGB(), 0},
		{"inks of 16 bits with black", 16, cmyk, func(x, y int) []float64 { return []float64{0, 0, 0, 1 - s.graySamples(x, y)[0]} },
			nil, gray(s.gray), 0},
		{"luma and chroma", 8, yCbCr, func(x, y int) []float64 {
			r, g, b := s.at(x, y)
			yy, cb, cr := color.RGBToYCbCr(r, g, b)
			return []float64{float64(yy) / 255, float64(cb) / 255, float64(cr) / 255}
		}, []testTag{short(tagYCbCrSampling, 1, 1)}, s.wantRGB(), 3},
		{"L*a*b*, grey", 8, cieLab, func(x, y int) []float64 { return []float64{53.585 / 100, 0, 0} }, nil, gray(func(x, y int) byte { return 128 }), 1},
	}
	for _, test := range tests {
		for _, planar := range []bool{false, true} {
			l := layout{w: s.w, h: 8, bits: test.bits, order: binary.BigEndian, compression: compressionNone, planar: planar}
			f := testFile{order: binary.BigEndian}
			_, _, pix, _ := decode(t, f.write(s.page(l, test.photometric, test.samples, test.tags...)), 0)
			if test.want == nil { // stretched: 0 and the highest
				test.want = gray(func(x, y int) byte { return byte(255 * (1 - x%2)) })
				if pix[0] < pix[3] {
					test.want = gray(func(x, y int) byte { return byte(255 * (x % 2)) })
				}
			}
			if d := worst(pix, test.want); d > test.tolerance {
				t.Errorf("%s, planar %v: differs by %d", test.name, planar, d)
			}
		}
	}
}

// TestFloats: 32-bit numbers, in 0 to 1, in 0 to 255, and of any range.
func TestFloats(t *testing.T) {
	s := scene{16, 4}
	for _, scale := range []float64{1, 200, 40000} {
		top := 255.0 // what the highest becomes
		if scale == 200 {
			top = 200
		}
		for _, predictor := range []int{1, 3} {
			var rows []byte
			for y := range s.h {
				row := make([]byte, 4*s.w)
				for x := range s.w {
					bits := math.Float32bits(float32(float64(x+s.w*y) / 63 * scale))
					if predictor == 1 {
						binary.LittleEndian.PutUint32(row[4*x:], bits)
						continue
					}
					for b := range 4 {
						row[b*s.w+x] = byte(bits >> (24 - 8*b))
					}
				}
				for i := len(row) - 1; i > 0 && predictor == 3; i-- {
					row[i] -= row[i-1]
				}
				rows = append(rows, row...)
			}
			page := testPage{pieces: [][]byte{compress(compressionDeflate, rows)}, tags: []testTag{short(tagWidth, 16), short(tagHeight, 4),
				short(tagBitsPerSample, 32), short(tagCompression, compressionDeflate), short(tagPhotometric, blackIsZero),
				short(tagSampleFormat, floatFormat), short(tagPredictor, uint64(predictor))}}
			_, _, pix, _ := decode(t, littleFile(page), 0)
			want := s.want(func(x, y int) (r, g, b byte) { v := byte(math.Round(float64(x+16*y) / 63 * top)); return v, v, v })
			if d := worst(pix, want); d > 1 {
				t.Errorf("to %v, predictor %d: differs by %d", scale, predictor, d)
			}
		}
	}
}

// TestSubsampledChroma: blocks of luma that share chroma.
func TestSubsampledChroma(t *testing.T) {
	for _, sub := range [][2]int{{2, 2}, {2, 1}, {4, 2}, {1, 2}} {
		w, h := 13, 11
		var raw []byte
		for y := 0; y < h; y += sub[1] {
			for x := 0; x < w; x += sub[0] {
				for yy := range sub[1] {
					for xx := range sub[0] {
						raw = append(raw, byte(10*(x+xx)+5*(y+yy)))
					}
				}
				raw = append(raw, byte(128+x), byte(128-y))
			}
		}
		page := testPage{pieces: [][]byte{compress(compressionLZW, raw)}, tags: []testTag{short(tagWidth, 13), short(tagHeight, 11),
			short(tagBitsPerSample, 8, 8, 8), short(tagSamplesPerPixel, 3), short(tagCompression, compressionLZW),
			short(tagPhotometric, yCbCr), short(tagYCbCrSampling, uint64(sub[0]), uint64(sub[1]))}}
		_, _, pix, _ := decode(t, littleFile(page), 0)
		want := scene{w, h}.want(func(x, y int) (r, g, b byte) {
			return color.YCbCrToRGB(byte(10*x+5*y), byte(128+x/sub[0]*sub[0]), byte(128-y/sub[1]*sub[1]))
		})
		if d := worst(pix, want); d > 1 {
			t.Errorf("%v: differs by %d", sub, d)
		}
	}
}

// jpegOf returns a part of the scene as a JPEG file and, apart, its tables and
// what is left without them.
func (s scene) jpegOf(left, top, w, h int, gray bool) (whole, tables, rest []byte) {
	var m image.Image
	if gray {
		g := image.NewGray(image.Rect(0, 0, w, h))
		for i := range g.Pix {
			g.Pix[i] = s.gray(min(left+i%w, s.w-1), min(top+i/w, s.h-1))
		}
		m = g
	} else {
		c := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range w * h {
			r, g, b := s.at(min(left+i%w, s.w-1), min(top+i/w, s.h-1))
			c.SetRGBA(i%w, i/w, color.RGBA{r, g, b, 255})
		}
		m = c
	}
	var buf bytes.Buffer
	if err := stdjpeg.Encode(&buf, m, &stdjpeg.Options{Quality: 95}); err != nil {
		panic(err)
	}
	whole = buf.Bytes()
	tables, rest = []byte(markerSOI), []byte(markerSOI)
	for at := 2; ; {
		end := at + 2 + int(binary.BigEndian.Uint16(whole[at+2:]))
		switch whole[at+1] {
		case markerDHT, markerDQT:
			tables = append(tables, whole[at:end]...)
		case markerSOS:
			return whole, append(tables, 0xFF, 0xD9), append(rest, whole[at:]...)
		default:
			rest = append(rest, whole[at:end]...)
		}
		at = end
	}
}

// TestJPEG: strips and tiles of JPEG, their tables apart, and the old kind.
func TestJPEG(t *testing.T) {
	s := scene{45, 38}
	head := func(compression, photometric, samples uint64) []testTag {
		bits := short(tagBitsPerSample, 8, 8, 8)
		bits.values = bits.values[:samples]
		return []testTag{short(tagWidth, 45), short(tagHeight, 38), bits, short(tagCompression, compression),
			short(tagPhotometric, photometric), short(tagSamplesPerPixel, samples)}
	}
	grays := s.want(func(x, y int) (r, g, b byte) { v := s.gray(x, y); return v, v, v })
	whole, _, _ := s.jpegOf(0, 0, 45, 38, false)
	wholeGray, _, _ := s.jpegOf(0, 0, 45, 38, true)
	strips := testPage{tags: append(head(compressionJPEG, yCbCr, 3), short(tagRowsPerStrip, 16))}
	tiles := testPage{tiled: true, tags: append(head(compressionJPEG, blackIsZero, 1), short(tagTileWidth, 32), short(tagTileHeight, 16))}
	for top := 0; top < 38; top += 16 {
		_, tables, rest := s.jpegOf(0, top, 45, min(16, 38-top), false)
		strips.pieces = append(strips.pieces, rest)
		strips = strips.with(byteTag(tagJPEGTables, tables))
		for left := 0; left < 45; left += 32 {
			_, tables, rest := s.jpegOf(left, top, 32, 16, true)
			tiles.pieces = append(tiles.pieces, rest)
			tiles = tiles.with(byteTag(tagJPEGTables, tables))
		}
	}
	interchange := testPage{pieces: [][]byte{whole}, tags: append(head(compressionOldJPEG, yCbCr, 3), long(tagJPEGOffset, 8), long(tagJPEGLength, uint64(len(whole))))}
	tests := []struct {
		name string
		page testPage
		want []byte
	}{
		{"one strip", testPage{pieces: [][]byte{whole}, tags: head(compressionJPEG, yCbCr, 3)}, s.wantRGB()},
		{"one grey strip", testPage{pieces: [][]byte{wholeGray}, tags: head(compressionJPEG, blackIsZero, 1)}, grays},
		{"strips", strips, s.wantRGB()},
		{"tiles", tiles, grays},
		{"old, a whole file", interchange, s.wantRGB()},
		{"old, a whole file as a strip", testPage{pieces: [][]byte{whole}, tags: head(compressionOldJPEG, yCbCr, 3)}, s.wantRGB()},
		{"old, in strips", s.oldStrips(head(compressionOldJPEG, blackIsZero, 1)), grays},
		{"old, in pieces", s.oldPieces(wholeGray, head(compressionOldJPEG, blackIsZero, 1)), grays},
	}
	for _, test := range tests {
		w, h, pix, missing := decode(t, littleFile(test.page), 0)
		if w != 45 || h != 38 || missing != 0 {
			t.Errorf("%s: %d x %d, %v missing", test.name, w, h, missing)
			continue
		}
		sum := 0
		for i, v := range pix {
			sum += max(int(v)-int(test.want[i]), int(test.want[i])-int(v))
		}
		// Chroma at half resolution smears the scene's hard edges.
		if mean, most := float64(sum)/float64(len(pix)), map[bool]float64{true: 2, false: 14}[&test.want[0] == &grays[0]]; mean > most {
			t.Errorf("%s: differs by %.1f in the mean", test.name, mean)
		}
	}
}

// oldStrips returns a page of strips of codes. Each is from a separate file with the same
// tables, to which the tags refer.
func (s scene) oldStrips(tags []testTag) testPage {
	whole, _, _ := s.jpegOf(0, 0, 16, 16, true)
	page := s.oldPieces(whole, tags).without(tagStripOffsets).without(tagStripByteCounts).with(short(tagRowsPerStrip, 8))
	offsets, counts := long(tagStripOffsets), long(tagStripByteCounts)
	for top := 0; top < s.h; top += 8 {
		_, _, rest := s.jpegOf(0, top, s.w, min(8, s.h-top), true)
		scan := bytes.Index(rest, []byte{0xFF, markerSOS})
		codes := rest[scan+2+int(binary.BigEndian.Uint16(rest[scan+2:])) : len(rest)-2]
		offsets.values, counts.values = append(offsets.values, uint64(8+len(page.pieces[0]))), append(counts.values, uint64(len(codes)))
		page.pieces[0] = append(page.pieces[0], codes...)
	}
	return page.with(offsets, counts)
}

// TestOldJPEGRange: luma from 16 to 235, as the tag may say.
func TestOldJPEGRange(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 64, 16))
	for i := range 64 * 16 {
		v := byte(i % 64 / 8 * 32)
		m.SetRGBA(i%64, i/64, color.RGBA{v, v, v, 255})
	}
	var buf bytes.Buffer
	if err := stdjpeg.Encode(&buf, m, &stdjpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	reference := rational(tagReferenceBW, 16_000, 235_000, 128_000, 240_000, 128_000, 240_000)
	page := testPage{pieces: [][]byte{buf.Bytes()}, tags: []testTag{short(tagWidth, 64), short(tagHeight, 16), short(tagBitsPerSample, 8, 8, 8),
		short(tagSamplesPerPixel, 3), short(tagCompression, compressionOldJPEG), short(tagPhotometric, yCbCr), reference}}
	_, _, pix, _ := decode(t, littleFile(page), 0)
	for block := range 8 {
		want := min(max((float64(32*block)-16)*255/219, 0), 255)
		if got := pix[3*(8*64+8*block+4)]; math.Abs(float64(got)-want) > 3 {
			t.Errorf("%d becomes %d, not %v", 32*block, got, want)
		}
	}
}

// TestPlaneNotNeeded: a plane that is not a colour is not read.
func TestPlaneNotNeeded(t *testing.T) {
	s := scene{20, 12}
	l := layout{w: 20, h: 12, bits: 8, order: binary.LittleEndian, compression: compressionDeflate, planar: true}
	page := s.page(l, blackIsZero, func(x, y int) []float64 { return append(s.graySamples(x, y), 0) }, short(tagExtraSamples, 0))
	page.pieces[1] = []byte("no plane")
	if _, _, pix, missing := decode(t, littleFile(page), 0); missing != 0 || pix[0] != s.gray(0, 0) {
		t.Errorf("%v missing", missing)
	}
}

// oldPieces returns a page whose tags point to the tables of a grey JPEG file.
func (s scene) oldPieces(file []byte, tags []testTag) testPage {
	const dqt, dc, ac = 8, 8 + 64, 8 + 64 + 28
	var quant, dcTable, acTable, codes []byte
	for at := 2; codes == nil; {
		end := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		switch file[at+1] {
		case markerDQT:
			quant = file[at+5 : at+5+64]
		case markerDHT:
			for b := file[at+4 : end]; len(b) > 0; {
				size := 17
				for _, n := range b[1:17] {
					size += int(n)
				}
				if b[0] == 0 {
					dcTable = b[1:size]
				} else if b[0] == 0x10 {
					acTable = b[1:size]
				}
				b = b[size:]
			}
		case markerSOS:
			codes = file[end : len(file)-2]
		}
		at = end
	}
	if len(quant) != 64 || len(dcTable) != 28 {
		panic("tables of other sizes")
	}
	before := append(append(append([]byte(nil), quant...), dcTable...), acTable...)
	piece := append(before, codes...)
	return testPage{pieces: [][]byte{piece}, tags: append(tags, long(tagJPEGQTables, dqt), long(tagJPEGDCTables, dc), long(tagJPEGACTables, ac),
		long(tagStripOffsets, uint64(8+len(before))), long(tagStripByteCounts, uint64(len(codes))))}
}

// TestScales: at a reduced scale a page is the mean of its pixels.
func TestScales(t *testing.T) {
	s := scene{45, 38}
	l := layout{w: 16, h: 16, tiled: true, bits: 8, order: binary.LittleEndian, compression: compressionDeflate}
	f, err := Open(littleFile(s.page(l, rgb, s.rgbSamples)))
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{2, 4, 8} {
		w, h, pix, _, err := f.Pages[0].Decode(scale)
		if err != nil || w != ceilDiv(45, scale) || h != ceilDiv(38, scale) {
			t.Fatalf("%d x %d, %v", w, h, err)
		}
		for range 20 {
			x, y := rand.IntN(w), rand.IntN(h)
			sum, n := 0, 0
			for yy := y * scale; yy < min((y+1)*scale, 38); yy++ {
				for xx := x * scale; xx < min((x+1)*scale, 45); xx++ {
					sum, n = sum+int(s.gray(xx, yy)), n+1
				}
			}
			if got, want := float64(pix[3*(y*w+x)+1]), float64(sum)/float64(n); math.Abs(got-want) > 1 {
				t.Errorf("1/%d: %v for %v at %d, %d", scale, got, want, x, y)
			}
		}
	}
}

func TestFaxPage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rows := scribble(random, 200, 60)
	for _, kind := range faxKinds {
		for _, photometric := range []uint64{whiteIsZero, blackIsZero} {
			page := testPage{pieces: [][]byte{kind.encode(rows[:32]), kind.encode(rows[32:])}, tags: []testTag{short(tagWidth, 200), short(tagHeight, 60),
				short(tagRowsPerStrip, 32), short(tagCompression, kind.compression), short(tagPhotometric, photometric), long(tagT4Options, kind.t4)}}
			_, _, pix, missing := decode(t, littleFile(page), 0)
			for i := range 200 * 60 {
				ink := rows[i/200][i%200] == (photometric == whiteIsZero)
				if missing != 0 || (pix[3*i] == 0) != ink {
					t.Fatalf("%s, photometric %d: pixel %d, %v missing", kind.name, photometric, i, missing)
				}
			}
		}
	}
}
