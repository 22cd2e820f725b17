package imagediff

import "encoding/binary"

// The functions of this file work on eight pixels at a time, the row of a cell, as the
// bytes of a word.

const (
	topBits  = 0x8080808080808080
	lowBits  = 0x7F7F7F7F7F7F7F7F
	twoBytes = 0x00FF00FF00FF00FF
)

// newEnds makes a row of w pixels with one more at each end, and room for whole words.
func newEnds(w int) []byte { return make([]byte, w+2, w+2+cellSide) }

// verticalExtremes fills low and high, made by newEnds, with the minima and maxima of
// three rows. The outermost values are repeated at the ends.
func verticalExtremes(low, high, up, mid, down []byte) {
	x := 0
	for ; x+8 <= len(mid); x += 8 {
		a, b, c := load(up[x:]), load(mid[x:]), load(down[x:])
		ab := notLess(a, b)
		lo, hi := b&ab|a&^ab, a&ab|b&^ab
		store(low[x+1:], least(lo, c))
		store(high[x+1:], greatest(hi, c))
	}
	for ; x < len(mid); x++ {
		low[x+1], high[x+1] = min(up[x], mid[x], down[x]), max(up[x], mid[x], down[x])
	}
	for _, row := range [2][]byte{low, high} {
		row[0], row[len(row)-1] = row[1], row[len(row)-2]
	}
}

// addRanges adds to each cell the ranges of the pixels of a row (see outside). low and
// high are what verticalExtremes made of its columns.
func addRanges(cells []int, row, low, high []byte) {
	x := 0
	for ; x+8 <= len(row); x += 8 {
		at := load(row[x:])
		lo := least(least(load(low[x:]), load(low[x+1:])), load(low[x+2:]))
		hi := greatest(greatest(load(high[x:]), load(high[x+1:])), load(high[x+2:]))
		lo = at&lo + (at^lo)>>1&lowBits     // mean of at and lo, rounded down
		hi = (at | hi) - (at^hi)>>1&lowBits // mean of at and hi, rounded up
		d := hi - lo
		cells[x/cellSide] += int((d&twoBytes + d>>8&twoBytes) * 0x0001000100010001 >> 48)
	}
	for ; x < len(row); x++ {
		lo := (int(row[x]) + int(min(low[x], low[x+1], low[x+2]))) / 2
		hi := (int(row[x]) + int(max(high[x], high[x+1], high[x+2])) + 1) / 2
		cells[x/cellSide] += hi - lo
	}
}

// evenAbsDiff is the sum of absolute differences of the bytes 0, 2, 4 and 6.
func evenAbsDiff(a, b uint64) int {
	a, b = a&twoBytes, b&twoBytes
	const one = 0x0001000100010001
	not := ((a|one<<8)-b)>>8&one ^ one // 1 in the lanes where a < b
	// Negate the difference in those lanes: invert the bits and add 1.
	d := ((a|one<<8)-b)&twoBytes ^ not*0xFF + not
	return int(d * one >> 48)
}

// notLess has all bits set in the bytes where a >= b.
func notLess(a, b uint64) uint64 {
	low := (a | topBits) - b&lowBits // the top bits keep borrows inside a byte
	top := (a&^b | low&^(a^b)) & topBits
	return top<<1 - top>>7
}

func least(a, b uint64) uint64 {
	m := notLess(a, b)
	return b&m | a&^m
}

func greatest(a, b uint64) uint64 {
	m := notLess(a, b)
	return a&m | b&^m
}

func load(eight []byte) uint64 { return binary.LittleEndian.Uint64(eight) }

func store(eight []byte, v uint64) { binary.LittleEndian.PutUint64(eight, v) }
