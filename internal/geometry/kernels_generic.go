package geometry

import "math"

// The loops below are the truth that the vector kernels are tested against,
// and what runs where there are none.

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
	var dots [blockWidth]int32
	for i := range best {
		row := rows[i*descriptorBytes:][:descriptorBytes]
		for j := 0; j < len(columns)/descriptorBytes; j += blockWidth {
			dotBlock(&dots, row, columns[j*descriptorBytes:][:blockBytes])
			for l, d := range dots {
				v := d<<matchIndexBits | int32(j+l)
				second[i] = max(second[i], min(best[i], v))
				best[i] = max(best[i], v)
				column[j+l] = max(column[j+l], d<<matchIndexBits|int32(i))
			}
		}
	}
}

// dotBlock multiplies a descriptor with the 16 of a packed block.
func dotBlock(dots *[blockWidth]int32, row, block []byte) {
	clear(dots[:])
	for g := range blockGroups {
		a, b, c, d := int32(row[4*g]), int32(row[4*g+1]), int32(row[4*g+2]), int32(row[4*g+3])
		four := block[g*blockWidth*4:][:blockWidth*4]
		for l := range dots {
			dots[l] += a*int32(four[4*l]) + b*int32(four[4*l+1]) + c*int32(four[4*l+2]) + d*int32(four[4*l+3])
		}
	}
}

// correlateGeneric fills found with the normalised correlation of a template
// with every place of a window of windowSide rows, whose bytes are at most 127.
func correlateGeneric(found *correlations, t *template, window []byte, stride int) {
	const n = blockPixels
	spread := n*float64(t.squares) - float64(t.sum)*float64(t.sum)
	var sums windowSums
	sums.fill(window, stride)
	for dy := range found {
		for dx := range found[dy] {
			product := int32(0)
			for y := range blockSide {
				row := (*[blockSide]byte)(window[(dy+y)*stride+dx:])
				for x, v := range (*[blockSide]int8)(t.pix[y*blockSide:]) {
					product += int32(v) * int32(row[x])
				}
			}
			sum, squares := sums.at(dy, dx)
			below := spread * (n*squares - sum*sum)
			found[dy][dx] = 0
			if below > 0 {
				found[dy][dx] = float32((n*float64(product) - float64(t.sum)*sum) / math.Sqrt(below))
			}
		}
	}
}

// windowSums are the integrals of a window's brightness and of its square.
type windowSums struct {
	sum, squares [windowSide + 1][windowSide + 1]int32
}

func (s *windowSums) fill(window []byte, stride int) {
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
func (s *windowSums) at(y, x int) (sum, squares float64) {
	over := func(i *[windowSide + 1][windowSide + 1]int32) float64 {
		return float64(i[y+blockSide][x+blockSide] - i[y][x+blockSide] - i[y+blockSide][x] + i[y][x])
	}
	return over(&s.sum), over(&s.squares)
}
