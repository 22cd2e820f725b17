package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
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

func TestOrientationOfAllSources(t *testing.T) {
	exif := exifBlock(binary.LittleEndian, 3, 1, 6)
	other := exifBlock(binary.LittleEndian, 3, 1, 0)
	xmp := func(property string) []byte {
		return []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description ` + property + `</x:xmpmeta>`)
	}
	attribute, element := xmp(`tiff:Orientation="8"/>`), xmp(`><tiff:Orientation>8</tiff:Orientation>`)
	app1 := func(b []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(b)+2)), b...)
	}
	jpegWith := func(parts ...[]byte) []byte {
		photo := testFile(t, "orientation-1.jpg")
		at := bytes.Index(photo, []byte{0xFF, 0xDB}) // the first table: what precedes it is JFIF and EXIF
		return append(append([]byte("\xFF\xD8\xFF\xE0\x00\x02"), bytes.Join(parts, nil)...), photo[at:]...)
	}
	headed := func(b []byte) []byte { return app1(append([]byte(exifHeader), b...)) }
	adobe := func(b []byte) []byte { return app1(append([]byte("http://ns.adobe.com/xap/1.0/\x00"), b...)) }
	pngWith := func(name string, b []byte) []byte {
		drawn := testFile(t, "drawn.png")
		return append(append(bytes.Clone(drawn[:33]), pngChunk(name, b)...), drawn[33:]...)
	}
	profile := fmt.Appendf(nil, "\nexif\n %7d\n%x\n", len(exif)+6, append([]byte(exifHeader), exif...))
	zipped := func(b []byte) []byte {
		var buf bytes.Buffer
		z := zlib.NewWriter(&buf)
		z.Write(b)
		z.Close()
		return buf.Bytes()
	}
	webpWith := func(name string, b []byte) []byte {
		file := append(bytes.Clone(testFile(t, "lossless.webp")), name...)
		file = append(binary.LittleEndian.AppendUint32(file, uint32(len(b))), b...)
		file = append(file, make([]byte, len(b)&1)...)
		binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
		return file
	}
	text := func(keyword string, b []byte) []byte { return append([]byte(keyword+"\x00"), b...) }
	tests := []struct {
		name string
		data []byte
		want int
	}{
		{"JPEG, EXIF", jpegWith(headed(exif)), 6},
		{"JPEG, EXIF after padding between segments", jpegWith([]byte{0, 0, 0, 0}, headed(exif)), 6},
		{"JPEG, fill bytes", jpegWith([]byte{0xFF, 0xFF}, headed(exif)), 6},
		{"JPEG, the second EXIF", jpegWith(headed(other), headed(exif)), 6},
		{"JPEG, XMP", jpegWith(adobe(attribute)), 8},
		{"JPEG, EXIF before XMP", jpegWith(adobe(attribute), headed(exif)), 6},
		{"JPEG, XMP where EXIF says nothing", jpegWith(headed(other), adobe(element)), 8},
		{"JPEG, nothing", jpegWith(), 1},
		{"PNG, eXIf", pngWith("eXIf", exif), 6},
		{"PNG, raw profile", pngWith("tEXt", text("Raw profile type exif", profile)), 6},
		{"PNG, compressed raw profile", pngWith("zTXt", text("Raw profile type APP1", append([]byte{0}, zipped(profile)...))), 6},
		{"PNG, XMP", pngWith("iTXt", text("XML:com.adobe.xmp", append([]byte{0, 0, 0, 0}, attribute...))), 8},
		{"PNG, compressed XMP", pngWith("iTXt", text("XML:com.adobe.xmp", append([]byte{1, 0, 0, 0}, zipped(element)...))), 8},
		{"PNG, another text", pngWith("tEXt", text("Comment", profile)), 1},
		{"WebP, EXIF", webpWith("EXIF", exif), 6},
		{"WebP, XMP", webpWith("XMP ", attribute), 8},
	}
	for _, test := range tests {
		m, info, err := Decode(test.data, DefaultLimits)
		if err != nil || info.Orientation != test.want {
			t.Errorf("%s: %d, want %d (%v)", test.name, info.Orientation, test.want, err)
			continue
		}
		if wide := m.W > m.H; wide != (test.want < 5) {
			t.Errorf("%s: %d x %d pixels", test.name, m.W, m.H)
		}
	}
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
		{"a byte", exifBlock(little, 1, 1, 6), 6},
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
		for name, header := range map[string]string{"plain": "", "with identifier": exifHeader, "after padding": exifHeader + "\x00\x00\x00"} {
			var o orientations
			o.addEXIF(append([]byte(header), test.b...))
			if got := o.value(); got != test.want {
				t.Errorf("%s, %s: %d, want %d", test.name, name, got, test.want)
			}
		}
	}
}

// FuzzOrientation gives bytes to every function that reads an orientation.
func FuzzOrientation(f *testing.F) {
	f.Add(exifBlock(binary.BigEndian, 3, 1, 6))
	for _, name := range []string{"orientation-3.jpg", "orientation-6.png", "orientation-6.tif", "orientation-6.webp"} {
		f.Add(testFile(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, find := range []func([]byte) int{jpegOrientation, pngOrientation, tiffOrientation, webpOrientation} {
			if got := find(b); got < 0 || got > 8 {
				t.Fatalf("orientation %d", got)
			}
		}
	})
}
