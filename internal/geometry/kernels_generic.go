package geometry

import "math"

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

// Three numbers share a word, a lane each, so that one multiplication by a small
// number does three. 128 products of bytes up to 127, or 64 of bytes up to 127
// and up to 255, stay within a lane.
const (
	laneBits   = 21
	laneMask   = 1<<laneBits - 1
	wordLanes  = 3
	blockWords = (blockWidth + wordLanes - 1) / wordLanes
)

// laneSums are the lanes of blockWords words.
type laneSums [blockWords * wordLanes]int32

func (s *laneSums) add(words *[blockWords]uint64) {
	for i, w := range words {
		s[3*i] += int32(w & laneMask)
		s[3*i+1] += int32(w >> laneBits & laneMask)
		s[3*i+2] += int32(w >> (2 * laneBits))
	}
}

// nearestRowsGeneric fills best, second and column: see nearest. Padding counts
// as a column with which every product is 0; equal products go to the higher
// index.
func nearestRowsGeneric(best, second, column []int32, rows, columns []byte) {
	var block wideBlock
	for j := 0; j < len(columns)/descriptorBytes; j += blockWidth {
		block.fill((*[blockBytes]byte)(columns[j*descriptorBytes:]))
		for i := range best {
			dots := block.multiply((*[descriptorBytes]byte)(rows[i*descriptorBytes:]))
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
type wideBlock [descriptorBytes][blockWords]uint64

func (w *wideBlock) fill(packed *[blockBytes]byte) {
	clear(w[:])
	for at, v := range packed {
		four, k := at/4, at%4
		l := four % blockWidth
		w[four/blockWidth*4+k][l/wordLanes] |= uint64(v) << (l % wordLanes * laneBits)
	}
}

// multiply returns the dot products of the 16 descriptors with another.
func (w *wideBlock) multiply(row *[descriptorBytes]byte) (dots laneSums) {
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
	dots.add(&[blockWords]uint64{s0, s1, s2, s3, s4, s5})
	return dots
}

// sumWindowGeneric fills sums for the places of a window of windowSide rows,
// whose bytes are at most 127.
func sumWindowGeneric(sums *windowSums, pix *[blockPixels]int8, window []byte, stride int) {
	var of integrals
	of.fill(window, stride)
	var wide wideWindow
	wide.fill(window, stride)
	for dy := range searchHigh {
		products := wide.multiply(pix, dy)
		for dx := range searchWide {
			sum, squares := of.at(dy, dx)
			sums[0][dy][dx], sums[1][dy][dx], sums[2][dy][dx] = products[dx]-templateOffset*sum, sum, squares
		}
	}
}

// normaliseGeneric computes, with n = blockPixels, from the sums over a template
// T and over a place of the window W
//
//	(n sum TW - sum T sum W) / sqrt((n sum TT - (sum T)^2) (n sum WW - (sum W)^2))
//
// or 0 where the window is even.
func normaliseGeneric(found *correlations, peaks *columnPeaks, sums *windowSums, t *template) {
	const n = blockPixels
	spread := n*float64(t.squares) - float64(t.sum)*float64(t.sum)
	for x := range peaks.value {
		peaks.value[x] = noCorrelation
	}
	for y := range found {
		for x := range found[y] {
			product, sum, squares := int64(sums[0][y][x]), int64(sums[1][y][x]), int64(sums[2][y][x])
			v := float32(0)
			if below := spread * float64(n*squares-sum*sum); below > 0 {
				v = float32(float64(n*product-int64(t.sum)*sum) / math.Sqrt(below))
			}
			found[y][x] = v
			if v > peaks.value[x] {
				peaks.value[x], peaks.row[x] = v, int32(y)
			}
		}
	}
}

// templateOffset makes the pixels of a template positive, as lanes have no sign.
const templateOffset = 128

// wideWindow holds at each place of a window the pixel there and the next two.
type wideWindow [windowSide][windowSide]uint64

func (w *wideWindow) fill(window []byte, stride int) {
	for y := range w {
		word := uint64(0)
		for x := windowSide - 1; x >= 0; x-- {
			word = (word<<laneBits | uint64(window[y*stride+x])) & (1<<(wordLanes*laneBits) - 1)
			w[y][x] = word
		}
	}
}

// multiply returns the products of a template, with templateOffset added to
// each pixel, with the window's places from row dy.
func (w *wideWindow) multiply(pix *[blockPixels]int8, dy int) (products laneSums) {
	for y := 0; y < blockSide; y += 2 {
		var words [blockWords]uint64
		addRow(&words, (*[blockSide]int8)(pix[y*blockSide:]), &w[dy+y])
		addRow(&words, (*[blockSide]int8)(pix[(y+1)*blockSide:]), &w[dy+y+1])
		products.add(&words)
	}
	return products
}

func addRow(words *[blockWords]uint64, pix *[blockSide]int8, row *[windowSide]uint64) {
	s0, s1, s2, s3, s4, s5 := words[0], words[1], words[2], words[3], words[4], words[5]
	for x, p := range pix {
		v := uint64(int(p) + templateOffset)
		s0 += v * row[x]
		s1 += v * row[x+3]
		s2 += v * row[x+6]
		s3 += v * row[x+9]
		s4 += v * row[x+12]
		s5 += v * row[x+15]
	}
	*words = [blockWords]uint64{s0, s1, s2, s3, s4, s5}
}

// integrals are those of a window's brightness and of its square.
type integrals struct {
	sum, squares [windowSide + 1][windowSide + 1]int32
}

func (s *integrals) fill(window []byte, stride int) {
	for y := range windowSide {
		row, squares := int32(0), int32(0)
		for x, v := range window[y*stride:][:windowSide] {
			row += int32(v)
			squares += int32(v) * int32(v)
			s.sum[y+1][x+1] = s.sum[y][x+1] + row
			s.squares[y+1][x+1] = s.squares[y][x+1] + squares
		}
	}
}

// at returns the sums over the block at a place.
func (s *integrals) at(y, x int) (sum, squares int32) {
	over := func(i *[windowSide + 1][windowSide + 1]int32) int32 {
		return i[y+blockSide][x+blockSide] - i[y][x+blockSide] - i[y+blockSide][x] + i[y][x]
	}
	return over(&s.sum), over(&s.squares)
}
