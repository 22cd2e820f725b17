package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustDecode(t testing.TB, name string) (*Image, Info) {
	t.Helper()
	m, info, err := Decode(testFile(t, name), DefaultLimits)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(m.Pix) != 3*m.W*m.H {
		t.Fatalf("%s: %d bytes for %d x %d pixels", name, len(m.Pix), m.W, m.H)
	}
	return m, info
}

// meanDifference is the mean difference of samples, 256 for pictures of different sizes.
func meanDifference(a, b *Image) float64 {
	if a.W != b.W || a.H != b.H {
		return 256
	}
	sum := 0
	for i, v := range a.Pix {
		sum += max(int(v)-int(b.Pix[i]), int(b.Pix[i])-int(v))
	}
	return float64(sum) / float64(len(a.Pix))
}

func TestDecodeFormats(t *testing.T) {
	tests := []struct {
		file, like, format string
		tolerance          float64
	}{
		{"drawn.png", "drawn.png", "png", 0},
		{"rgb16.png", "drawn.png", "png", 0},
		{"lzw.tif", "drawn.png", "tiff", 0},
		{"packbits.tif", "drawn.png", "tiff", 0},
		{"rgb16.tif", "drawn.png", "tiff", 0},
		{"plain.bmp", "drawn.png", "bmp", 0},
		{"lossless.webp", "drawn.png", "webp", 0},
		{"lossy.webp", "drawn.png", "webp", 5},
		{"lossless.heic", "drawn.png", "heic", 0.4},
		{"lossy.heic", "drawn.png", "heic", 5},
		{"alpha.heic", "alpha.png", "heic", 0.4},
		{"palette.png", "drawn.png", "png", 6},
		{"palette.gif", "palette.png", "gif", 0},
		{"alpha.png", "alpha-over-white.png", "png", 0.5},
		{"alpha.webp", "alpha.png", "webp", 0},
		{"bilevel-g4.tif", "bilevel.png", "tiff", 0},
		{"orientation-6.png", "drawn.png", "png", 0},
		{"orientation-6.tif", "drawn.png", "tiff", 0},
		{"orientation-6.webp", "drawn.png", "webp", 0},
	}
	for _, test := range tests {
		got, info := mustDecode(t, test.file)
		want, _ := mustDecode(t, test.like)
		if d := meanDifference(got, want); d > test.tolerance {
			t.Errorf("%s: differs from %s by %.2f in the mean", test.file, test.like, d)
		}
		if info.Format != test.format || info.W != 48 || info.H != 32 {
			t.Errorf("%s: %+v", test.file, info)
		}
	}
}

func TestOrientations(t *testing.T) {
	want, _ := mustDecode(t, "drawn.png")
	for orientation := 1; orientation <= 8; orientation++ {
		got, info := mustDecode(t, fmt.Sprintf("orientation-%d.jpg", orientation))
		if info.Orientation != orientation || info.W != 48 || info.H != 32 {
			t.Errorf("orientation %d: %+v", orientation, info)
		}
		if d := meanDifference(got, want); d > 10 {
			t.Errorf("orientation %d: differs by %.1f in the mean", orientation, d)
		}
	}
}

func TestGrayAlphaOverWhite(t *testing.T) {
	got, _ := mustDecode(t, "gray-alpha.png")
	color, _ := mustDecode(t, "alpha-over-white.png")
	gray := color.Gray()
	for i, v := range gray.Pix {
		if d := int(got.Pix[3*i]) - int(v); d < -2 || d > 2 {
			t.Fatalf("pixel %d is %d, want %d", i, got.Pix[3*i], v)
		}
	}
}

func TestPixelTypes(t *testing.T) {
	at := func(m canvas, c color.Color) canvas { m.Set(0, 0, c); return m }
	one := image.Rect(0, 0, 1, 1)
	tests := []struct {
		name string
		src  image.Image
		want [3]byte
	}{
		{"opaque", at(image.NewNRGBA(one), color.NRGBA{10, 20, 30, 255}), [3]byte{10, 20, 30}},
		{"half clear", at(image.NewNRGBA(one), color.NRGBA{0, 100, 255, 51}), [3]byte{204, 224, 255}},
		{"clear", at(image.NewNRGBA(one), color.NRGBA{9, 9, 9, 0}), [3]byte{255, 255, 255}},
		{"16 bits half clear", at(image.NewNRGBA64(one), color.NRGBA64{0, 25700, 65535, 13107}), [3]byte{204, 224, 255}},
		{"premultiplied", at(image.NewRGBA(one), color.RGBA{0, 20, 51, 51}), [3]byte{204, 224, 255}},
		{"16-bit grey", at(image.NewGray16(one), color.Gray16{0x8170}), [3]byte{0x81, 0x81, 0x81}},
		{"grey", at(image.NewGray(one), color.Gray{77}), [3]byte{77, 77, 77}},
		{"palette", at(image.NewPaletted(one, color.Palette{color.NRGBA{1, 2, 3, 255}}), color.Black), [3]byte{1, 2, 3}},
		{"inks", at(image.NewCMYK(one), color.CMYK{255, 0, 0, 0}), [3]byte{0, 255, 255}},
	}
	for _, test := range tests {
		if got := FromImage(test.src); [3]byte(got.Pix) != test.want {
			t.Errorf("%s: %v, want %v", test.name, got.Pix, test.want)
		}
	}
}

type canvas interface {
	image.Image
	Set(x, y int, c color.Color)
}

func TestFirstFrameOfGIF(t *testing.T) {
	palette := color.Palette{color.White, color.NRGBA{200, 0, 0, 255}, color.Black}
	frame := image.NewPaletted(image.Rect(2, 1, 4, 3), palette)
	for i := range frame.Pix {
		frame.Pix[i] = 1
	}
	second := image.NewPaletted(image.Rect(0, 0, 6, 5), palette)
	var buf bytes.Buffer
	err := gif.EncodeAll(&buf, &gif.GIF{
		Image: []*image.Paletted{frame, second}, Delay: []int{0, 0},
		Config: image.Config{ColorModel: palette, Width: 6, Height: 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, info, err := Decode(buf.Bytes(), DefaultLimits)
	if err != nil || info.W != 6 || info.H != 5 {
		t.Fatal(info, err)
	}
	want := NewImage(6, 5)
	for i := range want.Pix {
		want.Pix[i] = 255
	}
	for y := 1; y < 3; y++ {
		copy(want.row(y)[6:12], []byte{200, 0, 0, 200, 0, 0})
	}
	if !bytes.Equal(m.Pix, want.Pix) {
		t.Errorf("%v", m.Pix)
	}
}

// hugeClaims are files of a few hundred bytes that state 60,000 x 60,000 pixels.
func hugeClaims(t *testing.T) map[string][]byte {
	edit := func(name string, at int, order binary.ByteOrder, wide bool) []byte {
		data := bytes.Clone(testFile(t, name))
		if wide {
			order.PutUint32(data[at:], 60000)
			order.PutUint32(data[at+4:], 60000)
		} else {
			order.PutUint16(data[at:], 60000)
			order.PutUint16(data[at+2:], 60000)
		}
		return data
	}
	little, big := binary.LittleEndian, binary.BigEndian
	sof := bytes.Index(testFile(t, "orientation-1.jpg"), []byte{0xFF, 0xC0, 0, 17, 8})
	tiff := []byte("II*\x00\x08\x00\x00\x00\x08\x00")
	for _, e := range [][2]uint32{{256, 60000}, {257, 60000}, {258, 8}, {259, 1}, {262, 1}, {273, 200}, {278, 60000}, {279, 1 << 20}} {
		tiff = little.AppendUint16(tiff, uint16(e[0]))
		tiff = little.AppendUint32(append(tiff, 4, 0), 1)
		tiff = little.AppendUint32(tiff, e[1])
	}
	tga := append(make([]byte, 12), 0x60, 0xEA, 0x60, 0xEA, 24, 0)
	tga[2] = 2
	return map[string][]byte{
		"tiff": append(tiff, make([]byte, 200)...), "pnm": append([]byte("P6\n60000 60000\n255\n"), make([]byte, 200)...), "tga": append(tga, make([]byte, 200)...),
		"jpeg": edit("orientation-1.jpg", sof+5, big, false),
		"gif":  edit("palette.gif", 6, little, false),
		"bmp":  edit("plain.bmp", 18, little, true),
		"png":  pngHeader(60000, 60000),
	}
}

func TestHugeClaims(t *testing.T) {
	for name, data := range hugeClaims(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := Decode(data, DefaultLimits)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "60000 x 60000") {
			t.Errorf("%s: %v", name, err)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("%s: took %d bytes", name, taken)
		}
	}
}

// pngHeader returns a PNG file of a size, cut off after a few bytes of pixels.
func pngHeader(w, h uint32) []byte {
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	data := buf.Bytes()
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestErrors(t *testing.T) {
	photo, drawn := testFile(t, "orientation-1.jpg"), testFile(t, "drawn.png")
	jbig := bytes.Replace(testFile(t, "cmyk.tif"), []byte{3, 1, 3, 0, 1, 0, 0, 0, 1, 0}, []byte{3, 1, 3, 0, 1, 0, 0, 0, 0x65, 0x87}, 1)
	avif := []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif")
	tests := []struct {
		name  string
		data  []byte
		lim   Limits
		is    error
		words string
	}{
		{"empty", nil, DefaultLimits, ErrCorrupt, "empty"},
		{"text", []byte("hello, world"), DefaultLimits, ErrUnsupported, "this is text: send a photo"},
		{"AVIF", avif, DefaultLimits, ErrUnsupported, "convert it to JPEG"},
		{"PDF", []byte("%PDF-1.7\n"), DefaultLimits, ErrUnsupported, "pdftoppm"},
		{"too many bytes", drawn, Limits{Bytes: 100}, ErrTooLarge, "more than 100 bytes"},
		{"too many pixels", drawn, Limits{Pixels: 48*32 - 1}, ErrTooLarge, "48 x 32"},
		{"a third of a JPEG", photo[:bytes.Index(photo, []byte("\xFF\xDA"))+100], DefaultLimits, ErrCorrupt, "rows of blocks are there: copy or send the file again"},
		{"a third of a PNG", drawn[:len(drawn)/2], DefaultLimits, ErrCorrupt, "11 of 32 rows are there: copy or send the file again"},
		{"a JPEG header", photo[:10], DefaultLimits, ErrCorrupt, "ends too early"},
		{"JBIG in TIFF", jbig, DefaultLimits, ErrUnsupported, "JBIG compression is not read: save it with"},
	}
	for _, test := range tests {
		_, _, err := Decode(test.data, test.lim)
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, _, err := Decode(drawn, Limits{}); err != nil {
		t.Errorf("no limits: %v", err)
	}
}

func TestDecodeAtLeast(t *testing.T) {
	encoded := EncodeJPEG(drawPage(401, 250, 90, 0), 90)
	full, _, err := Decode(encoded, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for side, want := range map[int][2]int{
		0: {51, 32}, 51: {51, 32}, 52: {101, 63}, 101: {101, 63}, 102: {201, 125}, 202: {401, 250}, 401: {401, 250}, 9999: {401, 250},
	} {
		m, info, err := DecodeAtLeast(encoded, side, DefaultLimits)
		if err != nil || m.W != want[0] || m.H != want[1] {
			t.Errorf("at least %d: %d x %d, %v", side, m.W, m.H, err)
			continue
		}
		if info.W != 401 || info.H != 250 {
			t.Errorf("at least %d: %+v", side, info)
		}
		if d := meanDifference(m, ResizeArea(full, m.W, m.H)); d > 1.5 {
			t.Errorf("at least %d: differs by %.2f from the full picture", side, d)
		}
	}
}

// FuzzDecode checks that no file makes Decode panic, and that pictures have the size
// that Info states.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) < 20 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for _, s := range []pngSpec{
		{w: 9, h: 9, depth: 4, colour: 3, interlaced: true, trns: []byte{0, 9}}, {w: 9, h: 9, depth: 16, colour: 4},
		{w: 9, h: 9, depth: 16, colour: 2, trns: []byte{0, 1, 0, 2, 0, 3}}, {w: 20, h: 9, depth: 1, colour: 0, interlaced: true},
	} {
		f.Add(s.file(random))
	}
	f.Add(gifFile(f, 30, 20, randomFrame(random, 3, 2, 20, 10, 5), randomFrame(random, 0, 0, 30, 20, 5)))
	f.Add(tgaBytes(10, 24, 0x20, 0, "\x83abc"))
	f.Add(apng(frame(0, 0, 32, 32, false), frame(8, 0, 16, 16, true)))
	f.Add(tgaBytes(1, 8, 0, 2, "abcdef\x00\x01\x02\x03"))
	for _, text := range []string{"P1 2 2 1001", "P3 1 1 9 1 2 3", "P4 9 1 ab", "P5 2 1 999 abcd", "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 9\nENDHDR\nabcd"} {
		f.Add([]byte(text))
	}
	lim := Limits{Bytes: 1 << 16, Pixels: 1 << 16}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, side := range []int{0, 10} { // at full size, and reduced
			m, info, err := decode(data, side, lim)
			if err != nil {
				if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrTooLarge) {
					t.Fatalf("an error of no kind: %v", err)
				}
				return
			}
			if len(m.Pix) != 3*m.W*m.H || m.W*m.H > 1<<16 || side == 0 && (m.W != info.W || m.H != info.H) ||
				side > 0 && max(m.W, m.H) < min(side, max(info.W, info.H)) {
				t.Fatalf("%d x %d in %d bytes, info %+v", m.W, m.H, len(m.Pix), info)
			}
		}
	})
}

// TestMutated decodes a thousand damaged pictures: an error or a picture, and no
// more memory than the limit allows for.
func TestMutated(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.*")
	nested, _ := filepath.Glob("jpeg/testdata/*.jpg")
	files = append(files, nested...)
	random := rand.New(rand.NewPCG(7, 8))
	lim := Limits{Bytes: 1 << 20, Pixels: 1 << 20}
	for i := range 1000 {
		data, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + random.IntN(20) {
			data[random.IntN(len(data))] = byte(random.Uint32())
		}
		m, _, err := DecodeAtLeast(data, 1+random.IntN(100), lim)
		if err == nil && int64(len(m.Pix)) > 3*lim.Pixels {
			t.Fatalf("%s: %d x %d pixels", files[i%len(files)], m.W, m.H)
		}
	}
}

// BenchmarkPhoto is what precedes the network: a drawn photo of 12 megapixels to
// an input of 160 pixels, and the same by the standard library.
func BenchmarkPhoto(b *testing.B) {
	data := EncodeJPEG(drawPage(4000, 3000, 100, 3), 88)
	b.Run("reduced", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			m, _, err := DecodeAtLeast(data, 160, DefaultLimits)
			if err != nil {
				b.Fatal(err)
			}
			ResizeArea(m, 160, 160)
		}
	})
	b.Run("standard", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			m, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				b.Fatal(err)
			}
			ResizeArea(FromImage(m), 160, 160)
		}
	})
}
