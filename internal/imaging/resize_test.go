package imaging

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

func randomImage(w, h int) *Image {
	random := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	m := NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = byte(random.Uint32())
	}
	return m
}

// overlap returns how much of pixel i of n lies in pixel o of m, when both rows
// of pixels are n*m long.
func overlap(i, n, o, m int) int {
	return max(0, min((i+1)*m, (o+1)*n)-max(i*m, o*n))
}

// slowArea is the definition of ResizeArea: whole numbers, no shortcuts.
func slowArea(src *Image, w, h int) *Image {
	out := NewImage(w, h)
	for o := range out.Pix {
		ox, oy := o/3%w, o/3/w
		sum := 0
		for y := oy * src.H / h; y < src.H && y*h < (oy+1)*src.H; y++ {
			for x := ox * src.W / w; x < src.W && x*w < (ox+1)*src.W; x++ {
				sum += overlap(x, src.W, ox, w) * overlap(y, src.H, oy, h) * int(src.row(y)[3*x+o%3])
			}
		}
		all := src.W * src.H
		out.Pix[o] = byte((2*sum + all) / (2 * all))
	}
	return out
}

func TestResizeAreaIsExact(t *testing.T) {
	for _, test := range [][4]int{
		{1, 1, 5, 4}, {7, 5, 7, 5}, {7, 5, 3, 2}, {8, 8, 4, 4}, {64, 48, 9, 7}, {129, 257, 128, 128}, {31, 17, 64, 64},
		{100, 3, 10, 10}, {3, 100, 10, 10}, {2, 700, 2, 2}, {700, 2, 1, 1}, {45, 33, 15, 11},
	} {
		src := randomImage(test[0], test[1])
		got, want := ResizeArea(src, test[2], test[3]), slowArea(src, test[2], test[3])
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%v: differs by up to %d", test, maxDifference(got.Pix, want.Pix))
		}
	}
}

// TestResizeAreaOfWhite would overflow first of all pictures.
func TestResizeAreaOfWhite(t *testing.T) {
	for _, size := range [][2]int{{3000, 5}, {3, 70_000}, {1999, 1501}} {
		white := NewImage(size[0], size[1])
		for i := range white.Pix {
			white.Pix[i] = 255
		}
		for i, v := range ResizeArea(white, 3, 2).Pix {
			if v != 255 {
				t.Fatalf("%v: sample %d is %d", size, i, v)
			}
		}
	}
}

// grayRows makes a picture of rows of grey values.
func grayRows(rows ...[]byte) *Image {
	m := NewImage(len(rows[0]), len(rows))
	for y, row := range rows {
		fromGray(m.row(y), row)
	}
	return m
}

// TestEnlarge compares with OpenCV: INTER_AREA and INTER_LINEAR of a 3x2 array
// to 5x3, which rounds within 1 of exact.
func TestEnlarge(t *testing.T) {
	src := grayRows([]byte{10, 200, 60}, []byte{90, 0, 250})
	area := grayRows([]byte{10, 73, 200, 107, 60}, []byte{50, 66, 100, 137, 155}, []byte{90, 60, 0, 167, 250})
	linear := grayRows([]byte{10, 86, 200, 116, 60}, []byte{50, 70, 100, 133, 155}, []byte{90, 54, 0, 150, 250})
	if d := maxDifference(ResizeArea(src, 5, 3).Pix, area.Pix); d > 1 {
		t.Errorf("by area: differs by %d", d)
	}
	if d := maxDifference(Resize(src, 5, 3).Pix, linear.Pix); d > 1 {
		t.Errorf("linearly: differs by %d", d)
	}
}

// TestResizeMixed shrinks one axis and enlarges the other: each as it would
// alone.
func TestResizeMixed(t *testing.T) {
	src := randomImage(30, 10)
	want := Resize(ResizeArea(src, 7, 10), 7, 25)
	if got := Resize(src, 7, 25); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("differs from shrinking first and enlarging then")
	}
	if got := Resize(src, 30, 10); got != src {
		t.Error("its own size is not the picture itself")
	}
}

func TestFitWithin(t *testing.T) {
	for _, test := range [][5]int{ // sides, limit, new sides
		{1000, 500, 100, 100, 50}, {500, 1000, 100, 50, 100}, {90, 80, 100, 90, 80}, {1000, 3, 100, 100, 1}, {768, 768, 768, 768, 768},
	} {
		if got := FitWithin(NewImage(test[0], test[1]), test[2]); got.W != test[3] || got.H != test[4] {
			t.Errorf("%v: %d x %d", test, got.W, got.H)
		}
	}
}

func BenchmarkResizeArea(b *testing.B) {
	for _, size := range [][4]int{{500, 375, 160, 160}, {1000, 750, 128, 128}, {1000, 750, 768, 576}, {4000, 3000, 160, 160}} {
		b.Run(fmt.Sprintf("%dx%d_to_%dx%d", size[0], size[1], size[2], size[3]), func(b *testing.B) {
			src := randomImage(size[0], size[1])
			b.SetBytes(int64(len(src.Pix)))
			b.ReportAllocs()
			for b.Loop() {
				ResizeArea(src, size[2], size[3])
			}
		})
	}
}
