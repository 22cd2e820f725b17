package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

// pngSpec describes a PNG file with random samples.
type pngSpec struct {
	w, h, depth, colour int
	interlaced          bool
	trns                []byte
	before              []byte // chunks between header and pixels
}

const pngSignature = "\x89PNG\r\n\x1A\n"

func pngChunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// pngFile returns the file, without its end marker.
func (s pngSpec) file(random *rand.Rand) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(s.w)), uint32(s.h))
	header = append(header, byte(s.depth), byte(s.colour), 0, 0, 0)
	if s.interlaced {
		header[12] = 1
	}
	out := append([]byte(pngSignature), pngChunk("IHDR", header)...)
	if s.colour == 3 {
		palette := make([]byte, 3<<s.depth)
		for i := range palette {
			palette[i] = byte(random.Uint32())
		}
		out = append(out, pngChunk("PLTE", palette)...)
	}
	if s.trns != nil {
		out = append(out, pngChunk("tRNS", s.trns)...)
	}
	out = append(out, s.before...)
	pixels := s.pixels(random)
	half := len(pixels) / 2
	out = append(out, pngChunk("IDAT", pixels[:half])...)
	return append(out, pngChunk("IDAT", pixels[half:])...)
}

// pixels returns random samples, compressed.
func (s pngSpec) pixels(random *rand.Rand) []byte {
	bits := s.depth * map[int]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[s.colour]
	var buf bytes.Buffer
	z := zlib.NewWriter(&buf)
	passes := [][4]int{{0, 0, 1, 1}}
	if s.interlaced {
		passes = [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	for _, p := range passes {
		w, h := (s.w-p[0]+p[2]-1)/p[2], (s.h-p[1]+p[3]-1)/p[3]
		if w <= 0 || h <= 0 {
			continue
		}
		for range h {
			row := make([]byte, 1+(w*bits+7)/8)
			for i := range row {
				row[i] = byte(random.Uint32())
			}
			row[0] %= 5
			z.Write(row)
		}
	}
	z.Close()
	return buf.Bytes()
}

// TestPNGEqualsStandardLibrary: every colour type and depth, with every filter,
// with and without interlacing and transparent colours.
func TestPNGEqualsStandardLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	depths := map[int][]int{0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
	for colour, depths := range depths {
		for _, depth := range depths {
			for _, interlaced := range []bool{false, true} {
				for _, clear := range []bool{false, true} {
					s := pngSpec{w: 1 + random.IntN(70), h: 1 + random.IntN(40), depth: depth, colour: colour, interlaced: interlaced}
					if clear && colour < 4 {
						s.trns = map[int][]byte{0: {0, 1}, 2: {0, 1, 0, 2, 0, 3}, 3: {0, 100}}[colour]
					}
					checkAgainstStandard(t, fmt.Sprintf("%+v", s), append(s.file(random), pngChunk("IEND", nil)...))
				}
			}
		}
	}
}

func checkAgainstStandard(t *testing.T, name string, data []byte) {
	t.Helper()
	std, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	want := FromImage(std)
	got, info, err := Decode(data, DefaultLimits)
	if err != nil || len(info.Notes) > 0 {
		t.Errorf("%s: %v, %q", name, err, info.Notes)
		return
	}
	if worst := maxDifference(got.Pix, want.Pix); worst > 1 {
		t.Errorf("%s: differs by %d", name, worst)
	}
	for _, scale := range []int{2, 4, 8} {
		half, _, err := DecodeAtLeast(data, (max(got.W, got.H)+scale-1)/scale, DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		if worst := maxDifference(half.Pix, reduced(got, half.W, scale).Pix); worst > 1 {
			t.Errorf("%s to %d x %d: differs by %d", name, half.W, half.H, worst)
		}
	}
}

// reduced returns a picture at 1/scale, or at less when the width says so.
func reduced(m *Image, w, scale int) *Image {
	for scale > 1 && (m.W+scale-1)/scale != w {
		scale /= 2
	}
	return placed(m.ToImage(), image.Point{}, m.W, m.H, scale)
}

// TestLenientPNG: files that violate the standard and that other decoders read.
func TestLenientPNG(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	badChunk := pngChunk("tEXt", []byte("Comment\x00hello"))
	badChunk[len(badChunk)-1] ^= 1
	frames := pngChunk("acTL", binary.BigEndian.AppendUint32(nil, 12))
	whole := func(s pngSpec) []byte { return append(s.file(random), pngChunk("IEND", nil)...) }
	plain := pngSpec{w: 40, h: 60, depth: 8, colour: 2}
	with := func(before []byte) pngSpec { s := plain; s.before = before; return s }
	cut := func(share float64, s pngSpec) []byte { b := s.file(random); return b[:int(float64(len(b))*share)] }
	interlaced := plain
	interlaced.interlaced = true
	tests := []struct {
		name string
		data []byte
		note string // empty: none
		err  error
	}{
		{"bad checksum in a side chunk", whole(with(badChunk)), "", nil},
		{"no end marker", plain.file(random), "", nil},
		{"the end marker alone is cut off", whole(plain)[:len(whole(plain))-3], "", nil},
		{"an animation without its frames", whole(with(frames)), "", nil},
		{"the last fifth is missing", cut(0.8, plain), "cut off: the last 2", nil},
		{"most is missing", cut(0.3, plain), "", ErrCorrupt},
		{"interlaced and cut off", cut(0.8, interlaced), "", ErrCorrupt},
		{"for iPhone apps", append([]byte(pngSignature), append(pngChunk("CgBI", make([]byte, 4)), whole(plain)[8:]...)...), "", ErrUnsupported},
		{"no header", append([]byte(pngSignature), pngChunk("IDAT", nil)...), "", ErrCorrupt},
		{"only the signature", []byte(pngSignature), "", ErrCorrupt},
	}
	for _, test := range tests {
		_, info, err := Decode(test.data, DefaultLimits)
		if !errors.Is(err, test.err) {
			t.Errorf("%s: %v", test.name, err)
		}
		if note := strings.Join(info.Notes, "; "); !strings.HasPrefix(note, test.note) || test.note == "" && note != "" {
			t.Errorf("%s: note %q", test.name, note)
		}
	}
}
