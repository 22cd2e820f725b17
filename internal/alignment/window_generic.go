package alignment

import "exemplar/internal/swar"

// sumWindowGeneric fills sums for the displacements within a window of windowSide rows,
// whose bytes are at most 127. Its own truth is the plain loop in the tests.
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

// templateOffset makes the pixels of a template positive, as lanes have no sign.
const templateOffset = 128

// wideWindow holds at each pixel of a window that pixel and the next two.
type wideWindow [windowSide][windowSide]uint64

func (w *wideWindow) fill(window []byte, stride int) {
	for y := range w {
		word := uint64(0)
		for x := windowSide - 1; x >= 0; x-- {
			word = (word<<swar.Bits | uint64(window[y*stride+x])) & (1<<(swar.Lanes*swar.Bits) - 1)
			w[y][x] = word
		}
	}
}

// multiply returns the products of a template, with templateOffset added to
// each pixel, with the window from row dy on.
func (w *wideWindow) multiply(pix *[blockPixels]int8, dy int) (products swar.Sums) {
	for y := 0; y < blockSide; y += 2 {
		var words [swar.Words]uint64
		addRow(&words, (*[blockSide]int8)(pix[y*blockSide:]), &w[dy+y])
		addRow(&words, (*[blockSide]int8)(pix[(y+1)*blockSide:]), &w[dy+y+1])
		products.Add(&words)
	}
	return products
}

func addRow(words *[swar.Words]uint64, pix *[blockSide]int8, row *[windowSide]uint64) {
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
	*words = [swar.Words]uint64{s0, s1, s2, s3, s4, s5}
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

// at returns the sums over the block at a displacement.
func (s *integrals) at(y, x int) (sum, squares int32) {
	over := func(i *[windowSide + 1][windowSide + 1]int32) int32 {
		return i[y+blockSide][x+blockSide] - i[y][x+blockSide] - i[y+blockSide][x] + i[y][x]
	}
	return over(&s.sum), over(&s.squares)
}
