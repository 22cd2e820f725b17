package features

import (
	"exemplar/internal/swar"
)

// The loops below are what runs where there are no vector kernels, and the truth
// that those are tested against, except for matching and correlation: plain
// loops in the tests are the truth of these.

// filterSymmetricGeneric computes, for i below 16*groups and o = at+i,
//
//	dst[i] = half[0]*src[o] + sum over k of half[k]*(src[o-k*step] + src[o+k*step])
func filterSymmetricGeneric(dst, src []float32, at, step int, half []float32, groups int) {
	n := groups * lanes
	dst = dst[:n]
	center := src[at : at+n]
	for i, v := range center {
		dst[i] = half[0] * v
	}
	for k := 1; k < len(half); k++ {
		w := half[k]
		before, after := src[at-k*step:][:n], src[at+k*step:][:n]
		for i := range dst {
			dst[i] += w * (before[i] + after[i])
		}
	}
}

// subtractGeneric computes dst = a - b.
func subtractGeneric(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// extremaRowGeneric marks, for i below 16*groups, in bit i%16 of mask[i/16]
// whether mid[at+i] is beyond the threshold and an extremum among its 26
// neighbours in the three layers of a stack of differences.
func extremaRowGeneric(mask []uint16, below, mid, above []float32, at, stride int, threshold float32, groups int) {
	for g := range groups {
		bits := uint16(0)
		for l := range lanes {
			o := at + g*lanes + l
			v := mid[o]
			if v > threshold && isPeak(v, below, mid, above, o, stride) ||
				v < -threshold && isPit(v, below, mid, above, o, stride) {
				bits |= 1 << l
			}
		}
		mask[g] = bits
	}
}

func isPeak(v float32, below, mid, above []float32, o, stride int) bool {
	for _, row := range [3]int{o, o - stride, o + stride} {
		for _, i := range [3]int{row - 1, row, row + 1} {
			if mid[i] > v || below[i] > v || above[i] > v {
				return false
			}
		}
	}
	return true
}

func isPit(v float32, below, mid, above []float32, o, stride int) bool {
	for _, row := range [3]int{o, o - stride, o + stride} {
		for _, i := range [3]int{row - 1, row, row + 1} {
			if mid[i] < v || below[i] < v || above[i] < v {
				return false
			}
		}
	}
	return true
}

// nearestRowsGeneric fills best, second and column: see nearest. Padding counts
// as a column with which every product is 0; equal products go to the higher
// index.
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

// multiply returns the dot products of the 16 descriptors with another.
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
