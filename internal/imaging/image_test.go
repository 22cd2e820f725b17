package imaging

import (
	"bytes"
	"testing"
)

// numbered returns a picture whose pixels contain their position: red is x, green is y.
func numbered(w, h int) *Image {
	m := NewImage(w, h)
	for y := range h {
		for x := range w {
			copy(m.row(y)[3*x:], []byte{byte(x), byte(y), 7})
		}
	}
	return m
}

// TestRotateAndMirror checks where pixels come from, on sides around the tile
// that turning works in.
func TestRotateAndMirror(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 3}, {31, 33}, {64, 32}, {70, 1}, {0, 0}} {
		m := numbered(size[0], size[1])
		tests := []struct {
			name string
			got  *Image
			from func(x, y int) (int, int)
		}{
			{"none", m.Rotate(0), func(x, y int) (int, int) { return x, y }},
			{"one", m.Rotate(1), func(x, y int) (int, int) { return y, m.H - 1 - x }},
			{"two", m.Rotate(2), func(x, y int) (int, int) { return m.W - 1 - x, m.H - 1 - y }},
			{"three", m.Rotate(3), func(x, y int) (int, int) { return m.W - 1 - y, x }},
			{"minus one", m.Rotate(-1), func(x, y int) (int, int) { return m.W - 1 - y, x }},
			{"mirror", m.Mirror(), func(x, y int) (int, int) { return m.W - 1 - x, y }},
		}
		for _, test := range tests {
			for i := 0; i < len(test.got.Pix); i += 3 {
				x, y := test.from(i/3%test.got.W, i/3/test.got.W)
				if got := [3]byte(test.got.Pix[i:]); got != [3]byte{byte(x), byte(y), 7} {
					t.Fatalf("%v, %s: pixel %d is %v, want that of (%d, %d)", size, test.name, i/3, got, x, y)
				}
			}
		}
	}
}

func TestCrop(t *testing.T) {
	m := numbered(10, 8)
	inner := m.Crop(2, 3, 4, 5)
	if inner.W != 4 || inner.H != 5 || inner.Pix[0] != 2 || inner.Pix[1] != 3 || inner.Pix[3*19] != 5 || inner.Pix[3*19+1] != 7 {
		t.Errorf("%+v", inner)
	}
	for _, test := range []struct{ x, y, w, h, wantW, wantH int }{
		{-2, -2, 5, 5, 3, 3}, {8, 7, 5, 5, 2, 1}, {10, 8, 1, 1, 0, 0}, {20, 20, 5, 5, 0, 0}, {-9, 0, 5, 5, 0, 5}, {0, 0, 100, 100, 10, 8},
	} {
		if got := m.Crop(test.x, test.y, test.w, test.h); got.W != test.wantW || got.H != test.wantH {
			t.Errorf("%+v: %d x %d", test, got.W, got.H)
		}
	}
}

func TestGray(t *testing.T) {
	m := &Image{W: 5, H: 1, Pix: []byte{255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0}}
	if got := m.Gray(); !bytes.Equal(got.Pix, []byte{255, 76, 150, 29, 0}) {
		t.Errorf("%v", got.Pix)
	}
}

func TestEncode(t *testing.T) {
	m := numbered(40, 30)
	got, _, err := Decode(EncodePNG(m), DefaultLimits)
	if err != nil || !bytes.Equal(got.Pix, m.Pix) {
		t.Errorf("PNG differs (%v)", err)
	}
	got, _, err = Decode(EncodeJPEG(m, 95), DefaultLimits)
	if err != nil || meanDifference(got, m) > 3 {
		t.Errorf("JPEG differs by %v (%v)", meanDifference(got, m), err)
	}
}

func TestInvert(t *testing.T) {
	m := &Image{W: 1, H: 1, Pix: []byte{0, 100, 255}}
	if got := m.Invert(); !bytes.Equal(got.Pix, []byte{255, 155, 0}) || !bytes.Equal(got.Invert().Pix, m.Pix) {
		t.Errorf("%v", got.Pix)
	}
}
