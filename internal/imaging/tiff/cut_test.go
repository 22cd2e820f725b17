package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// TestCut: the pages that are cut out are those of the file, in every form of it.
func TestCut(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, big := range []bool{false, true} {
			f := testFile{order: order, big: big}
			data := f.write(tone(10), tone(20).with(long(tagNewSubfileType, 1)), tone(30).with(rational(tagXResolution, 300_000)), tone(40))
			file, err := Open(data)
			if err != nil {
				t.Fatal(err)
			}
			cut, err := file.Cut([]int{1, 2}) // the second of four is a thumbnail
			if err != nil {
				t.Fatal(err)
			}
			if n, err := Pages(cut); n != 2 || err != nil {
				t.Fatalf("%d pages, %v", n, err)
			}
			for i, want := range []byte{30, 40} {
				if _, _, pix, missing := decode(t, cut, i); pix[0] != want || missing > 0 {
					t.Errorf("page %d is %d, %g missing", i, pix[0], missing)
				}
			}
			if again, _ := Open(cut); again.Pages[0].resX != 300 {
				t.Errorf("resolution %g", again.Pages[0].resX)
			}
			if bytes.Contains(cut, bytes.Repeat([]byte{10}, 16)) {
				t.Error("a page that was not wanted is in the file")
			}
		}
	}
}

// TestCutRefuses what it could only cut wrongly, or at a cost without bound.
func TestCutRefuses(t *testing.T) {
	for name, page := range map[string]testPage{
		"the old JPEG": tone(1).with(short(tagCompression, compressionOldJPEG)),
		"no sizes":     tone(1).without(tagStripByteCounts),
		"no strips":    tone(1).without(tagStripOffsets).without(tagStripByteCounts),
		"overlaps":     tone(1).with(long(tagStripOffsets, 0, 0, 0), long(tagStripByteCounts, 100, 100, 100)),
	} {
		page.pieces = nil
		file, err := Open(littleFile(page))
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err := file.Cut([]int{0}); !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
