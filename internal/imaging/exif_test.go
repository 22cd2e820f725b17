package imaging

import (
	"encoding/binary"
	"testing"
)

// exifBlock returns a TIFF structure with a directory of one other tag and the
// orientation.
func exifBlock(order binary.AppendByteOrder, kind uint16, count uint32, value uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	entry := func(tag, kind uint16, count uint32, value uint16) {
		b = order.AppendUint16(order.AppendUint16(b, tag), kind)
		b = order.AppendUint32(b, count)
		if kind == 4 {
			b = order.AppendUint32(b, uint32(value))
			return
		}
		b = append(order.AppendUint16(b, value), 0, 0)
	}
	b = order.AppendUint32(b, 10)
	b = append(b, 0, 0) // a directory may begin anywhere
	b = order.AppendUint16(b, 2)
	entry(0x0100, 3, 1, 4000)
	entry(orientationTag, kind, count, value)
	return order.AppendUint32(b, 0)
}

func TestTIFFOrientation(t *testing.T) {
	little, big := binary.AppendByteOrder(binary.LittleEndian), binary.AppendByteOrder(binary.BigEndian)
	tests := []struct {
		name string
		b    []byte
		want int
	}{
		{"little-endian", exifBlock(little, 3, 1, 6), 6},
		{"big-endian", exifBlock(big, 3, 1, 8), 8},
		{"a long", exifBlock(big, 4, 1, 3), 3},
		{"zero", exifBlock(big, 3, 1, 0), 1},
		{"nine", exifBlock(big, 3, 1, 9), 1},
		{"two values", exifBlock(big, 3, 2, 6), 1},
		{"text", exifBlock(big, 2, 1, 6), 1},
		{"empty", nil, 1},
		{"no order", []byte("XX*\x00\x00\x00\x00\x08\x00\x00"), 1},
		{"directory outside", []byte("II*\x00\xFF\xFF\xFF\xFF\x00\x00"), 1},
		{"entries cut off", exifBlock(little, 3, 1, 6)[:30], 1},
	}
	for _, test := range tests {
		if got := tiffOrientation(test.b); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
		if got := exifOrientation(append([]byte("Exif\x00\x00"), test.b...)); got != test.want {
			t.Errorf("%s, with identifier: %d, want %d", test.name, got, test.want)
		}
	}
}

// FuzzOrientation feeds bytes to all that looks for an orientation.
func FuzzOrientation(f *testing.F) {
	f.Add(exifBlock(binary.BigEndian, 3, 1, 6))
	for _, name := range []string{"orientation-3.jpg", "orientation-6.png", "orientation-6.tif", "orientation-6.webp"} {
		f.Add(testFile(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, find := range []func([]byte) int{exifOrientation, jpegOrientation, pngOrientation, tiffOrientation, webpOrientation} {
			if got := find(b); got < 1 || got > 8 {
				t.Fatalf("orientation %d", got)
			}
		}
	})
}
