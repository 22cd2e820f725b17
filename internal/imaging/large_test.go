package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// grayJPEG returns a grey JPEG of one shade: each block is two codes of the
// standard's tables, 00 for no difference and 1010 for the end of the block.
func grayJPEG(w, h int) []byte {
	out := []byte("\xFF\xD8\xFF\xDB\x00\x43\x00")
	out = append(out, bytes.Repeat([]byte{1}, 64)...)
	out = append(out, 0xFF, 0xC0, 0, 11, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 1, 1, 0x11, 0)
	out = append(out, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0)
	blocks := (w + 7) / 8 * ((h + 7) / 8)
	out = append(out, bytes.Repeat([]byte{0b00101000, 0b10100010, 0b10001010}, (blocks+3)/4)...)
	return append(out, 0xFF, 0xD9)
}

// TestLargePictures: large pictures of common sizes are read at the needed scale, with memory
// in proportion to it.
func TestLargePictures(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of megabytes")
	}
	tests := []struct {
		name string
		make func() []byte
		w, h int
	}{
		{"photo of 200 megapixels", func() []byte { return grayJPEG(16320, 12240) }, 16320, 12240},
		{"A4 at 600 dpi without compression", func() []byte {
			return append([]byte("P6 4960 7016 255\n"), make([]byte, 3*4960*7016)...)
		}, 4960, 7016},
		{"strip", func() []byte { return grayJPEG(1000, 60000) }, 1000, 60000},
	}
	for _, test := range tests {
		data := test.make()
		taken := allocated(func() {
			m, info, err := DecodeAtLeast(data, 1120, DefaultLimits)
			if err != nil || info.W != test.w || info.H != test.h || max(m.W, m.H) < 1120 {
				t.Errorf("%s: %+v, %v", test.name, info, err)
			}
		})
		if most := uint64(3*test.w*test.h/4 + 8<<20); taken > most {
			t.Errorf("%s: %d MB were taken", test.name, taken>>20)
		}
	}
}

// TestOverTheLimits: a picture that is too large is refused with the limit, before memory is
// allocated.
func TestOverTheLimits(t *testing.T) {
	pixels := DefaultLimits.Pixels
	side := 1
	for int64(side)*int64(side) <= pixels {
		side *= 2
	}
	taken := allocated(func() {
		_, _, err := Decode(pngHeader(uint32(side), uint32(side)), DefaultLimits)
		if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), fmt.Sprint(pixels)) {
			t.Error(err)
		}
	})
	if taken > 1<<20 {
		t.Errorf("%d bytes were taken", taken)
	}
	if DefaultLimits.Bytes < 3*4960*7016+100 || pixels < 200e6 {
		t.Errorf("%+v: A4 at 600 dpi and photos of 200 megapixels must fit", DefaultLimits)
	}
}
