package features

import "exemplar/internal/swar"

// nearestRowsGeneric fills best, second and column: see nearest. Padding counts as
// columns whose products are 0. Of equal products the higher index wins. The tests
// compare it with a plain loop.
func nearestRowsGeneric(best, second, column []int32, rows, columns []byte) {
	var block wideBlock
	for j := 0; j < len(columns)/DescriptorBytes; j += blockWidth {
		block.fill((*[blockBytes]byte)(columns[j*DescriptorBytes:]))
		for i := range best {
			dots := block.multiply((*[DescriptorBytes]byte)(rows[i*DescriptorBytes:]))
			for l, d := range dots[:blockWidth] {
				v := d<<matchIndexBits | int32(j+l)
				second[i] = max(second[i], min(best[i], v))
				best[i] = max(best[i], v)
				column[j+l] = max(column[j+l], d<<matchIndexBits|int32(i))
			}
		}
	}
}

// wideBlock holds each byte of 16 descriptors in a lane.
type wideBlock [DescriptorBytes][swar.Words]uint64

func (w *wideBlock) fill(packed *[blockBytes]byte) {
	clear(w[:])
	for at, v := range packed {
		four, k := at/4, at%4
		l := four % blockWidth
		w[four/blockWidth*4+k][l/swar.Lanes] |= uint64(v) << (l % swar.Lanes * swar.Bits)
	}
}

// multiply returns the dot products of the 16 descriptors with another descriptor.
func (w *wideBlock) multiply(row *[DescriptorBytes]byte) (dots swar.Sums) {
	var s0, s1, s2, s3, s4, s5 uint64
	for k, b := range row {
		words, v := &w[k], uint64(b)
		s0 += v * words[0]
		s1 += v * words[1]
		s2 += v * words[2]
		s3 += v * words[3]
		s4 += v * words[4]
		s5 += v * words[5]
	}
	dots.Add(&[swar.Words]uint64{s0, s1, s2, s3, s4, s5})
	return dots
}
