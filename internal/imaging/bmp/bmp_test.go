package bmp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"exemplar/internal/cputime"
)

// bitmap is a file to write. Fields that are zero get matching values.
type bitmap struct {
	w, h        int // h negative for top-down
	bits        int
	compression uint32
	header      int // its size, 40
	colors      int // in the header
	palette     [][3]byte
	masks       []uint32 // behind a header of 40 bytes, or in a longer one
	pixels      []byte
	bare        bool // no header of a file
	offset      int  // of the pixels, instead of the right one
}

func (b bitmap) bytes() []byte {
	order := binary.LittleEndian
	if b.header == 0 {
		b.header = 40
	}
	out := order.AppendUint32(nil, uint32(b.header))
	entry := 4
	if b.header == os2V1 {
		entry = 3
		out = order.AppendUint16(order.AppendUint16(out, uint16(b.w)), uint16(b.h))
		out = order.AppendUint16(order.AppendUint16(out, 1), uint16(b.bits))
	} else {
		out = order.AppendUint32(order.AppendUint32(out, uint32(b.w)), uint32(b.h))
		out = order.AppendUint16(order.AppendUint16(out, 1), uint16(b.bits))
		out = order.AppendUint32(order.AppendUint32(out, b.compression), uint32(len(b.pixels)))
		out = append(out, make([]byte, 8)...)
		out = order.AppendUint32(order.AppendUint32(out, uint32(b.colors)), 0)
		for _, m := range b.masks {
			out = order.AppendUint32(out, m)
		}
		if len(out) < b.header {
			out = append(out, make([]byte, b.header-len(out))...)
		}
		if b.header < 40 {
			out = out[:b.header]
		}
	}
	for _, c := range b.palette {
		out = append(out, c[2], c[1], c[0], 0)[:len(out)+entry]
	}
	at := fileHeader + len(out)
	if b.offset != 0 {
		at = b.offset
	}
	out = append(out, b.pixels...)
	if b.bare {
		return out
	}
	file := order.AppendUint32([]byte("BM"), uint32(fileHeader+len(out)))
	file = order.AppendUint32(append(file, 0, 0, 0, 0), uint32(at))
	return append(file, out...)
}

// rows packs values of the given number of bits, row by row, each padded to four bytes.
func rows(bits int, values [][]uint32) (out []byte) {
	for _, row := range values {
		var line []byte
		acc, have := uint64(0), 0
		for _, v := range row {
			switch bits {
			case 16:
				line = binary.LittleEndian.AppendUint16(line, uint16(v))
			case 24:
				line = append(line, byte(v), byte(v>>8), byte(v>>16))
			case 32:
				line = binary.LittleEndian.AppendUint32(line, v)
			default:
				acc, have = acc<<bits|uint64(v), have+bits
				if have == 8 {
					line, acc, have = append(line, byte(acc)), 0, 0
				}
			}
		}
		if have > 0 {
			line = append(line, byte(acc<<(8-have)))
		}
		out = append(out, append(line, make([]byte, -len(line)&3)...)...)
	}
	return out
}

var (
	red, green, blue, white = [3]byte{255, 0, 0}, [3]byte{0, 255, 0}, [3]byte{0, 0, 255}, [3]byte{255, 255, 255}
	black                   = [3]byte{}
	colors                  = [][3]byte{white, red, green, blue}
)

// flag is a picture of 3 by 2 pixels.
var flag = [][3]byte{red, green, blue, white, red, red}

// TestKinds decodes the flag in every variant of the format.
func TestKinds(t *testing.T) {
	indices := [][]uint32{{0, 1, 1}, {1, 2, 3}} // from below
	rgb := [][]uint32{{0xFFFFFF, 0xFF0000, 0xFF0000}, {0xFF0000, 0x00FF00, 0x0000FF}}
	rgb555 := [][]uint32{{0x7FFF, 0x7C00, 0x7C00}, {0x7C00, 0x03E0, 0x001F}}
	rgb565 := [][]uint32{{0xFFFF, 0xF800, 0xF800}, {0xF800, 0x07E0, 0x001F}}
	abgr := [][]uint32{{0xFFFFFFFF, 0xFF0000FF, 0xFF0000FF}, {0xFF0000FF, 0xFF00FF00, 0xFFFF0000}}
	rgba1010102 := [][]uint32{{0xFFFFFFFF, 0x3FF | 3<<30, 0x3FF | 3<<30}, {0x3FF | 3<<30, 0x3FF<<10 | 3<<30, 0x3FF<<20 | 3<<30}}
	upsideDown := func(v [][]uint32) [][]uint32 { return [][]uint32{v[1], v[0]} }
	noOpacity := [][]uint32{{0xFFFFFF, 0x0000FF, 0x0000FF}, {0x0000FF, 0x00FF00, 0xFF0000}}
	maskABGR := []uint32{0xFF, 0xFF00, 0xFF0000, 0xFF000000}
	rle8Codes := []byte{1, 0, 2, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1}
	tests := []struct {
		name string
		file bitmap
		want [][3]byte
	}{
		{"8 bits", bitmap{bits: 8, palette: colors, colors: 4, pixels: rows(8, indices)}, flag},
		{"8 bits, bare", bitmap{bits: 8, palette: colors, colors: 4, pixels: rows(8, indices), bare: true}, flag},
		{"4 bits", bitmap{bits: 4, palette: colors, colors: 4, pixels: rows(4, indices)}, flag},
		{"2 bits", bitmap{bits: 2, palette: colors, pixels: rows(2, indices)}, flag},
		{"1 bit", bitmap{bits: 1, palette: colors[:2], pixels: rows(1, [][]uint32{{0, 1, 1}, {1, 0, 0}})}, [][3]byte{red, white, white, white, red, red}},
		{"top-down", bitmap{h: -2, bits: 8, palette: colors, colors: 4, pixels: rows(8, upsideDown(indices))}, flag},
		{"OS/2 1.x", bitmap{header: os2V1, bits: 8, palette: append(colors[:4:4], make([][3]byte, 252)...), pixels: rows(8, indices)}, flag},
		{"OS/2 1.x, short palette", bitmap{header: os2V1, bits: 8, palette: colors, pixels: rows(8, indices)}, flag},
		{"OS/2 2.x", bitmap{header: os2V2, bits: 8, palette: colors, colors: 4, pixels: rows(8, indices)}, flag},
		{"OS/2 2.x, short header", bitmap{header: 16, bits: 4, palette: append(colors[:4:4], make([][3]byte, 12)...), pixels: rows(4, indices)}, flag},
		{"24 bits", bitmap{bits: 24, pixels: rows(24, rgb)}, flag},
		{"24 bits with a palette", bitmap{bits: 24, palette: colors, colors: 4, pixels: rows(24, rgb)}, flag},
		{"24 bits, V5", bitmap{header: windowsV5, bits: 24, pixels: rows(24, rgb)}, flag},
		{"32 bits", bitmap{bits: 32, pixels: rows(32, rgb)}, flag},
		{"16 bits", bitmap{bits: 16, pixels: rows(16, rgb555)}, flag},
		{"565", bitmap{bits: 16, compression: bitFields, masks: []uint32{0xF800, 0x7E0, 0x1F}, pixels: rows(16, rgb565)}, flag},
		{"565, V4", bitmap{header: 108, bits: 16, compression: bitFields, masks: []uint32{0xF800, 0x7E0, 0x1F, 0}, pixels: rows(16, rgb565)}, flag},
		{"ABGR, V5", bitmap{header: windowsV5, bits: 32, compression: bitFields, masks: maskABGR, pixels: rows(32, abgr)}, flag},
		{"ABGR, masks behind", bitmap{bits: 32, compression: alphaBitFields, masks: maskABGR, pixels: rows(32, abgr)}, flag},
		{"opacity of zeros", bitmap{header: windowsV5, bits: 32, compression: bitFields, masks: maskABGR, pixels: rows(32, noOpacity)}, flag},
		{"half opaque", bitmap{header: windowsV5, bits: 32, compression: bitFields, masks: maskABGR,
			pixels: rows(32, [][]uint32{{0x80000000, 0xFF000000, 0}, {0, 0, 0}})}, [][3]byte{white, white, white, {127, 127, 127}, black, white}},
		{"10 bits a colour", bitmap{bits: 32, compression: alphaBitFields, masks: []uint32{0x3FF, 0x3FF << 10, 0x3FF << 20, 3 << 30}, pixels: rows(32, rgba1010102)}, flag},
		{"RLE8", bitmap{bits: 8, compression: rle8, palette: colors, colors: 4, pixels: rle8Codes}, flag},
		{"RLE4", bitmap{bits: 4, compression: rle4, palette: colors, colors: 4, pixels: []byte{1, 0x00, 2, 0x11, 0, 0, 0, 3, 0x12, 0x30, 0, 1}}, flag},
		{"RLE4, two by turns", bitmap{bits: 4, compression: rle4, palette: colors, colors: 4, pixels: []byte{3, 0x12, 0, 0, 3, 0x21, 0, 1}},
			[][3]byte{green, red, green, red, green, red}},
		{"RLE24", bitmap{header: os2V2, bits: 24, compression: 4, pixels: []byte{1, 255, 255, 255, 2, 0, 0, 255, 0, 0, 0, 3, 0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 1}}, flag},
		{"delta", bitmap{bits: 8, compression: rle8, palette: colors, colors: 4, pixels: []byte{0, 2, 1, 1, 1, 3, 0, 1}}, [][3]byte{white, blue, white, white, white, white}},
		{"a run past the row", bitmap{bits: 8, compression: rle8, palette: colors, colors: 4, pixels: []byte{200, 1, 0, 0, 3, 2, 0, 1}}, [][3]byte{green, green, green, red, red, red}},
		{"an index out of the palette", bitmap{bits: 8, palette: colors[:3], colors: 3, pixels: rows(8, [][]uint32{{0, 1, 1}, {1, 2, 200}})}, [][3]byte{red, green, black, white, red, red}},
		{"offset of 0", bitmap{bits: 8, palette: colors, colors: 4, pixels: rows(8, indices), offset: 1}, flag},
		{"offset of the palette", bitmap{bits: 8, palette: colors, colors: 4, pixels: rows(8, indices), offset: 54}, flag},
		{"offset beyond the end", bitmap{bits: 8, palette: colors, colors: 4, pixels: rows(8, indices), offset: 1 << 30}, flag},
		{"many colours", bitmap{bits: 8, palette: append(colors[:4:4], make([][3]byte, 252)...), colors: 1 << 30, pixels: rows(8, indices)}, flag},
		{"the last filling left out", bitmap{bits: 24, pixels: rows(24, rgb)[:21]}, flag},
	}
	for _, test := range tests {
		test.file.w = 3
		if test.file.h == 0 {
			test.file.h = 2
		}
		data := test.file.bytes()
		f, err := Open(data)
		if err != nil || !Is(data) {
			t.Errorf("%s: %v, is %v", test.name, err, Is(data))
			continue
		}
		w, h, pix, missing, err := f.Decode(1)
		var want []byte
		for _, c := range test.want {
			want = append(want, c[:]...)
		}
		if err != nil || w != 3 || h != 2 || missing != 0 || !bytes.Equal(pix, want) {
			t.Errorf("%s: %d x %d, %v, for %v; %v missing, %v", test.name, w, h, pix, want, missing, err)
		}
	}
}

func TestNames(t *testing.T) {
	tests := map[string]bitmap{
		"Huffman compression of OS/2 is not read: save it as a 24-bit BMP": {header: os2V2, bits: 1, compression: 3},
		"printing inks (CMYK)":              {bits: 32, compression: 11},
		"compression 77":                    {bits: 8, compression: 77},
		"64 bits a pixel":                   {bits: 64},
		"8 bits a pixel with compression 2": {bits: 8, compression: rle4},
		"gaps in its mask 0000F0F0":         {bits: 16, compression: bitFields, masks: []uint32{0xF0F0, 0xF00, 0xF}},
		"header of 200 bytes":               {header: 200, bits: 8},
	}
	for words, file := range tests {
		file.w, file.h, file.pixels = 2, 2, make([]byte, 100)
		if _, err := Open(file.bytes()); !errors.Is(err, ErrUnsupported) || errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func TestEmbedded(t *testing.T) {
	for _, compression := range []uint32{jpegFile, pngFile} {
		f, err := Open(bitmap{w: 5, h: 5, compression: compression, pixels: []byte("a file")}.bytes())
		if err != nil || string(f.Embedded) != "a file" {
			t.Errorf("%q, %v", f.Embedded, err)
		}
	}
}

func TestCutOff(t *testing.T) {
	whole := bitmap{w: 10, h: 10, bits: 24, pixels: make([]byte, 320)}.bytes()
	runs := bitmap{w: 10, h: 10, bits: 8, compression: rle8, palette: make([][3]byte, 1), colors: 1, pixels: bytes.Repeat([]byte{10, 0, 0, 0}, 10)}.bytes()
	for _, data := range [][]byte{whole, runs} {
		pixels := map[bool]int{true: 320, false: 40}[len(data) == len(whole)]
		f, err := Open(data[:len(data)-pixels*3/10])
		if err != nil {
			t.Fatal(err)
		}
		// The lower rows come first: what is missing is white.
		_, _, pix, missing, err := f.Decode(1)
		if err != nil || missing < 0.29 || missing > 0.31 || pix[0] != 255 || pix[len(pix)-1] != 0 {
			t.Errorf("%v missing, %v, %v", missing, pix[:3], err)
		}
		if f, err = Open(data[:len(data)-pixels*6/10]); err != nil {
			t.Fatal(err)
		}
		if _, _, _, _, err = f.Decode(1); !errors.Is(err, ErrTruncated) {
			t.Error(err)
		}
	}
	for n := range 54 {
		if _, err := Open(whole[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestScales: at an eighth, a pixel is the mean of those that it replaces.
func TestScales(t *testing.T) {
	values := make([][]uint32, 20)
	for y := range values {
		for x := range 30 {
			values[y] = append(values[y], uint32((x*8+y)%256)*0x010101)
		}
	}
	f, err := Open(bitmap{w: 30, h: -20, bits: 24, pixels: rows(24, values)}.bytes())
	if err != nil {
		t.Fatal(err)
	}
	w, h, pix, _, err := f.Decode(8)
	sum := 0
	for y := range 8 {
		for x := range 8 {
			sum += int(values[y][x] & 0xFF)
		}
	}
	if err != nil || w != 4 || h != 3 || int(pix[0]) < sum/64 || int(pix[0]) > sum/64+1 {
		t.Errorf("%d x %d, %v, %v", w, h, pix[:3], err)
	}
}

// TestHostile: small files that state large sizes take little time and memory.
func TestHostile(t *testing.T) {
	tests := map[string]bitmap{
		"without pixels":           {w: 16000, h: 16000, bits: 24},
		"run lengths that jump":    {w: 4000, h: 4000, bits: 8, compression: rle8, pixels: bytes.Repeat([]byte{0, 2, 255, 255}, 1000)},
		"run lengths without rows": {w: 4000, h: 4000, bits: 8, compression: rle8, pixels: bytes.Repeat([]byte{255, 1}, 1<<17)},
	}
	for name, file := range tests {
		f, err := Open(file.bytes())
		if err != nil {
			t.Fatal(err)
		}
		start := cputime.Used()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _, _, err = f.Decode(8)
		runtime.ReadMemStats(&after)
		if taken := int64(after.TotalAlloc - before.TotalAlloc); taken > f.Cost(8)+1<<16 || cputime.Used()-start > 5*time.Second {
			t.Errorf("%s: took %d bytes and %v, %v", name, taken, cputime.Used()-start, err)
		}
	}
}

// FuzzDecode: no file makes the decoder panic, or return another size than it
// announced.
func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, b := range []bitmap{
		{bits: 1, palette: colors[:2]}, {bits: 4, palette: colors}, {bits: 8, palette: colors, header: os2V1}, {bits: 16}, {bits: 24, h: -9},
		{bits: 32, compression: bitFields, header: windowsV5, masks: []uint32{0xFF, 0xFF00, 0xFF0000, 0xFF000000}},
		{bits: 8, compression: rle8, palette: colors}, {bits: 4, compression: rle4, palette: colors}, {bits: 24, compression: 4, header: os2V2},
		{bits: 8, palette: colors, bare: true},
	} {
		b.w, b.h, b.pixels = 9, 9, make([]byte, 330)
		for i := range b.pixels {
			b.pixels[i] = byte(random.IntN(4))
		}
		f.Add(b.bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(data)
		if err != nil || file.Embedded != nil || file.W < 1 || file.H < 1 || int64(file.W)*int64(file.H) > 1<<16 {
			return
		}
		for _, scale := range []int{1, 4} {
			w, h, pix, missing, err := file.Decode(scale)
			if err == nil && (w != (file.W+scale-1)/scale || h != (file.H+scale-1)/scale || len(pix) != 3*w*h || missing < 0 || missing > 0.5) {
				t.Fatalf("%d x %d at 1/%d: %d x %d, %d bytes, %v missing", file.W, file.H, scale, w, h, len(pix), missing)
			}
		}
	})
}
