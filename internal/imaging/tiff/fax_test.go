package tiff

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// faxWriter encodes rows of black (true) and white pixels as T.4 and T.6 say.
type faxWriter struct {
	bits strings.Builder // of 0 and 1
}

func (w *faxWriter) bytes() []byte {
	s := w.bits.String()
	out := make([]byte, (len(s)+7)/8)
	for i := range s {
		out[i/8] |= (s[i] - '0') << (7 - i%8)
	}
	return out
}

func (w *faxWriter) align(to, minus int) {
	for (w.bits.Len()+minus)%to != 0 {
		w.bits.WriteByte('0')
	}
}

// run writes the codes of a run of a colour.
func (w *faxWriter) run(color, n int) {
	codes := strings.Fields([2]string{whiteCodes, blackCodes}[color])
	for ; n >= 2560; n -= 2560 {
		w.bits.WriteString(codes[63+40])
	}
	if n >= 64 {
		w.bits.WriteString(codes[63+n/64])
	}
	w.bits.WriteString(codes[n%64])
}

// changes returns where the colour changes in a row, then its width, twice.
func changes(row []bool) []int {
	var at []int
	black := false
	for x, v := range row {
		if v != black {
			at, black = append(at, x), v
		}
	}
	return append(at, len(row), len(row), len(row))
}

func (w *faxWriter) row1D(row []bool) {
	from, color := 0, 0
	for _, x := range changes(row) {
		w.run(color, x-from)
		if from, color = x, 1-color; from == len(row) {
			return
		}
	}
}

// row2D follows the flow chart of T.4, figure 7.
func (w *faxWriter) row2D(row, above []bool) {
	vertical := map[int]string{0: "1", 1: "011", 2: "000011", 3: "0000011", -1: "010", -2: "000010", -3: "0000010"}
	at := func(row []bool, x int) bool { return x >= 0 && x < len(row) && row[x] }
	next := func(row []bool, from int, color bool) int { // the next change to a colour, right of from
		for x := from + 1; x < len(row); x++ {
			if at(row, x) == color && at(row, x-1) != color {
				return x
			}
		}
		return len(row)
	}
	for a0, color := -1, false; a0 < len(row); {
		b1 := next(above, a0, !color)
		b2 := next(above, b1, color)
		a1 := a0
		for a1 = max(a0, 0); a1 < len(row) && row[a1] == color; a1++ {
		}
		switch code, near := vertical[a1-b1]; {
		case b2 < a1:
			w.bits.WriteString("0001")
			a0 = b2
		case near:
			w.bits.WriteString(code)
			a0, color = a1, !color
		default:
			a2 := a1
			for ; a2 < len(row) && row[a2] != color; a2++ {
			}
			c := 0
			if color {
				c = 1
			}
			w.bits.WriteString("001")
			w.run(c, a1-max(a0, 0))
			w.run(1-c, a2-a1)
			a0 = a2
		}
	}
}

const endOfLine = "000000000001"

// faxKinds are all ways to write a fax.
var faxKinds = []struct {
	name        string
	compression uint64
	t4          uint64
	encode      func(rows [][]bool) []byte
}{
	{"G4", compressionG4, 0, func(rows [][]bool) []byte {
		w, above := &faxWriter{}, make([]bool, len(rows[0]))
		for _, row := range rows {
			w.row2D(row, above)
			above = row
		}
		w.bits.WriteString(endOfLine + endOfLine)
		return w.bytes()
	}},
	{"G3", compressionG3, 0, func(rows [][]bool) []byte {
		w := &faxWriter{}
		for _, row := range rows {
			w.bits.WriteString(endOfLine)
			w.row1D(row)
		}
		w.bits.WriteString(strings.Repeat(endOfLine, 6))
		return w.bytes()
	}},
	{"G3 without ends of lines", compressionG3, 0, func(rows [][]bool) []byte {
		w := &faxWriter{}
		for _, row := range rows {
			w.row1D(row)
		}
		return w.bytes()
	}},
	{"G3 filled", compressionG3, 4, func(rows [][]bool) []byte {
		w := &faxWriter{}
		for _, row := range rows {
			w.align(8, 12)
			w.bits.WriteString(endOfLine)
			w.row1D(row)
		}
		return w.bytes()
	}},
	{"G3 2-D", compressionG3, 1, func(rows [][]bool) []byte { return encode2D(rows, false) }},
	{"G3 2-D filled", compressionG3, 5, func(rows [][]bool) []byte { return encode2D(rows, true) }},
	{"RLE", compressionRLE, 0, func(rows [][]bool) []byte { return encodeAligned(rows, 8) }},
	{"RLEW", compressionRLEW, 0, func(rows [][]bool) []byte { return encodeAligned(rows, 16) }},
}

func encode2D(rows [][]bool, fill bool) []byte {
	w := &faxWriter{}
	for y, row := range rows {
		if fill {
			w.align(8, 12)
		}
		w.bits.WriteString(endOfLine)
		if y%4 == 0 {
			w.bits.WriteString("1")
			w.row1D(row)
		} else {
			w.bits.WriteString("0")
			w.row2D(row, rows[y-1])
		}
	}
	w.bits.WriteString(strings.Repeat(endOfLine+"1", 6))
	return w.bytes()
}

func encodeAligned(rows [][]bool, to int) []byte {
	w := &faxWriter{}
	for _, row := range rows {
		w.row1D(row)
		w.align(to, 0)
	}
	return w.bytes()
}

// scribble returns rows with runs of all lengths, rows alike, and slanted edges.
func scribble(random *rand.Rand, w, h int) [][]bool {
	rows := make([][]bool, h)
	for y := range rows {
		rows[y] = make([]bool, w)
		switch random.IntN(5) {
		case 0: // white
		case 1, 2:
			if y > 0 {
				copy(rows[y][min(w, random.IntN(3)):], rows[y-1])
			}
		default:
			for x, black := 0, random.IntN(2) == 1; x < w; black = !black {
				for range 1 + random.IntN(1+random.IntN(w)) {
					if x < w {
						rows[y][x] = black
						x++
					}
				}
			}
		}
	}
	return rows
}

func packRows(rows [][]bool) (packed []byte) {
	for _, row := range rows {
		line := make([]byte, (len(row)+7)/8)
		for x, black := range row {
			if black {
				line[x/8] |= 0x80 >> (x % 8)
			}
		}
		packed = append(packed, line...)
	}
	return packed
}

func TestFaxKinds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, kind := range faxKinds {
		t.Run(kind.name, func(t *testing.T) {
			for _, w := range []int{1, 7, 8, 65, 1728, 5300} {
				rows := scribble(random, w, 20)
				for _, reversed := range []bool{false, true} {
					data := kind.encode(rows)
					if reversed {
						data = reverseBits(data)
					}
					p := &Page{compression: int(kind.compression), fax2D: kind.t4&1 != 0}
					want := packRows(rows)
					got := make([]byte, len(want))
					if _, err := io.ReadFull(newFax(data, w, p.faxCoding(), reversed), got); err != nil {
						t.Fatalf("width %d: %v", w, err)
					}
					if !bytes.Equal(got, want) {
						t.Fatalf("width %d: another picture", w)
					}
				}
			}
		})
	}
}

// TestFaxNoise: a bad row does not damage others if there are ends of lines.
func TestFaxNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	rows := scribble(random, 100, 40)
	w := &faxWriter{}
	for y, row := range rows {
		w.bits.WriteString(endOfLine)
		if y == 20 {
			w.bits.WriteString("00000000111") // no code
			continue
		}
		w.row1D(row)
	}
	want := packRows(rows)
	clear(want[20*13 : 21*13])
	got := make([]byte, len(want))
	if _, err := io.ReadFull(newFax(w.bytes(), 100, faxCoding{align: 1}, false), got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v", err)
	}
}

// TestFaxBadRows: ends of lines without valid rows between them.
func TestFaxBadRows(t *testing.T) {
	w := &faxWriter{}
	for range 100 {
		w.bits.WriteString(endOfLine + "00000000111")
	}
	n, err := io.Copy(io.Discard, newFax(w.bytes(), 100, faxCoding{align: 1}, false))
	if !errors.Is(err, ErrCorrupt) || n > 13*20 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestFaxGarbage(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	data := make([]byte, 50_000)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	for _, coding := range []faxCoding{{g4: true, align: 1}, {align: 1}, {twoD: true, align: 1}, {align: 8}} {
		n, err := io.Copy(io.Discard, newFax(data, 1000, coding, false))
		if err == nil || !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) || n > 125*40_000 {
			t.Errorf("%+v: %d bytes, %v", coding, n, err)
		}
	}
}

// TestFaxEmptyRuns: the next row refers to runs of length zero as well, as in other encoders
// and decoders.
func TestFaxEmptyRuns(t *testing.T) {
	w := &faxWriter{}
	w.bits.WriteString("001")
	w.run(0, 0)
	w.run(1, 0)
	w.bits.WriteString("001")
	w.run(0, 20)
	w.run(1, 10)
	w.bits.WriteString("1")    // white to the end
	w.bits.WriteString("0001") // passes over the empty run
	w.bits.WriteString("001")
	w.run(0, 5)
	w.run(1, 3)
	w.bits.WriteString("0001" + "1")
	rows := [][]bool{make([]bool, 40), make([]bool, 40)}
	for x := 20; x < 30; x++ {
		rows[0][x] = true
	}
	for x := 5; x < 8; x++ {
		rows[1][x] = true
	}
	want := packRows(rows)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(newFax(w.bytes(), 40, faxCoding{g4: true, align: 1}, false), got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x for %x, %v", got, want, err)
	}
}
