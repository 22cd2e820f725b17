package tiff

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// tone is a page of 4 x 4 pixels of one grey, by which tests know it.
func tone(v byte) testPage {
	b := make([]byte, 16)
	for i := range b {
		b[i] = v
	}
	return plainPage(4, 4, b)
}

func TestPages(t *testing.T) {
	thumbnail := tone(1).with(long(tagNewSubfileType, 1))
	oldThumbnail := tone(2).with(short(tagSubfileType, 2))
	maskPage := tone(3).with(long(tagNewSubfileType, 4))
	tests := []struct {
		name  string
		pages []testPage
		want  []byte // their greys
	}{
		{"one", []testPage{tone(10)}, []byte{10}},
		{"several", []testPage{tone(10), tone(20), tone(30)}, []byte{10, 20, 30}},
		{"marked as pages", []testPage{tone(10).with(long(tagNewSubfileType, 2)), tone(20).with(long(tagNewSubfileType, 2))}, []byte{10, 20}},
		{"thumbnail in front", []testPage{thumbnail, tone(10)}, []byte{10}},
		{"old thumbnail in front", []testPage{oldThumbnail, tone(10), thumbnail, tone(20)}, []byte{10, 20}},
		{"mask", []testPage{tone(10), maskPage}, []byte{10}},
		{"only a thumbnail", []testPage{thumbnail}, []byte{1}},
		{"a directory without a picture", []testPage{{tags: []testTag{short(tagOrientation, 1)}}, tone(10)}, []byte{10}},
	}
	for _, test := range tests {
		for _, big := range []bool{false, true} {
			f := testFile{order: binary.BigEndian, big: big}
			data := f.write(test.pages...)
			if n, err := Pages(data); n != len(test.want) || err != nil {
				t.Errorf("%s: %d pages, %v", test.name, n, err)
				continue
			}
			for i, want := range test.want {
				if _, _, pix, _ := decode(t, data, i); pix[0] != want {
					t.Errorf("%s: page %d is %d", test.name, i, pix[0])
				}
			}
		}
	}
}

// TestPictureBehindThumbnail: the picture may be a sub-directory of its thumbnail.
func TestPictureBehindThumbnail(t *testing.T) {
	f := testFile{order: binary.LittleEndian}
	f.write(tone(77))
	at := uint64(binary.LittleEndian.Uint32(f.out[4:]))
	f.page(tone(1).with(long(tagNewSubfileType, 1), long(tagSubIFDs, at)), 4)
	if _, _, pix, _ := decode(t, f.out, 0); pix[0] != 77 {
		t.Errorf("it is %d", pix[0])
	}
}

func TestSquared(t *testing.T) {
	tests := []struct {
		name string
		tags []testTag
		w, h int
	}{
		{"no tags", nil, 1728, 1100},
		{"equal", []testTag{rational(tagXResolution, 300_000), rational(tagYResolution, 300_000)}, 1728, 1100},
		{"standard fax", []testTag{rational(tagXResolution, 204_000), rational(tagYResolution, 98_000)}, 1728, 2290},
		{"fine fax", []testTag{rational(tagXResolution, 204_000), rational(tagYResolution, 196_000)}, 1728, 1100},
		{"superfine fax", []testTag{rational(tagXResolution, 204_000), rational(tagYResolution, 391_000)}, 3312, 1100},
		{"per centimetre", []testTag{rational(tagXResolution, 80_400), rational(tagYResolution, 38_500)}, 1728, 2297},
		{"a mistake", []testTag{rational(tagXResolution, 300_000), rational(tagYResolution, 1_000)}, 1728, 1100},
		{"nothing", []testTag{rational(tagXResolution, 0), rational(tagYResolution, 0)}, 1728, 1100},
		{"one of two", []testTag{rational(tagXResolution, 200_000)}, 1728, 1100},
	}
	for _, test := range tests {
		f, err := Open(littleFile(plainPage(1728, 1100, make([]byte, 100)).with(test.tags...)))
		if err != nil {
			t.Fatal(err)
		}
		if w, h := f.Pages[0].Squared(); w != test.w || h != test.h {
			t.Errorf("%s: %d x %d", test.name, w, h)
		}
	}
}

// TestLooseTags: tags that writers leave out or get wrong, and that readers tolerate.
func TestLooseTags(t *testing.T) {
	s := scene{20, 12}
	l := layout{w: 20, h: 12, bits: 8, order: binary.LittleEndian, compression: compressionNone}
	page := s.page(l, rgb, s.rgbSamples)
	l.compression = compressionDeflate
	deflated := s.page(l, rgb, s.rgbSamples)
	l.h, l.compression = 5, compressionNone
	strips := s.page(l, rgb, s.rgbSamples)
	tests := map[string]testPage{
		"strips, no RowsPerStrip":    strips.without(tagRowsPerStrip),
		"strips, RowsPerStrip of 1":  strips.with(long(tagRowsPerStrip, 1)),
		"no RowsPerStrip":            page.without(tagRowsPerStrip),
		"RowsPerStrip of 4 G":        page.with(long(tagRowsPerStrip, 0xFFFFFFFF)),
		"RowsPerStrip of 0":          page.with(long(tagRowsPerStrip, 0)),
		"RowsPerStrip of 1":          page.with(long(tagRowsPerStrip, 1)),
		"StripByteCounts of 0":       page.with(long(tagStripByteCounts, 0)),
		"StripByteCounts of 4 G":     deflated.with(long(tagStripByteCounts, 0xFFFFFFFF)),
		"compressed, counts of 0":    deflated.with(long(tagStripByteCounts, 0)),
		"one number for all samples": page.with(short(tagBitsPerSample, 8)),
		"no photometric":             page.without(tagPhotometric),
		"no SamplesPerPixel":         page.without(tagSamplesPerPixel),
		"orientation of 9":           page.with(short(tagOrientation, 9)),
		"unknown format":             page.with(short(tagSampleFormat, voidFormat, voidFormat, voidFormat)),
	}
	for name, page := range tests {
		if _, _, pix, missing := decode(t, littleFile(page), 0); missing != 0 || worst(pix, s.wantRGB()) != 0 {
			t.Errorf("%s: %v missing, differs by %d", name, missing, worst(pix, s.wantRGB()))
		}
	}
}

// FuzzDecode: no file makes the decoder panic, or return another size than it
// announced.
func FuzzDecode(f *testing.F) {
	s := scene{20, 18}
	for i, l := range []layout{
		{w: 20, h: 5, bits: 8, compression: compressionLZW, differences: true},
		{w: 16, h: 16, bits: 16, compression: compressionDeflate, tiled: true, planar: true},
		{w: 20, h: 18, bits: 4, compression: compressionPackBits},
		{w: 20, h: 18, bits: 8, compression: compressionNone, reversedBits: true},
	} {
		l.order = binary.LittleEndian
		file := testFile{order: l.order, big: i == 1}
		f.Add(file.write(s.page(l, rgb, s.rgbSamples)))
	}
	for _, kind := range faxKinds {
		rows := make([][]bool, 8)
		for y := range rows {
			rows[y] = make([]bool, 16)
			rows[y][y], rows[y][15-y] = true, true
		}
		f.Add(littleFile(testPage{pieces: [][]byte{kind.encode(rows)}, tags: []testTag{short(tagWidth, 16), short(tagHeight, 8),
			short(tagCompression, kind.compression), long(tagT4Options, kind.t4)}}))
	}
	whole, _, _ := s.jpegOf(0, 0, 20, 18, true)
	f.Add(littleFile(testPage{pieces: [][]byte{whole}, tags: []testTag{short(tagWidth, 20), short(tagHeight, 18),
		short(tagCompression, compressionJPEG), short(tagBitsPerSample, 8), short(tagPhotometric, blackIsZero)}}))
	f.Add(littleFile(s.oldPieces(whole, []testTag{short(tagWidth, 20), short(tagHeight, 18), short(tagCompression, compressionOldJPEG)})))
	files, _ := filepath.Glob("../testdata/*.tif")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(data)
		if err != nil {
			return
		}
		for i, p := range file.Pages {
			w, h := p.Squared()
			if i == 3 || p.W < 1 || p.H < 1 || int64(max(p.W, w))*int64(max(p.H, h)) > 1<<16 {
				return
			}
			for _, scale := range []int{1, 4} {
				gotW, gotH, pix, missing, err := p.Decode(scale)
				if err != nil {
					continue
				}
				if gotW != ceilDiv(p.W, scale) || gotH != ceilDiv(p.H, scale) || len(pix) != 3*gotW*gotH || missing < 0 || missing > 0.5 {
					t.Fatalf("%d x %d at 1/%d: %d x %d, %d bytes, %v missing", p.W, p.H, scale, gotW, gotH, len(pix), missing)
				}
			}
		}
	})
}
