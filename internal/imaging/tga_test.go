package imaging

import (
	"bytes"
	"strings"
	"testing"
)

// tgaBytes returns a file of 2 x 2 pixels.
func tgaBytes(kind, depth, descriptor byte, palette int, pixels string) []byte {
	b := make([]byte, tgaHeader)
	b[2], b[12], b[14], b[16], b[17] = kind, 2, 2, depth, descriptor
	if palette > 0 {
		b[1], b[5], b[7] = 1, byte(palette), 24
	}
	return append(b, pixels...)
}

// blackOrWhite returns pixels, white for 1.
func blackOrWhite(white ...byte) (pix []byte) {
	for _, v := range white {
		pix = append(pix, 255*v, 255*v, 255*v)
	}
	return pix
}

func TestTGA(t *testing.T) {
	const top = 0x20
	red, green, blue, white := "\x00\x00\xFF", "\x00\xFF\x00", "\xFF\x00\x00", "\xFF\xFF\xFF" // as BGR
	want := []byte{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}
	tests := []struct {
		name string
		data []byte
		want []byte
		note string
	}{
		{"from the top", tgaBytes(2, 24, top, 0, red+green+blue+white), want, ""},
		{"from the bottom", tgaBytes(2, 24, 0, 0, blue+white+red+green), want, ""},
		{"from the right", tgaBytes(2, 24, top|0x10, 0, green+red+white+blue), want, ""},
		{"runs", tgaBytes(10, 24, top, 0, "\x01"+red+green+"\x00"+blue+"\x80"+white), want, ""},
		{"a run over two rows", tgaBytes(10, 24, top, 0, "\x83"+red), bytes.Repeat([]byte{255, 0, 0}, 4), ""},
		{"transparent", tgaBytes(2, 32, top|8, 0, red+"\xFF"+green+"\xFF"+blue+"\xFF\x00\x00\x00\x00"), want, ""},
		{"no transparency", tgaBytes(2, 32, top, 0, red+"\x00"+green+"\x00"+blue+"\x00"+white+"\x00"), want, ""},
		{"15 bits", tgaBytes(2, 15, top, 0, "\x00\x7C\xE0\x03\x1F\x00\xFF\x7F"), want, ""},
		{"palette", tgaBytes(1, 8, top, 4, red+green+blue+white+"\x00\x01\x02\x03"), want, ""},
		{"past the palette", tgaBytes(1, 8, top, 1, red+"\x00\x00\x00\x09"), []byte{255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0}, ""},
		{"grey", tgaBytes(3, 8, top, 0, "\x00\x50\xA0\xFF"), []byte{0, 0, 0, 80, 80, 80, 160, 160, 160, 255, 255, 255}, ""},
		{"1 bit", tgaBytes(3, 1, top, 0, "\x40\xBF"), blackOrWhite(0, 1, 1, 0), ""},
		{"1 bit from the right", tgaBytes(3, 1, top|0x10, 0, "\x80\x80"), blackOrWhite(0, 1, 0, 1), ""},
		{"1 bit in runs", tgaBytes(11, 1, 0, 0, "\x01\x40\x80"), blackOrWhite(1, 0, 0, 1), ""},
		{"cut off", tgaBytes(2, 24, top, 0, red+green+blue), []byte{255, 0, 0, 0, 255, 0, 255, 255, 255, 255, 255, 255}, "cut off: the last 50 %"},
	}
	for _, test := range tests {
		m, info, err := Decode(test.data, DefaultLimits)
		if err != nil || !bytes.Equal(m.Pix, test.want) || !strings.HasPrefix(strings.Join(info.Notes, ""), test.note) || info.Format != "tga" {
			t.Errorf("%s: %v %+v, want %v (%v)", test.name, m, info, test.want, err)
		}
	}
	for _, data := range [][]byte{
		tgaBytes(2, 24, top, 0, red), tgaBytes(1, 8, top, 200, red), tgaBytes(10, 24, top, 0, "\xFF"),
	} {
		if _, _, err := Decode(data, DefaultLimits); err == nil {
			t.Errorf("%q is read", data)
		}
	}
}
