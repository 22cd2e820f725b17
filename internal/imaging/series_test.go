package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"strings"
	"testing"
)

// frame returns pixels of w by h at a place: stripes, or one colour.
func frame(x, y, w, h int, striped bool) *image.Paletted {
	m := image.NewPaletted(image.Rect(x, y, x+w, y+h), color.Palette{color.White, color.Black})
	for i := range m.Pix {
		if striped && i%w/8%2 == 1 {
			m.Pix[i] = 1
		}
	}
	return m
}

// apng returns an animation whose first frame is the default picture.
func apng(frames ...*image.Paletted) []byte {
	u32 := func(values ...int) (b []byte) {
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		}
		return b
	}
	var out []byte
	for i, m := range frames {
		r := m.Bounds()
		control := append(u32(0, r.Dx(), r.Dy(), r.Min.X, r.Min.Y), make([]byte, 6)...)
		file := EncodePNG(FromImage(m))
		ihdr, idat := bytes.Index(file, []byte("IHDR"))-4, bytes.Index(file, []byte("IDAT"))-4
		size := int(binary.BigEndian.Uint32(file[idat:]))
		data := file[idat+8 : idat+8+size]
		if i == 0 {
			out = append(append(out, file[:ihdr+25]...), pngChunk("acTL", u32(len(frames), 0))...)
			out = append(append(out, pngChunk("fcTL", control)...), pngChunk("IDAT", data)...)
			continue
		}
		out = append(append(out, pngChunk("fcTL", control)...), pngChunk("fdAT", append(u32(i), data...))...)
	}
	return append(out, pngChunk("IEND", nil)...)
}

// webpAnimation returns frames with the test's lossless picture; empty ones contain none.
func webpAnimation(t *testing.T, empty ...bool) []byte {
	still := testFile(t, "lossless.webp")
	at := bytes.Index(still, []byte("VP8L"))
	picture := still[at:]
	m, _, err := Decode(still, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	chunk := func(name string, data []byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
		return append(append(b, data...), make([]byte, len(data)&1)...)
	}
	uint24 := func(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }
	size := append(uint24(m.W-1), uint24(m.H-1)...)
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), chunk("VP8X", append([]byte{2, 0, 0, 0}, size...))...)
	for _, nothing := range empty {
		head := append(append(make([]byte, 6), size...), 0, 0, 0, 0)
		if !nothing {
			head = append(head, picture...)
		}
		out = append(out, chunk("ANMF", head)...)
	}
	return out
}

// TestFirstFrameThatShowsAnything: blank frames are skipped, and the notes say which frame was
// used.
func TestFirstFrameThatShowsAnything(t *testing.T) {
	blank, striped, part := frame(0, 0, 96, 64, false), frame(0, 0, 96, 64, true), frame(16, 8, 64, 48, true)
	many := make([]*image.Paletted, 120)
	for i := range many {
		many[i] = blank
	}
	const second = "frame 2 of 3: the frames before it are blank"
	tests := []struct {
		name, note string
		data       []byte
		blank      bool
	}{
		{"GIF, the first", "frame 1 of 2", gifFile(t, 96, 64, striped, blank), false},
		{"GIF, the second", second, gifFile(t, 96, 64, blank, striped, blank), false},
		{"GIF, a part", second, gifFile(t, 96, 64, blank, part, striped), false},
		{"GIF, none", "none of 2 frames shows anything", gifFile(t, 96, 64, blank, blank), true},
		{"GIF, none of many", "only the first 100 of 120 frames were looked at", gifFile(t, 96, 64, many...), true},
		{"PNG, the first", "frame 1 of 2", apng(striped, blank), false},
		{"PNG, the second", second, apng(blank, striped, blank), false},
		{"PNG, a part", second, apng(blank, part, striped), false},
		{"PNG, none", "none of 2 frames shows anything", apng(blank, blank), true},
		{"PNG, none of many", "only the first 100 of 120 frames were looked at", apng(many...), true},
		{"WebP, the first", "frame 1 of 2", webpAnimation(t, false, true), false},
		{"WebP, the third", "frame 3 of 3: the frames before it are blank or cannot be read", webpAnimation(t, true, true, false), false},
	}
	for _, test := range tests {
		m, info, err := Decode(test.data, DefaultLimits)
		if err != nil || isBlank(m) != test.blank || strings.Join(info.Notes, "; ") != test.note {
			t.Errorf("%s: %v, %q", test.name, err, info.Notes)
			continue
		}
		if strings.HasSuffix(test.name, "a part") {
			want := placed(part, image.Pt(16, 8), 96, 64, 1)
			if !bytes.Equal(m.Pix, want.Pix) {
				t.Errorf("%s: it is not in its place", test.name)
			}
		}
	}
}
