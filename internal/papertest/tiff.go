package papertest

import (
	"encoding/binary"

	"exemplar/internal/imaging"
)

// TIFF writes gray pages without compression (TIFF 6.0, section 4).
func TIFF(pages ...*imaging.Gray) []byte {
	le := binary.LittleEndian
	out := []byte("II*\x00\x08\x00\x00\x00")
	for i, p := range pages {
		tags := [][3]uint32{{256, 4, uint32(p.W)}, {257, 4, uint32(p.H)}, {258, 3, 8}, {259, 3, 1}, {262, 3, 1}, {273, 4, 0}, {277, 3, 1}, {278, 4, uint32(p.H)}, {279, 4, uint32(len(p.Pix))}}
		data := len(out) + 2 + 12*len(tags) + 4
		tags[5][2] = uint32(data)
		out = le.AppendUint16(out, uint16(len(tags)))
		for _, tag := range tags {
			out = le.AppendUint16(le.AppendUint16(out, uint16(tag[0])), uint16(tag[1]))
			out = le.AppendUint32(le.AppendUint32(out, 1), tag[2])
		}
		next := data + len(p.Pix)
		if i == len(pages)-1 {
			next = 0
		}
		out = append(le.AppendUint32(out, uint32(next)), p.Pix...)
	}
	return out
}
