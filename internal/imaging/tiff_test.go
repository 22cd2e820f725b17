package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// tiffTags are tags of a page of a test's file; values are LONG, and those of the
// resolutions whole numbers.
type tiffTags map[uint16]uint32

// writeTIFF returns a file of pages of 8-bit grey, w by h, with the pixels' values
// from a function, and more tags.
func writeTIFF(w, h int, more tiffTags, pages ...func(x, y int) byte) []byte {
	order := binary.LittleEndian
	out := []byte("II*\x00\x00\x00\x00\x00")
	link := 4
	for _, page := range pages {
		pixels := len(out)
		for i := range w * h {
			out = append(out, page(i%w, i/w))
		}
		out = append(out, make([]byte, len(out)&1)...)
		tags := tiffTags{256: uint32(w), 257: uint32(h), 258: 8, 259: 1, 262: 1, 273: uint32(pixels), 279: uint32(w * h)}
		for tag, value := range more {
			if tag == 282 || tag == 283 { // RATIONAL
				out = order.AppendUint32(order.AppendUint32(out, value), 1)
				value = uint32(len(out) - 8)
			}
			tags[tag] = value
		}
		order.PutUint32(out[link:], uint32(len(out)))
		out = order.AppendUint16(out, uint16(len(tags)))
		for tag, value := range tags {
			kind := uint16(4)
			if tag == 282 || tag == 283 {
				kind = 5
			}
			out = order.AppendUint16(order.AppendUint16(out, tag), kind)
			out = order.AppendUint32(order.AppendUint32(out, 1), value)
		}
		link = len(out)
		out = order.AppendUint32(out, 0)
	}
	return out
}

func blankPage(int, int) byte      { return 250 }
func stripedPage(x, _ int) byte    { return byte(x / 8 % 2 * 200) }
func crossedPage(x, y int) byte    { return byte((x/8 + y/8) % 2 * 200) }
func scaledTags(x, y int) tiffTags { return tiffTags{282: uint32(x), 283: uint32(y)} }

// TestPageOfTIFF: the first page that is not blank is taken, and the notes say
// which.
func TestPageOfTIFF(t *testing.T) {
	tests := []struct {
		name  string
		pages []func(x, y int) byte
		want  func(x, y int) byte
		notes []string
	}{
		{"one", []func(x, y int) byte{stripedPage}, stripedPage, nil},
		{"two", []func(x, y int) byte{stripedPage, crossedPage}, stripedPage, []string{"page 1 of 2"}},
		{"a blank cover", []func(x, y int) byte{blankPage, crossedPage, stripedPage}, crossedPage, []string{"page 2 of 3: the pages before it are blank"}},
		{"blank pages", []func(x, y int) byte{blankPage, blankPage}, blankPage, []string{"none of 2 pages shows anything"}},
	}
	for _, test := range tests {
		m, info, err := Decode(writeTIFF(64, 48, nil, test.pages...), DefaultLimits)
		if err != nil || !slices.Equal(info.Notes, test.notes) || info.Format != "tiff" || info.W != 64 || info.H != 48 {
			t.Errorf("%s: %+v, %v", test.name, info, err)
			continue
		}
		if at := 3 * (20*64 + 9); m.Pix[at] != test.want(9, 20) {
			t.Errorf("%s: another page", test.name)
		}
	}
}

// TestUnreadPageOfTIFF: if a page cannot be read, the next one is used; if there is none, the
// error names the page.
func TestUnreadPageOfTIFF(t *testing.T) {
	const jbig = 34661
	if _, _, err := Decode(writeTIFF(64, 48, tiffTags{259: jbig}, stripedPage, stripedPage), DefaultLimits); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
	entry := func(compression uint16) []byte {
		return binary.LittleEndian.AppendUint16([]byte{3, 1, 4, 0, 1, 0, 0, 0}, compression)
	}
	data := bytes.Replace(writeTIFF(64, 48, nil, crossedPage, stripedPage), entry(1), entry(jbig), 1)
	blankBack := bytes.Replace(writeTIFF(64, 48, nil, crossedPage, blankPage), entry(1), entry(jbig), 1)
	if _, _, err := Decode(blankBack, DefaultLimits); !errors.Is(err, ErrUnsupported) {
		t.Error("a blank page for one that is not read:", err)
	}
	m, info, err := Decode(data, DefaultLimits)
	if err != nil || !slices.Equal(info.Notes, []string{"page 2 of 2: the pages before it are blank or cannot be read"}) || m.Pix[3*(20*64+9)] != stripedPage(9, 20) {
		t.Error(info, err)
	}
}

// TestManyBlankPages: pages are tried up to a limit of pixels.
func TestManyBlankPages(t *testing.T) {
	pages := slices.Repeat([]func(x, y int) byte{blankPage}, maxPagesTried)
	_, info, err := Decode(writeTIFF(16, 16, nil, append(pages, stripedPage)...), DefaultLimits)
	if want := fmt.Sprintf("only the first %d of %d pages were looked at", maxPagesTried, maxPagesTried+1); err != nil || !slices.Contains(info.Notes, want) {
		t.Error(info, err)
	}
}

// TestSquaredTIFF: pixels are square for all resolutions, at every scale, and the page is
// turned upright afterwards.
func TestSquaredTIFF(t *testing.T) {
	tests := []struct {
		tags          tiffTags
		side          int
		w, h          int // of the result
		infoW, infoH  int
		x, y, pixelOf int // a pixel, and the column of the file that it shows
	}{
		{scaledTags(200, 100), 0, 160, 128, 160, 128, 20, 90, 20},
		{scaledTags(100, 200), 0, 320, 64, 320, 64, 20, 30, 10},
		{scaledTags(200, 100), 40, 40, 32, 160, 128, 5, 20, 20},
		{scaledTags(204, 196), 0, 160, 64, 160, 64, 20, 30, 20},
		{tiffTags{282: 200, 283: 100, 274: 6}, 0, 128, 160, 128, 160, 30, 20, 20},
	}
	for _, test := range tests {
		data := writeTIFF(160, 64, test.tags, stripedPage)
		m, info, err := decode(data, test.side, DefaultLimits)
		if err != nil || m.W != test.w || m.H != test.h || info.W != test.infoW || info.H != test.infoH {
			t.Errorf("%v: %d x %d, %+v, %v", test.tags, m.W, m.H, info, err)
			continue
		}
		if got, want := m.Pix[3*(test.y*m.W+test.x)], stripedPage(test.pixelOf, 0); got != want {
			t.Errorf("%v: %d for %d", test.tags, got, want)
		}
	}
}

// TestCutTIFF: the notes say how much is missing.
func TestCutTIFF(t *testing.T) {
	directory := writeTIFF(64, 64, tiffTags{273: 200}, stripedPage)[8+64*64:]
	file := append([]byte("II*\x00\x08\x00\x00\x00"), directory...)
	file = append(file, make([]byte, 200+64*48-len(file))...)
	_, info, err := Decode(file, DefaultLimits)
	if err != nil || !slices.Equal(info.Notes, []string{"cut off or damaged: 25 % of the picture is missing"}) {
		t.Error(info, err)
	}
	if _, _, err := Decode(file[:200+64*20], DefaultLimits); !errors.Is(err, ErrCorrupt) {
		t.Error(err)
	}
}

// TestSharedCases decodes files as people send them, which lie beside the
// checkout, and compares with the document they were made of.
func TestSharedCases(t *testing.T) {
	tests := []struct {
		file, reference string
		difference      float64 // in the mean, of grey; faxes have two levels
	}{
		{"04-fax-204x98dpi.tif", "04-fax-reference.png", 70},
		{"05-fax-g3-2d.tif", "00-reference.png", 70},
		{"05-fax-g3-aligned-eol.tif", "00-reference.png", 70},
		{"06-jpeg-in-tiff.tif", "00-reference.png", 4},
		{"06-grey-alpha.tif", "00-reference.png", 12},
		{"06-planar.tif", "00-reference.png", 1},
		{"07-multipage-cover-then-doc.tif", "00-reference.png", 70},
	}
	for _, test := range tests {
		m, info, err := Decode(sharedCase(t, test.file), DefaultLimits)
		reference, _, refErr := Decode(sharedCase(t, test.reference), DefaultLimits)
		if err != nil || refErr != nil {
			t.Errorf("%s: %v, %v", test.file, err, refErr)
			continue
		}
		if ratio := float64(m.W) * float64(reference.H) / float64(m.H) / float64(reference.W); ratio < 0.95 || ratio > 1.05 {
			t.Errorf("%s: %d x %d for %d x %d", test.file, m.W, m.H, reference.W, reference.H)
		}
		a, b := ResizeArea(m, 200, 120).Gray(), ResizeArea(reference, 200, 120).Gray()
		sum := 0
		for i, v := range a.Pix {
			sum += max(int(v)-int(b.Pix[i]), int(b.Pix[i])-int(v))
		}
		if mean := float64(sum) / float64(len(a.Pix)); mean > test.difference {
			t.Errorf("%s: differs by %.1f, %v", test.file, mean, info.Notes)
		}
	}
}

// sharedCase reads a file of the shared cases beside the checkout.
func sharedCase(t *testing.T, name string) []byte {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "cases", name)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) && os.Getenv("EXEMPLAR_REQUIRE_SHARED") == "" {
		t.Skipf("no %s: the shared cases are not beside this checkout", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestLargeTIFF: decoding a scan of A3 at 600 dots per inch, of 70 MB, takes the memory of its
// reduced picture.
func TestLargeTIFF(t *testing.T) {
	if testing.Short() {
		t.Skip("70 MB")
	}
	data := writeTIFF(7016, 9921, nil, stripedPage)
	taken := allocated(func() {
		m, info, err := DecodeAtLeast(data, 1120, DefaultLimits)
		if err != nil || info.W != 7016 || m.W != 877 || m.H != 1241 {
			t.Errorf("%d x %d, %+v, %v", m.W, m.H, info, err)
		}
	})
	if taken > 20<<20 {
		t.Errorf("%d MB were taken", taken>>20)
	}
}
