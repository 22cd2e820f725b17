package imagediff

// newEnds makes a row of w pixels with one more at each end.
func newEnds(w int) []byte { return make([]byte, w+2) }

// verticalExtremes fills low and high, made by newEnds, with the minima and maxima of
// three rows. The outermost values are repeated at the ends.
func verticalExtremes(low, high, up, mid, down []byte) {
	for x, at := range mid {
		low[x+1], high[x+1] = min(up[x], at, down[x]), max(up[x], at, down[x])
	}
	for _, row := range [2][]byte{low, high} {
		row[0], row[len(row)-1] = row[1], row[len(row)-2]
	}
}

// addRanges adds to each cell the ranges of the pixels of a row (see outside). low and
// high are what verticalExtremes made of its columns.
func addRanges(cells []int, row, low, high []byte) {
	for x, at := range row {
		lo := (int(at) + int(min(low[x], low[x+1], low[x+2]))) / 2
		hi := (int(at) + int(max(high[x], high[x+1], high[x+2])) + 1) / 2
		cells[x/cellSide] += hi - lo
	}
}
