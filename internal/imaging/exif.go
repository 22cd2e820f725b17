package imaging

import (
	"bytes"
	"encoding/binary"
)

// orientationTag is Orientation in IFD 0 (TIFF 6.0, section 8; Exif 2.3, 4.6.4).
const orientationTag = 0x0112

// tiffOrientation returns the orientation, 1 to 8, that a TIFF structure gives
// in its first directory. A TIFF file is one, and so is the payload of an EXIF
// block. It returns 1, upright, when there is none or the structure is damaged:
// a broken EXIF block is no reason to refuse a picture.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == orientationTag {
			return shortEntry(entries, order)
		}
		entries = entries[12:]
	}
	return 1
}

// shortEntry returns the orientation in a directory entry (tag, type, count,
// value), or 1 when it is none. Some writers use LONG instead of SHORT.
func shortEntry(entry []byte, order binary.ByteOrder) int {
	const short, long = 3, 4
	value := 0
	switch order.Uint16(entry[2:]) {
	case short:
		value = int(order.Uint16(entry[8:]))
	case long:
		value = int(min(order.Uint32(entry[8:]), 9))
	}
	if order.Uint32(entry[4:]) != 1 || value < 1 || value > 8 {
		return 1
	}
	return value
}

// exifOrientation is tiffOrientation for a payload that may begin with the
// identifier of JPEG's APP1, which some writers of PNG and WebP copy along.
func exifOrientation(payload []byte) int {
	return tiffOrientation(bytes.TrimPrefix(payload, []byte("Exif\x00\x00")))
}

// jpegOrientation walks the segments before the first scan for an EXIF block.
func jpegOrientation(b []byte) int {
	const sos, app1 = 0xDA, 0xE1
	b = b[min(2, len(b)):] // SOI
	for len(b) >= 4 && b[0] == 0xFF && b[1] != sos {
		if b[1] == 0xFF { // fill byte
			b = b[1:]
			continue
		}
		size := 2 + int(binary.BigEndian.Uint16(b[2:]))
		if size < 4 || size > len(b) {
			return 1
		}
		if b[1] == app1 && bytes.HasPrefix(b[4:size], []byte("Exif\x00\x00")) {
			return exifOrientation(b[4:size])
		}
		b = b[size:]
	}
	return 1
}

// pngOrientation looks for an eXIf chunk, which may stand before or after the
// pixels.
func pngOrientation(b []byte) int {
	b = b[min(8, len(b)):] // signature
	for len(b) >= 12 {
		size := int64(binary.BigEndian.Uint32(b))
		if size+12 > int64(len(b)) {
			return 1
		}
		if string(b[4:8]) == "eXIf" {
			return exifOrientation(b[8 : 8+size])
		}
		b = b[12+size:]
	}
	return 1
}

// webpOrientation looks for an EXIF chunk in the RIFF container.
func webpOrientation(b []byte) int {
	b = b[min(12, len(b)):] // "RIFF", size, "WEBP"
	for len(b) >= 8 {
		size := int64(binary.LittleEndian.Uint32(b[4:]))
		if 8+size > int64(len(b)) {
			return 1
		}
		if string(b[:4]) == "EXIF" {
			return exifOrientation(b[8 : 8+size])
		}
		b = b[min(8+size+size&1, int64(len(b))):]
	}
	return 1
}

// upright undoes an orientation: 2, 4, 5 and 7 are mirror images, and each
// needs a number of clockwise quarter turns.
func upright(m *Image, orientation int) *Image {
	if orientation < 2 || orientation > 8 {
		return m
	}
	mirror := [9]bool{2: true, 4: true, 5: true, 7: true}
	turns := [9]int{3: 2, 4: 2, 5: 3, 6: 1, 7: 1, 8: 3}
	if mirror[orientation] {
		m = m.mirrored()
	}
	return m.Rotate(turns[orientation])
}
