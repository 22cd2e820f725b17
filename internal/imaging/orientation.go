package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"

	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/png"
)

// orientations collects the orientations in the parts of a file. EXIF has precedence over
// XMP; of each the first one counts.
type orientations struct{ exif, xmp int }

func (o orientations) value() int {
	switch {
	case o.exif != 0:
		return o.exif
	case o.xmp != 0:
		return o.xmp
	}
	return 1
}

// exifHeader begins EXIF in JPEG. Some writers of PNG and WebP include it, and some put
// zeros after it.
const exifHeader = "Exif\x00\x00"

// addEXIF adds a block of EXIF, with or without its header.
func (o *orientations) addEXIF(b []byte) {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte(exifHeader)), "\x00")
	if o.exif == 0 {
		o.exif = tiffOrientation(b)
	}
}

// xmpOrientation finds the property tiff:Orientation (XMP part 2, 3.3), which may
// be an attribute or an element.
var xmpOrientation = regexp.MustCompile(`tiff:Orientation(?:\s*=\s*["']|\s*>)\s*([1-8])\s*["'<]`)

// addXMP adds a packet of XMP.
func (o *orientations) addXMP(b []byte) {
	if found := xmpOrientation.FindSubmatch(b); found != nil && o.xmp == 0 {
		o.xmp = int(found[1][0] - '0')
	}
}

// jpegOrientation reads the segments before the first scan.
func jpegOrientation(b []byte) int {
	const app1 = 0xE1
	var o orientations
	for marker, segment := range jpeg.Segments(b) {
		switch {
		case marker != app1:
		case bytes.HasPrefix(segment, []byte(exifHeader)):
			o.addEXIF(segment)
		case bytes.HasPrefix(segment, []byte("http://ns.adobe.com/")):
			o.addXMP(segment)
		}
	}
	return o.value()
}

// pngOrientation reads the eXIf chunk, before or after the pixels, and text chunks: XMP, and
// EXIF as ImageMagick writes it.
func pngOrientation(b []byte) int {
	var o orientations
	for c := range png.Chunks(b) {
		switch c.Type {
		case "eXIf":
			o.addEXIF(c.Data)
		case "tEXt", "zTXt", "iTXt":
			o.addText(c)
		}
	}
	return o.value()
}

// addText adds a text chunk of PNG.
func (o *orientations) addText(c png.Chunk) {
	keyword, text, _ := bytes.Cut(c.Data, []byte{0})
	switch string(keyword) {
	case "XML:com.adobe.xmp":
		o.addXMP(textOf(c.Type, text))
	case "exif":
		o.addEXIF(textOf(c.Type, text))
	case "Raw profile type exif", "Raw profile type APP1":
		o.addEXIF(rawProfile(textOf(c.Type, text)))
	case "Raw profile type xmp":
		o.addXMP(rawProfile(textOf(c.Type, text)))
	}
}

// textOf returns the text after the keyword of a chunk (PNG 11.3.3).
func textOf(kind string, b []byte) []byte {
	switch {
	case kind == "zTXt" && len(b) > 1:
		return inflated(b[1:])
	case kind == "iTXt" && len(b) > 2:
		compressed := b[0] == 1
		_, rest, _ := bytes.Cut(b[2:], []byte{0}) // language
		_, rest, _ = bytes.Cut(rest, []byte{0})   // keyword in that language
		if compressed {
			return inflated(rest)
		}
		return rest
	}
	return b
}

// mostText is the largest size, in bytes, of a decompressed text.
const mostText = 1 << 18

// inflated decompresses b with zlib, as far as it can be read.
func inflated(b []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(z, mostText))
	return text
}

// rawProfile returns the bytes of a profile in ImageMagick's notation: a line
// with its name, one with its length, then hexadecimal digits in lines.
func rawProfile(text []byte) []byte {
	lines := bytes.SplitN(bytes.TrimLeft(text, "\n"), []byte{'\n'}, 3)
	if len(lines) < 3 {
		return nil
	}
	digits := bytes.Join(bytes.Fields(lines[2]), nil)
	profile := make([]byte, len(digits)/2)
	n, _ := hex.Decode(profile, digits[:2*len(profile)])
	return profile[:n]
}

// webpOrientation reads the chunks of EXIF and XMP in the RIFF container.
func webpOrientation(b []byte) int {
	var o orientations
	for c := range riffChunks(b) {
		switch c.name {
		case "EXIF":
			o.addEXIF(c.data)
		case "XMP ":
			o.addXMP(c.data)
		}
	}
	return o.value()
}
