package imaging

import (
	"encoding/binary"
)

// Tags of TIFF 6.0, sections 8 and 11; EXIF (2.3, 4.6.4) shares them.
const (
	orientationTag = 0x0112
)

// tiffOrientation returns the orientation, 1 to 8, in the first directory of a TIFF
// structure, which is a TIFF file or the payload of an EXIF block. It returns 0 if there is
// none or the structure is damaged, since a damaged EXIF block is no reason to refuse a
// picture.
func tiffOrientation(b []byte) int {
	if value := tiffValue(b, orientationTag); value >= 1 && value <= 8 {
		return int(value)
	}
	return 0
}

// tiffValue returns the number of a tag in the first directory of a TIFF structure, or 0.
func tiffValue(b []byte, tag uint16) uint32 {
	if entry, order := tiffEntry(b, tag); entry != nil {
		return entryValue(entry, order)
	}
	return 0
}

func hasTag(b []byte, tag uint16) bool {
	entry, _ := tiffEntry(b, tag)
	return entry != nil
}

// tiffEntry returns the entry of a tag in the first directory of a TIFF
// structure, or nil.
func tiffEntry(b []byte, tag uint16) ([]byte, binary.ByteOrder) {
	if len(b) < 8 {
		return nil, nil
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, nil
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return nil, nil
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == tag {
			return entries[:12], order
		}
		entries = entries[12:]
	}
	return nil, nil
}

// entryValue returns the number in a directory entry (tag, type, count, value). It accepts
// LONG and BYTE, which some writers use in place of SHORT.
func entryValue(entry []byte, order binary.ByteOrder) uint32 {
	const byteType, short, long = 1, 3, 4
	if order.Uint32(entry[4:]) != 1 {
		return 0
	}
	switch order.Uint16(entry[2:]) {
	case byteType:
		return uint32(entry[8])
	case short:
		return uint32(order.Uint16(entry[8:]))
	case long:
		return order.Uint32(entry[8:])
	}
	return 0
}

// upright inverts an EXIF orientation: 2, 4, 5 and 7 are mirror images, and each needs a
// number of clockwise quarter turns.
func upright(m *Image, orientation int) *Image {
	if orientation < 2 || orientation > 8 {
		return m
	}
	mirror := [9]bool{2: true, 4: true, 5: true, 7: true}
	turns := [9]int{3: 2, 4: 2, 5: 3, 6: 1, 7: 1, 8: 3}
	if mirror[orientation] {
		m = m.Mirror()
	}
	return m.Rotate(turns[orientation])
}
