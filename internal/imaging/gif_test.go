package imaging

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomFrame returns a frame of w by h random pixels of so many colours at a
// place.
func randomFrame(random *rand.Rand, x, y, w, h, colours int) *image.Paletted {
	palette := make(color.Palette, colours)
	for i := range palette {
		palette[i] = color.NRGBA{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), 255}
	}
	m := image.NewPaletted(image.Rect(x, y, x+w, y+h), palette)
	for i := range m.Pix {
		if i == 0 || random.IntN(3) == 0 {
			m.Pix[i] = byte(random.IntN(colours))
		} else { // runs, for long codes
			m.Pix[i] = m.Pix[i-1]
		}
	}
	return m
}

func gifFile(t testing.TB, w, h int, frames ...*image.Paletted) []byte {
	t.Helper()
	var buf bytes.Buffer
	g := &gif.GIF{Image: frames, Delay: make([]int, len(frames)), Config: image.Config{Width: w, Height: h}}
	if err := gif.EncodeAll(&buf, g); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestGIFEqualsStandardLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	for _, colours := range []int{2, 3, 16, 200, 256} {
		for _, size := range [][2]int{{1, 1}, {7, 300}, {400, 250}} {
			frame := randomFrame(random, 0, 0, size[0], size[1], colours)
			got, info, err := Decode(gifFile(t, size[0], size[1], frame), DefaultLimits)
			if err != nil || len(info.Notes) > 0 {
				t.Errorf("%v: %v %q", size, err, info.Notes)
				continue
			}
			if !bytes.Equal(got.Pix, FromImage(frame).Pix) {
				t.Errorf("%d colours, %v: differs", colours, size)
			}
		}
	}
}

func TestLenientGIF(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	frame := randomFrame(random, 0, 0, 100, 80, 64)
	plain := gifFile(t, 100, 80, frame)
	descriptor := bytes.Index(plain, []byte{0x2C, 0, 0, 0, 0, 100, 0, 80, 0})
	edited := func(at int, values ...byte) []byte {
		out := bytes.Clone(plain)
		copy(out[at:], values)
		return out
	}
	tests := []struct {
		name string
		data []byte
		w, h int
		note string
		err  error
	}{
		{"canvas of no size", edited(6, 0, 0, 0, 0), 100, 80, "", nil},
		{"frame larger than its canvas", edited(6, 50, 0, 50, 0), 100, 80, "", nil},
		{"frame beside its canvas", edited(descriptor+1, 30, 0, 10, 0), 130, 90, "", nil},
		{"frame of no size", edited(descriptor+5, 0, 0), 0, 0, "", ErrCorrupt},
		{"no trailer", plain[:len(plain)-1], 100, 80, "", nil},
		{"the end is missing", plain[:len(plain)*8/10], 100, 80, "cut off: the last", nil},
		{"most is missing", plain[:len(plain)*3/10], 0, 0, "", ErrCorrupt},
		{"only a header", plain[:13], 0, 0, "", ErrCorrupt},
		{"animation", gifFile(t, 100, 80, frame, frame, frame), 100, 80, "frame 1 of 3", nil},
	}
	for _, test := range tests {
		m, info, err := Decode(test.data, DefaultLimits)
		if !errors.Is(err, test.err) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		note := strings.Join(info.Notes, "; ")
		if err == nil && (m.W != test.w || m.H != test.h || !strings.HasPrefix(note, test.note) || test.note == "" && note != "") {
			t.Errorf("%s: %d x %d, %q", test.name, m.W, m.H, note)
		}
	}
}

// TestInterlacedGIF reorders the rows of a file that is not interlaced.
func TestInterlacedGIF(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 11))
	for _, h := range []int{1, 2, 5, 8, 33} {
		frame := randomFrame(random, 0, 0, 20, h, 32)
		shuffled := randomFrame(random, 0, 0, 20, h, 32)
		shuffled.Palette = frame.Palette
		at := 0
		for _, pass := range [4][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
			for y := pass[0]; y < h; y += pass[1] {
				copy(shuffled.Pix[20*at:20*at+20], frame.Pix[20*y:])
				at++
			}
		}
		data := gifFile(t, 20, h, shuffled)
		data[bytes.Index(data, []byte{0x2C, 0, 0, 0, 0, 20, 0})+9] |= 0x40
		got, _, err := Decode(data, DefaultLimits)
		if err != nil || !bytes.Equal(got.Pix, FromImage(frame).Pix) {
			t.Errorf("%d rows: differs (%v)", h, err)
		}
	}
}

// TestGIFBomb: 35 bytes that state 134 million pixels.
func TestGIFBomb(t *testing.T) {
	bomb := []byte("GIF89a\x43\x2D\x43\x2D\x00\x00\x00\x2C\x00\x00\x00\x00\x43\x2D\x43\x2D\x00\x02\x02\x44\x01\x00\x3B")
	if taken := allocated(func() {
		if _, _, err := Decode(bomb, DefaultLimits); !errors.Is(err, ErrCorrupt) {
			t.Error(err)
		}
	}); taken > 1<<20 {
		t.Errorf("took %d bytes", taken)
	}
}
