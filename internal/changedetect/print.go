package changedetect

import "exemplar/internal/imaging"

// HasPrint says for every whole cell of a reference whether there is print in it
// or next to it: what [Map] has in Judged.
func HasPrint(ref *imaging.Gray) []bool {
	columns, rows := ref.W/Cell, ref.H/Cell
	if columns*rows == 0 {
		return nil
	}
	var s sums
	s.take(ref, columns*Cell, rows*Cell)
	return s.judged()
}

// Differences are the mean differences of a reference and a photo laid on it in
// each whole cell, as the network sees the two: less their local means, in local
// deviations. Both are as [Detector.Detect] takes them.
func Differences(ref, laid *imaging.Gray) []float32 {
	columns, rows := ref.W/Cell, ref.H/Cell
	out := make([]float32, columns*rows)
	if len(out) == 0 {
		return out
	}
	var p pass
	p.take(ref, laid)
	for y := range rows * Cell {
		row := p.In.Row(y)
		for x := range columns * Cell {
			d := row[pictures*x] - row[pictures*x+1]
			out[y/Cell*columns+x/Cell] += max(d, -d) / (Cell * Cell)
		}
	}
	return out
}
