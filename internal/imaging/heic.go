package imaging

import (
	"encoding/binary"
	"fmt"
	"slices"

	"exemplar/internal/imaging/heif"
)

// brands returns the brands of a file of the ISO base media format (ISO/IEC 14496-12, 4.3):
// the major one, the minor version, which compact files use as one, and those that it is
// compatible with. It returns nil for other files.
func brands(head []byte) (names []string) {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return nil
	}
	size := int64(binary.BigEndian.Uint32(head))
	for at := 8; at+4 <= int(max(12, min(size, 128, int64(len(head))))); at += 4 {
		names = append(names, string(head[at:at+4]))
	}
	return names
}

// isHEIC recognises still pictures of HEIF, except for AVIF.
func isHEIC(head []byte) bool {
	names := brands(head)
	has := func(brand ...string) bool {
		return slices.ContainsFunc(brand, func(b string) bool { return slices.Contains(names, b) })
	}
	if len(names) == 0 || has("avif", "avis") || names[0] == "crx " || names[0] == "jxl " {
		return false
	}
	return has("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "mif3", "msf1", "miaf")
}

func openHEIC(data []byte) (opened, error) {
	f, err := heif.Open(data)
	if err != nil {
		return opened{}, err
	}
	o := opened{w: f.W, h: f.H, orientation: f.Orientation, cost: f.Cost}
	if f.Pictures > 1 {
		o.notes = []string{fmt.Sprintf("the main one of %d pictures", f.Pictures)}
	}
	o.pixels = func(scale int) (*Image, []string, error) {
		w, h, pix, missing, err := f.Decode(scale)
		if missing > 0 && err == nil {
			return &Image{W: w, H: h, Pix: pix}, missingPart(missing), nil
		}
		return &Image{W: w, H: h, Pix: pix}, nil, err
	}
	return o, nil
}
