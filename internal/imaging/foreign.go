package imaging

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// foreign is a kind of file that this package does not read.
type foreign struct {
	name    string
	advice  string // what to do with it; "": convert it to a format that is read
	damaged bool   // the file is damaged and of no kind
	guessed bool   // inferred from missing signs, and therefore uncertain
}

const (
	convertIt  = "convert it to JPEG or PNG"
	exportIt   = "export it as JPEG or PNG from the program that made it"
	developIt  = "open it in the camera's program and save it as JPEG"
	unpackIt   = "unpack it and send the pictures in it, or pack them as ZIP"
	pageByPage = "save its pages as PNG or JPEG (pdftoppm -r 150 -png FILE page)" // where only pictures are read
	noPicture  = "send a photo, scan or screenshot as JPEG or PNG"
	aVideo     = "take a still picture of it as JPEG or PNG"

	sendTheOther = "send the other"
	saveAsPages  = "save it as PDF, and its pages as PNG or JPEG"
)

// foreignKinds are kinds of files by the bytes at an offset. The first one that matches
// counts. Sources: the formats' specifications, and file(1)'s magic.
var foreignKinds = []struct {
	at           int
	magic        string
	name, advice string
}{
	{0, "%PDF-", "PDF", pageByPage},
	{0, "%!PS", "PostScript", "save its pages as PNG or JPEG (gs -sDEVICE=png16m -r150 -o page%d.png FILE)"},
	{0, "\xC5\xD0\xD3\xC6", "EPS", exportIt},
	{0, "\xFF\x0A", "JPEG XL", convertIt},
	{0, "\x00\x00\x00\x0CJXL ", "JPEG XL", convertIt},
	{0, "\x00\x00\x00\x0CjP  ", "JPEG 2000", convertIt},
	{0, "\xFF\x4F\xFF\x51", "JPEG 2000", convertIt},
	{0, "II\xBC\x01", "JPEG XR", convertIt},
	{0, "8BPS", "Photoshop (PSD)", exportIt},
	{0, "gimp xcf", "GIMP (XCF)", exportIt},
	{0, "\x00\x00\x02\x00\x01", "a Windows cursor (CUR)", noPicture},
	{0, "\x00\x00\x01\x00", "a Windows icon (ICO)", noPicture},
	{0, "icns", "a Mac icon (ICNS)", noPicture},
	{0, "DDS ", "a texture (DDS)", convertIt},
	{0, "BLP1", "a texture (BLP)", convertIt},
	{0, "BLP2", "a texture (BLP)", convertIt},
	{0, "FTEX", "a texture (FTEX)", convertIt},
	{0, "PF\n", "PFM", convertIt},
	{0, "Pf\n", "PFM", convertIt},
	{0, "\x0A\x05\x01", "PCX", convertIt},
	{0, "\x0A\x03\x01", "PCX", convertIt},
	{0, "\x0A\x02\x01", "PCX", convertIt},
	{0, "\x0A\x00\x01", "PCX", convertIt},
	{0, "\xB1\x68\xDE\x3A", "fax pages (DCX)", convertIt},
	{4, "\x11\xAF", "an animation (FLI)", convertIt},
	{4, "\x12\xAF", "an animation (FLC)", convertIt},
	{20, "GIMP", "a GIMP brush", noPicture},
	{0, "#define ", "XBM", convertIt},
	{0, "Image type:", "IM", convertIt},
	{2048, "PCD_", "Photo CD", convertIt},
	{0, "DanM", "Microsoft Paint 1 (MSP)", convertIt},
	{0, "LinS", "Microsoft Paint 2 (MSP)", convertIt},
	{0, "qoif", "QOI", convertIt},
	{0, "FLIF", "FLIF", convertIt},
	{0, "BPG\xFB", "BPG", convertIt},
	{0, "v/1\x01", "OpenEXR", convertIt},
	{0, "#?RADIANCE", "Radiance HDR", convertIt},
	{0, "farbfeld", "farbfeld", convertIt},
	{0, "\x01\xDA", "SGI", convertIt},
	{0, "\x59\xA6\x6A\x95", "Sun raster", convertIt},
	{0, "/* XPM", "XPM", convertIt},
	{0, "SIMPLE  =", "FITS", convertIt},
	{0, "\x8BJNG", "JNG", convertIt},
	{0, "\x8AMNG", "MNG", convertIt},
	{0, "AT&TFORM", "DjVu", "save its pages as PNG or JPEG (ddjvu -format=tiff FILE pages.tif)"},
	{128, "DICM", "DICOM", exportIt},
	{0, "\xD7\xCD\xC6\x9A", "a Windows drawing (WMF)", exportIt},
	{40, " EMF", "a Windows drawing (EMF)", exportIt},
	{0, "IIRO", "a RAW photo (ORF)", developIt},
	{0, "IIRS", "a RAW photo (ORF)", developIt},
	{0, "MMOR", "a RAW photo (ORF)", developIt},
	{0, "IIU\x00", "a RAW photo (RW2)", developIt},
	{0, "FUJIFILMCCD-RAW", "a RAW photo (RAF)", developIt},
	{0, "FOVb", "a RAW photo (X3F)", developIt},
	{0, "\x00MRM", "a RAW photo (MRW)", developIt},
	{0, oleMagic, "an Office document (Word, Excel, PowerPoint or Outlook)", saveAsPages},
	{0, "\x78\x9F\x3E\x22", "attachments as Outlook packs them (winmail.dat)", "open the mail in Outlook and send its attachments"},
	{0, "{\\rtf", "a text document (RTF)", saveAsPages},
	{0, "Rar!", "a RAR archive", unpackIt},
	{0, "7z\xBC\xAF", "a 7z archive", unpackIt},
	{0, "\x1F\x8B", "a gzip archive", unpackIt},
	{0, "BZh", "a bzip2 archive", unpackIt},
	{0, "\xFD7zXZ", "an xz archive", unpackIt},
	{0, "\x28\xB5\x2F\xFD", "a zstd archive", unpackIt},
	{257, "ustar", "a tar archive", unpackIt},
	{0, "\x1A\x45\xDF\xA3", "a video (WebM or Matroska)", aVideo},
	{8, "AVI ", "a video (AVI)", aVideo},
	{8, "WAVE", "sound (WAV)", noPicture},
	{0, "ID3", "sound (MP3)", noPicture},
	{0, "OggS", "sound or video (Ogg)", noPicture},
	{0, "fLaC", "sound (FLAC)", noPicture},
	{0, "\x97JB2\r\n\x1A\n", "JBIG2", convertIt},
	{0, "\x00\x05\x16\x07", "a Mac's side file of another (its name begins with ._)", sendTheOther},
	{0, "\x00\x00\x00\x01Bud1", "a Mac's folder settings (.DS_Store)", noPicture},
	{0, "L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut", "send the file that it points to"},
	{0, "SQLite format 3", "a database (SQLite)", noPicture},
	{0, "\x7FELF", "a program", noPicture},
	{0, "MZ", "a program", noPicture},
	{0, "\x00\x01\x00\x00\x00", "a font", noPicture},
	{0, "OTTO", "a font", noPicture},
	{0, "wOFF", "a font", noPicture},
	{0, "wOF2", "a font", noPicture},
}

// oleMagic begins the files of Microsoft's programs before 2007 [MS-CFB]; those of Outlook have
// a stream whose name, in UTF-16, begins with outlookStream [MS-OXMSG].
const (
	oleMagic      = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
	outlookStream = "_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x001\x00.\x000\x00_\x00"
)

// foreignKind returns the kind of a file that is not read.
func foreignKind(data []byte) foreign {
	if raw := rawPhoto(data); raw != "" {
		return foreign{name: "a RAW photo (" + raw + ")", advice: developIt}
	}
	if bytes.HasPrefix(data, []byte(oleMagic)) && bytes.Contains(data[:min(len(data), HeadBytes)], []byte(outlookStream)) {
		return foreign{name: "an Outlook mail (.msg)", advice: "open it in Outlook and send its attachments, or save it as .eml"}
	}
	for _, k := range foreignKinds {
		if len(data) > k.at && bytes.HasPrefix(data[k.at:], []byte(k.magic)) {
			return foreign{name: k.name, advice: k.advice}
		}
	}
	switch {
	case len(data) >= 12 && string(data[4:8]) == "ftyp":
		return mediaFile(data)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return zipFile(data)
	}
	return looksLike(data)
}

// mediaFile distinguishes files of the ISO base media format by their brands.
func mediaFile(data []byte) foreign {
	names := brands(data)
	switch {
	case slices.Contains(names, "avif"), slices.Contains(names, "avis"):
		return foreign{name: "AVIF", advice: convertIt}
	case names[0] == "crx ":
		return foreign{name: "a RAW photo (CR3)", advice: developIt}
	case names[0] == "jxl ":
		return foreign{name: "JPEG XL", advice: convertIt}
	}
	return foreign{name: "a video (MP4 or MOV)", advice: aVideo}
}

// zipFile distinguishes documents that are ZIP archives from other archives, by the names of
// the first files in them.
func zipFile(data []byte) foreign {
	called := ""
	for name, content := range zipEntries(data[:min(len(data), HeadBytes)]) {
		isXML := strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")
		switch {
		case name == "mimetype" && bytes.HasPrefix(content, []byte("application/vnd.oasis.opendocument")):
			called = "an OpenDocument file"
		case name == "mimetype" && bytes.HasPrefix(content, []byte("application/epub")):
			called = "an e-book (EPUB)"
		case isXML && strings.HasPrefix(name, "word/"):
			called = "a Word document"
		case isXML && strings.HasPrefix(name, "xl/"):
			called = "an Excel table"
		case isXML && strings.HasPrefix(name, "ppt/"):
			called = "a PowerPoint presentation"
		case name == "[Content_Types].xml" && called == "":
			called = "an Office document"
		}
	}
	if called == "" {
		return foreign{name: "a ZIP archive", advice: unpackIt}
	}
	return foreign{name: called, advice: saveAsPages}
}

// zipEntries yields the names of files at the start of a ZIP archive, and what of each follows
// its header (APPNOTE.TXT, section 4.3.7).
func zipEntries(head []byte) iter.Seq2[string, []byte] {
	const signature, headerBytes = "PK\x03\x04", 30
	return func(yield func(string, []byte) bool) {
		for len(head) >= headerBytes && string(head[:4]) == signature {
			packed := int64(binary.LittleEndian.Uint32(head[18:]))
			nameBytes, extra := int(binary.LittleEndian.Uint16(head[26:])), int(binary.LittleEndian.Uint16(head[28:]))
			rest := head[headerBytes:]
			name := string(rest[:min(nameBytes, len(rest))])
			rest = rest[min(nameBytes+extra, len(rest)):]
			if !yield(name, rest) {
				return
			}
			if packed == 0 || packed > int64(len(rest)) { // written without knowing it
				packed = int64(max(0, bytes.Index(rest, []byte(signature))))
			}
			head = rest[packed:]
		}
	}
}

// looksLike returns the kind of a file that has no magic number, by its text.
func looksLike(data []byte) foreign {
	head := data[:min(len(data), 4096)]
	text := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(string(head)), "\uFEFF"))
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")): // bytes before it are allowed
		return foreign{name: "PDF", advice: pageByPage}
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"):
		return foreign{name: "a web page", guessed: true, advice: "open it in a browser and save the picture itself (a download that asks to log in saves a page under the picture's name)"}
	case strings.Contains(text, "<svg") && strings.HasPrefix(text, "<"):
		return foreign{name: "SVG, a drawing", advice: "export it as PNG"}
	case strings.HasPrefix(text, "<?xml"):
		return foreign{name: "XML", guessed: true, advice: noPicture}
	case len(bytes.Trim(head, "\x00")) == 0:
		return foreign{name: "zeros", damaged: true, advice: "the file holds only zeros, as failed copies do: copy or send it again"}
	case isText(head):
		return foreign{name: "text", guessed: true, advice: noPicture}
	}
	return foreign{name: "no known kind of picture", guessed: true}
}

// isText says whether bytes are text: UTF-8 without control characters.
func isText(head []byte) bool {
	for i := range 3 { // a character may be cut off at the end
		if utf8.Valid(head[:max(0, len(head)-i)]) {
			break
		} else if i == 2 {
			return false
		}
	}
	for _, c := range head {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			return false
		}
	}
	return true
}
