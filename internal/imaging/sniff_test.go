package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

func TestKinds(t *testing.T) {
	padded := func(at int, magic string) string { return strings.Repeat("\x00", at) + magic }
	dng := string(exifBlock(binary.LittleEndian, 3, 1, 1))
	dng = strings.Replace(dng, "\x12\x01\x03\x00", "\x12\xC6\x03\x00", 1)
	const frame = "\xFF\xD8\xFF\xC0\x00\x0B\x08\x00\x09\x00\x09\x01\x01\x11\x00" // of a JPEG, without its scan
	tests := []struct {
		data, kind string
		read       bool
		words      string // of the error
	}{
		{"\xFF\xD8\xFF\xE0", "JPEG", true, ""},
		{"Content-Type: image/jpeg\r\n\r\n" + frame, "JPEG", true, ""},
		{"\x00\x00" + frame, "JPEG", true, ""},
		{"\x00\x01\xFF\xD8\xFF\xE0", "no known kind of picture", false, "are read"},
		{"P7 332\n#XVVERSION", "text", false, ""},
		{"\x89PNG\r\n\x1A\n", "PNG", true, ""},
		{"GIF89a", "GIF", true, ""},
		{"BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "BMP", true, ""},
		{"II*\x00\x08\x00\x00\x00", "TIFF", true, ""},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP", true, ""},
		{"P6\n10 10\n255\n", "PNM", true, ""},
		{"%PDF-1.7", "PDF", false, "pdftoppm"},
		{"\r\n\r\n%PDF-1.7", "PDF", false, "pdftoppm"},
		{"\x00\x05\x16\x07\x00\x02", "a Mac's side file of another (its name begins with ._)", false, "send the other"},
		{"\x00\x00\x00\x18ftypheic", "HEIC", true, ""},
		{"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC", true, ""},
		{"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "AVIF", false, "convert"},
		{"\x00\x00\x00\x18ftypmif2\x00\x00\x00\x00mif1heic", "HEIC", true, ""},
		{"\x00\x00\x00\x10ftypmif3avif", "AVIF", false, "convert"}, // compact
		{"\x00\x00\x00\x18ftypjpeg\x00\x00\x00\x00mif1jpeg", "HEIC", true, ""},
		{"\x00\x00\x00\x18ftypcrx ", "a RAW photo (CR3)", false, "camera's program"},
		{"\x00\x00\x00\x18ftypisom", "a video (MP4 or MOV)", false, "still picture"},
		{"II*\x00\x10\x00\x00\x00CR\x02\x00", "a RAW photo (CR2)", false, "camera's program"},
		{dng, "a RAW photo (DNG)", false, "camera's program"},
		{"FUJIFILMCCD-RAW", "a RAW photo (RAF)", false, "camera's program"},
		{"\xFF\x0A\x00", "JPEG XL", false, "convert"},
		{"\x00\x00\x00\x0CjP  \r\n", "JPEG 2000", false, "convert"},
		{"8BPS\x00\x01", "Photoshop (PSD)", false, "export"},
		{"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\">", "SVG, a drawing", false, "export it as PNG"},
		{"\x00\x00\x01\x00\x01\x00", "a Windows icon (ICO)", false, ""},
		{padded(128, "DICM"), "DICOM", false, "export"},
		{zipped("[Content_Types].xml", "<Types>") + zipped("word/document.xml", "<w>"), "a Word document", false, "save it as PDF"},
		{zipped("[Content_Types].xml", "<Types>") + zipped("docProps/app.xml", "<w>"), "an Office document", false, "save it as PDF"},
		{zipped("mimetype", "application/vnd.oasis.opendocument.text"), "an OpenDocument file", false, "save it as PDF"},
		{zipped("photo.jpg", "\xFF\xD8\xFF\xE0"), "a ZIP archive", false, "unpack"},
		{zipped("crossword/photo.jpg", "\xFF\xD8\xFF\xE0") + zipped("word/photo.jpg", "\xFF\xD8\xFF\xE0"), "a ZIP archive", false, "unpack"},
		{zipped("letter.docx", zipped("word/document.xml", "<w>")), "a ZIP archive", false, "unpack"},
		{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + padded(2000, "_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x001\x00.\x000\x00_\x00"), "an Outlook mail (.msg)", false, ".eml"},
		{"\x78\x9F\x3E\x22", "attachments as Outlook packs them (winmail.dat)", false, "Outlook"},
		{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an Office document (Word, Excel, PowerPoint or Outlook)", false, "PDF"},
		{"<!DOCTYPE html><html>", "a web page", false, "open it in a browser"},
		{"\n\n<HTML>", "a web page", false, "open it in a browser"},
		{"BMW price list\nof this year", "text", false, "send a photo"},
		{"hello, world\n", "text", false, "send a photo"},
		{"\x1F\x8B\x08", "a gzip archive", false, "unpack"},
		{"\x01\x02\x03\x04", "no known kind of picture", false, "are read"},
	}
	for _, test := range tests {
		data := []byte(test.data)
		kind := KindOf(data)
		if kind.Name != test.kind || kind.Read != test.read {
			t.Errorf("%.20q: %+v, want %s", test.data, kind, test.kind)
		}
		_, _, err := Decode(data, DefaultLimits)
		if test.read && !errors.Is(err, ErrCorrupt) {
			t.Errorf("%.20q: %v", test.data, err)
		}
		if !test.read && (!errors.Is(err, ErrUnsupported) || errors.Is(err, ErrCorrupt) ||
			!strings.Contains(err.Error(), test.kind) || !strings.Contains(err.Error(), test.words)) {
			t.Errorf("%.20q: %v", test.data, err)
		}
	}
}

// zipped is a file in a ZIP archive, stored as it is.
func zipped(name, content string) string {
	b := make([]byte, 30)
	copy(b, "PK\x03\x04\x14")
	binary.LittleEndian.PutUint32(b[18:], uint32(len(content)))
	binary.LittleEndian.PutUint16(b[26:], uint16(len(name)))
	return string(b) + name + content
}

func TestWhatMayShowADocument(t *testing.T) {
	for data, want := range map[string]bool{
		"%PDF-1.7": true, "\x00\x00\x00\x18ftypavif": true, "FUJIFILMCCD-RAW": true, "Rar!": true, "\x00\x00\x00\x00": true, // a failed copy
		"hello, world\n": false, "\x00\x00\x00\x18ftypisom": false, "MZ": false, "<!DOCTYPE html><html>": false, "\x01\x02\x03\x04": false, "": false,
	} {
		if k := KindOf([]byte(data)); k.Document != want {
			t.Errorf("%q: %+v", data, k)
		}
	}
}

func TestSizeOf(t *testing.T) {
	if w, h, ok := SizeOf(EncodePNG(NewImage(70, 50))); w != 70 || h != 50 || !ok {
		t.Error(w, h, ok)
	}
	for _, data := range []string{"", "text", "\xFF\xD8\xFF\xE0", "GIF89a"} {
		if _, _, ok := SizeOf([]byte(data)); ok {
			t.Errorf("%q has a size", data)
		}
	}
}

func TestNoKindAtAll(t *testing.T) {
	for name, data := range map[string][]byte{"empty": nil, "zeros": make([]byte, 5000)} {
		if _, _, err := Decode(data, DefaultLimits); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "send it again") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kind := KindOf(nil); kind.Name != "empty file" || kind.Read {
		t.Errorf("%+v", kind)
	}
}

func TestPNM(t *testing.T) {
	tests := []struct {
		name, data string
		want       []byte // of the grey picture, or of RGB
		note       string
	}{
		{"bits in text", "P1\n# drawn\n2 2\n10\n0 1", []byte{0, 255, 255, 0}, ""},
		{"grey in text", "P2 2 1 10\n0 5", []byte{0, 128}, ""},
		{"colours in text", "P3 1 1 255\n1 2 3", []byte{1, 2, 3}, ""},
		{"bits", "P4 9 2\n\x80\x80\x00\x00", []byte{0, 255, 255, 255, 255, 255, 255, 255, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255}, ""},
		{"grey", "P5 2 1 255 \x07\x08", []byte{7, 8}, ""},
		{"grey of 16 bits", "P5 2 1 65535\n\x80\x80\xFF\xFF", []byte{128, 255}, ""},
		{"colours", "P6\n1 1\n255\n\x01\x02\x03", []byte{1, 2, 3}, ""},
		{"transparent", "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n\x01\x02\x03\x00", []byte{255, 255, 255}, ""},
		{"cut off", "P5 2 3 255 \x01\x02\x03\x04\x05", []byte{1, 2, 3, 4, 255, 255}, "cut off: the last 33 % of the picture is missing"},
	}
	for _, test := range tests {
		m, info, err := Decode([]byte(test.data), DefaultLimits)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got := m.Pix
		if len(test.want) == m.W*m.H {
			got = m.Gray().Pix
		}
		if !bytes.Equal(got, test.want) || strings.Join(info.Notes, "; ") != test.note {
			t.Errorf("%s: %v %q, want %v", test.name, got, info.Notes, test.want)
		}
	}
	for _, data := range []string{"P6\n", "P5-", "P6 10 10 255\n123", "P5 30000 30000 255\n", "P7 WIDTH", "P2 2 2 99999999\n1", "P5 -1 2 255\n12"} {
		if _, _, err := Decode([]byte(data), DefaultLimits); err == nil {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// FuzzKinds checks that every file has a kind, and that errors name the kind of files that
// are not read.
func FuzzKinds(f *testing.F) {
	f.Add([]byte("P6 1 1 255\n123"))
	f.Add([]byte("PK\x03\x04word/"))
	f.Add([]byte("\x00\x00\x00\x18ftypheic"))
	f.Fuzz(func(t *testing.T, data []byte) {
		kind := KindOf(data)
		_, _, err := Decode(data, Limits{Bytes: 1 << 16, Pixels: 1 << 16})
		if kind.Name == "" || !kind.Read && err == nil || kind.Read && errors.Is(err, ErrUnsupported) && strings.Contains(err.Error(), "this is ") {
			t.Fatalf("%+v and %v", kind, err)
		}
	})
}

// TestAllThatIsReadIsListed: the error for another format lists all that are read.
func TestAllThatIsReadIsListed(t *testing.T) {
	_, _, err := Decode([]byte("\x01\x02\x03\xFF\xFE\x80 no picture at all"), DefaultLimits)
	for _, f := range formats {
		if err == nil || !strings.Contains(err.Error(), f.called) {
			t.Errorf("%s is not in %v", f.called, err)
		}
	}
}
