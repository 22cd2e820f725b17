package imaging

import (
	"bytes"
	"encoding/binary"
)

// Tags of TIFF 6.0, sections 8 and 11; EXIF (2.3, 4.6.4) shares them.
const (
	orientationTag = 0x0112
)

// tiffOrientation returns the orientation, 1 to 8, that a TIFF structure gives
// in its first directory. A TIFF file is one, and so is the payload of an EXIF
// block. It returns 1, upright, when there is none or the structure is damaged:
// a broken EXIF block is no reason to refuse a picture.
func tiffOrientation(b []byte) int {
	if value := tiffValue(b, orientationTag); value >= 1 && value <= 8 {
		return int(value)
	}
	return 1
}

// tiffValue returns the value of a tag in the first directory of a TIFF
// structure that has one number for it, or 0.
func tiffValue(b []byte, tag uint16) uint32 {
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == tag {
			return entryValue(entries, order)
		}
		entries = entries[12:]
	}
	return 0
}

// entryValue returns the number in a directory entry (tag, type, count, value).
// Some writers use LONG where SHORT is due.
func entryValue(entry []byte, order binary.ByteOrder) uint32 {
	const short, long = 3, 4
	if order.Uint32(entry[4:]) != 1 {
		return 0
	}
	switch order.Uint16(entry[2:]) {
	case short:
		return uint32(order.Uint16(entry[8:]))
	case long:
		return order.Uint32(entry[8:])
	}
	return 0
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
