package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar/internal/cputime"
)

// plainPage is a small page of grey.
func plainPage(w, h uint64, pieces ...[]byte) testPage {
	return testPage{pieces: pieces, tags: []testTag{long(tagWidth, w), long(tagHeight, h), short(tagBitsPerSample, 8),
		short(tagPhotometric, blackIsZero)}}
}

// spent runs f and returns the bytes that it allocated.
func spent(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// decodeAll decodes all pages and returns the first error.
func decodeAll(data []byte, scale int) error {
	f, err := Open(data)
	if err != nil {
		return err
	}
	for _, p := range f.Pages {
		if int64(p.W)*int64(p.H) > 256<<20 {
			return errors.New("too large, the caller says")
		}
		if _, _, _, _, err := p.Decode(scale); err != nil {
			return err
		}
	}
	return nil
}

// TestHostile: small files that state large sizes are refused with little time and memory.
func TestHostile(t *testing.T) {
	zeros := compress(compressionDeflate, make([]byte, 1<<20))
	manyTags := plainPage(10, 10, make([]byte, 100))
	for i := range 60000 {
		manyTags.tags = append(manyTags.tags, short(uint16(i+1000), 1))
	}
	ownTail := littleFile(plainPage(10, 10, make([]byte, 100)))
	loop := bytes.Clone(ownTail)
	copy(loop[len(loop)-4:], loop[4:8]) // the next directory is this one
	var everywhere []byte               // a directory at every byte
	everywhere = append(everywhere, "II*\x00\x08\x00\x00\x00"...)
	everywhere = append(everywhere, bytes.Repeat([]byte{0xFF}, 1<<20)...)
	manyOffsets := long(tagTileOffsets, slices.Repeat([]uint64{8}, 300*300)...)
	fourG := bytes.Clone(ownTail)
	at := bytes.Index(fourG, []byte{0x11, 1, kindLong, 0})
	binary.LittleEndian.PutUint32(fourG[at+4:], 0xFFFFFFFF) // so many strips
	tests := []struct {
		name string
		data []byte
		is   error // nil: it is read
	}{
		{"16,000 x 16,000 in 100 bytes", littleFile(plainPage(16000, 16000, make([]byte, 100))), ErrTruncated},
		{"the same in Deflate", littleFile(plainPage(16000, 16000, zeros[:100]).with(short(tagCompression, 8))), ErrTruncated},
		{"the same in LZW", littleFile(plainPage(16000, 16000, make([]byte, 100)).with(short(tagCompression, 5))), ErrTruncated},
		{"the same in PackBits", littleFile(plainPage(16000, 16000, make([]byte, 100)).with(short(tagCompression, 32773))), ErrTruncated},
		{"the same in fax codes", littleFile(plainPage(16000, 16000, make([]byte, 100)).with(short(tagCompression, 4), short(tagBitsPerSample, 1))), ErrTruncated},
		{"the same in JPEG", littleFile(plainPage(16000, 16000, []byte("\xFF\xD8\xFF\xC0\x00\x0B\x08\x3E\x80\x3E\x80\x01\x01\x11\x00\xFF\xDA")).with(short(tagCompression, 7))), ErrCorrupt},
		{"a JPEG larger than its page", littleFile(plainPage(16, 16, append([]byte("\xFF\xD8\xFF\xC0\x00\x0B\x08\x13\x88\x13\x88\x01\x01\x11\x00\xFF\xDA"), make([]byte, 1<<20)...)).with(short(tagCompression, 7))), ErrCorrupt},
		{"tiles of one pixel, all the same", littleFile(plainPage(300, 300, nil).with(short(tagTileWidth, 1), short(tagTileHeight, 1), manyOffsets)), ErrCorrupt},
		{"tiles of one pixel", littleFile(plainPage(3000, 3000, make([]byte, 100)).with(short(tagTileWidth, 1), short(tagTileHeight, 1))), ErrCorrupt},
		{"tiles of 2 G", littleFile(plainPage(100, 100, make([]byte, 100)).with(long(tagTileWidth, 1<<31), long(tagTileHeight, 1<<31))), ErrUnsupported},
		{"65,535 samples", littleFile(plainPage(100, 100, make([]byte, 100)).with(short(tagSamplesPerPixel, 65535))), ErrUnsupported},
		{"60,000 tags", littleFile(manyTags), nil},
		{"a loop of directories", loop, nil},
		{"directories everywhere", everywhere, ErrCorrupt},
		{"4 G strips", fourG, nil},
		{"no pixels", littleFile(plainPage(0, 0, nil)), ErrCorrupt},
		{"no strips", littleFile(plainPage(10, 10).with(long(tagStripOffsets), long(tagStripByteCounts))), ErrCorrupt},
		{"nothing but a header", []byte("MM\x00*\x00\x00\x00\x08"), ErrTruncated},
		{"the first bytes", []byte("MM\x00*"), ErrTruncated},
		{"BigTIFF, the first bytes", []byte("MM\x00+\x00\x08\x00\x00\x00"), ErrTruncated},
	}
	for _, test := range tests {
		start := cputime.Used()
		var err error
		taken := spent(func() { err = decodeAll(test.data, 8) })
		if !errors.Is(err, test.is) {
			t.Errorf("%s: %v", test.name, err)
		}
		if took := cputime.Used() - start; took > 5*time.Second || taken > 40<<20 {
			t.Errorf("%s: took %v and %d bytes", test.name, took, taken)
		}
	}
}

// TestBomb: a page that is white all over compresses a thousandfold; read at an
// eighth it takes a fraction of its pixels.
func TestBomb(t *testing.T) {
	raw := make([]byte, 8000*8000)
	page := plainPage(8000, 8000, compress(compressionDeflate, raw)).with(short(tagCompression, compressionDeflate))
	data := littleFile(page)
	f, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if taken := spent(func() { err = decodeAll(data, 8) }); err != nil || int64(taken) > f.Pages[0].Cost(8)+1<<20 {
		t.Errorf("%d bytes, announced %d, for a file of %d; %v", taken, f.Pages[0].Cost(8), len(data), err)
	}
}

// TestCosts: decoding allocates no more than Cost.
func TestCosts(t *testing.T) {
	s := scene{600, 500}
	whole, _, _ := s.jpegOf(0, 0, 600, 500, false)
	pages := map[string]testPage{
		"planes":  s.page(layout{w: 600, h: 500, planar: true, bits: 16, order: binary.LittleEndian, compression: compressionNone}, rgb, s.rgbSamples),
		"tiles":   s.page(layout{w: 64, h: 64, tiled: true, bits: 8, order: binary.LittleEndian, compression: compressionPackBits}, rgb, s.rgbSamples),
		"fax":     {pieces: [][]byte{faxKinds[0].encode(scribble(rand.New(rand.NewPCG(1, 1)), 600, 500))}, tags: []testTag{short(tagWidth, 600), short(tagHeight, 500), short(tagCompression, 4)}},
		"JPEG":    {pieces: [][]byte{whole}, tags: []testTag{short(tagWidth, 600), short(tagHeight, 500), short(tagCompression, 7), short(tagPhotometric, yCbCr), short(tagSamplesPerPixel, 3), short(tagBitsPerSample, 8, 8, 8)}},
		"a tile":  {tiled: true, pieces: [][]byte{whole}, tags: []testTag{short(tagWidth, 590), short(tagHeight, 500), short(tagTileWidth, 600), short(tagTileHeight, 500), short(tagCompression, 7), short(tagPhotometric, yCbCr), short(tagSamplesPerPixel, 3), short(tagBitsPerSample, 8, 8, 8)}},
		"strange": s.page(layout{w: 600, h: 500, bits: 32, order: binary.LittleEndian, compression: compressionNone}, blackIsZero, s.graySamples),
	}
	for name, page := range pages {
		data := littleFile(page)
		for _, scale := range []int{1, 8} {
			f, err := Open(data)
			if err != nil {
				t.Fatal(err)
			}
			taken := spent(func() { _, _, _, _, err = f.Pages[0].Decode(scale) })
			if cost := f.Pages[0].Cost(scale); err != nil || int64(taken) > cost+2<<20 {
				t.Errorf("%s at 1/%d: %d bytes taken, %d announced, %v", name, scale, taken, cost, err)
			}
		}
	}
}

// TestNames: errors name the features that are not read, and do not call them damaged.
func TestNames(t *testing.T) {
	page := plainPage(10, 10, make([]byte, 100))
	tests := map[string]testPage{
		"JBIG compression is not read: save it with LZW": page.with(short(tagCompression, 34661)),
		"JPEG 2000 compression is not read":              page.with(short(tagCompression, 34712)),
		"compression 12345 is not read":                  page.with(short(tagCompression, 12345)),
		"raw camera samples (CFA) are not read":          page.with(short(tagPhotometric, 32803)),
		"photometric interpretation 99 is not read":      page.with(short(tagPhotometric, 99)),
		"samples of 8 bits in format 5":                  page.with(short(tagSampleFormat, 5)),
		"samples of 5 and 6 bits in one pixel":           page.with(short(tagBitsPerSample, 5, 6, 5), short(tagSamplesPerPixel, 3)),
		"predictor 2 with 4 bits":                        page.with(short(tagBitsPerSample, 4), short(tagCompression, 5), short(tagPredictor, 2)),
		"uncompressed mode of fax coding":                page.with(short(tagBitsPerSample, 1), short(tagCompression, 4)),
		"12 bits a sample":                               page.with(short(tagCompression, 7), short(tagBitsPerSample, 12), long(tagStripOffsets, 8), long(tagStripByteCounts, 100)),
	}
	for words, page := range tests {
		switch {
		case strings.HasPrefix(words, "uncompressed"):
			page.pieces = [][]byte{append([]byte{0b0000001_1, 0b11000000}, make([]byte, 100)...)}
		case strings.HasPrefix(words, "12 bits"):
			page.pieces = [][]byte{[]byte("\xFF\xD8\xFF\xC1\x00\x0B\x0C\x00\x0A\x00\x0A\x01\x01\x11\x00" + strings.Repeat("\x00", 100))}
		}
		err := decodeAll(littleFile(page), 1)
		if !errors.Is(err, ErrUnsupported) || errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", words, err)
		}
	}
}

// TestCutOff: a file that is cut off is read if at least half is there.
func TestCutOff(t *testing.T) {
	s := scene{40, 40}
	for _, compression := range []int{compressionNone, compressionDeflate, compressionLZW} {
		for _, rows := range []int{40, 8} {
			l := layout{w: 40, h: rows, bits: 8, order: binary.LittleEndian, compression: compression}
			page := s.page(l, rgb, s.rgbSamples)
			whole := littleFile(page)
			for _, share := range []float64{0.7, 0.2} {
				// The directory stands first in this file, and the pixels are cut off.
				pixels := bytes.Join(page.pieces, nil)
				header := len(whole) - len(pixels) - 8
				moved := page
				at, offsets, counts := uint64(8+header), long(tagStripOffsets), long(tagStripByteCounts)
				for _, piece := range page.pieces {
					offsets.values, counts.values = append(offsets.values, at), append(counts.values, uint64(len(piece)))
					at += uint64(len(piece))
				}
				moved.pieces = nil
				head := littleFile(moved.with(offsets, counts))
				data := append(head, pixels[:int(share*float64(len(pixels)))]...)
				f, err := Open(data)
				if err != nil || len(head) != 8+header {
					t.Fatal(err, len(head), header)
				}
				_, _, pix, missing, err := f.Pages[0].Decode(1)
				name := fmt.Sprintf("compression %d, %d rows, %v of it", compression, rows, share)
				if share < 0.5 {
					if !errors.Is(err, ErrTruncated) {
						t.Errorf("%s: %v", name, err)
					}
					continue
				}
				want := s.wantRGB()
				there := 3 * 40 * int(float64(s.h)*(1-missing)+0.5)
				if err != nil || missing < 0.05 || missing > 0.5 || !bytes.Equal(pix[:there], want[:there]) || pix[len(pix)-1] != 255 {
					t.Errorf("%s: %v missing, %v", name, missing, err)
				}
			}
		}
	}
}
