package drawnpdf

import (
	"strings"

	"exemplar/internal/imaging"
)

// The codes of ITU-T T.4, tables 2 and 3: for runs of 0 to 63 pixels, and for those of 64, 128
// ... 2560, which another code follows.

const whiteCodes = `
00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101
101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100
0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111
00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010
01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011
00110010 00110011 00110100 11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000
01100111 011001100 011001101 011010010 011010011 011010100 011010101 011010110 011010111 011011000
011011001 011011010 011011011 010011000 010011001 010011010 011000 010011011 00000001000 00000001100
00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 000000010111
000000011100 000000011101 000000011110 000000011111`

const blackCodes = `
0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111
000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111
00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000
000001101001 000001101010 000001101011 000011010010 000011010011 000011010100 000011010101
000011010110 000011010111 000001101100 000001101101 000011011010 000011011011 000001010100
000001010101 000001010110 000001010111 000001100100 000001100101 000001010010 000001010011
000000100100 000000110111 000000111000 000000100111 000000101000 000001011000 000001011001
000000101011 000000101100 000001011010 000001100110 000001100111 0000001111 000011001000
000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 0000001101101
0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 0000001110100
0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 0000001010101
0000001011010 0000001011011 0000001100100 0000001100101 00000001000 00000001100 00000001101
000000010010 000000010011 000000010100 000000010101 000000010110 000000010111 000000011100
000000011101 000000011110 000000011111`

// faxVertical are the codes of a change that lies -3 to 3 pixels right of the one above.
var faxVertical = map[int]string{0: "1", 1: "011", 2: "000011", 3: "0000011", -1: "010", -2: "000010", -3: "0000010"}

// faxWriter writes codes.
type faxWriter struct {
	bits   strings.Builder // of 0 and 1
	colors [2][]string     // codes of runs, white and black
}

// group4 codes what is dark of a picture (ITU-T T.6).
func group4(m *imaging.Gray) []byte {
	w := faxWriter{colors: [2][]string{strings.Fields(whiteCodes), strings.Fields(blackCodes)}}
	above := make([]bool, m.W)
	for y := range m.H {
		row := make([]bool, m.W)
		for x, v := range m.Pix[y*m.W : (y+1)*m.W] {
			row[x] = v < inkBelow
		}
		w.row(row, above)
		above = row
	}
	w.bits.WriteString(strings.Repeat("000000000001", 2))
	return w.bytes()
}

// inkBelow is the level under which a scanner of black and white sees ink.
const inkBelow = 150

// row follows the flow chart of T.4, figure 7.
func (w *faxWriter) row(row, above []bool) {
	at := func(row []bool, x int) bool { return x >= 0 && x < len(row) && row[x] }
	for a0, color := -1, false; a0 < len(row); {
		b1 := a0 + 1 // the next change above to the other colour
		for b1 < len(row) && (at(above, b1) == color || at(above, b1-1) != color) {
			b1++
		}
		b2 := runEnd(above, b1)
		a1 := max(a0, 0)
		for a1 < len(row) && row[a1] == color {
			a1++
		}
		code, near := faxVertical[a1-b1]
		switch {
		case b2 < a1:
			w.bits.WriteString("0001")
			a0 = b2
		case near:
			w.bits.WriteString(code)
			a0, color = a1, !color
		default:
			a2 := runEnd(row, a1)
			first := 0
			if color {
				first = 1
			}
			w.bits.WriteString("001")
			w.run(first, a1-max(a0, 0))
			w.run(1-first, a2-a1)
			a0 = a2
		}
	}
}

// runEnd is where the run of a colour ends that has begun at from.
func runEnd(row []bool, from int) int {
	end := from
	for end < len(row) && row[end] == row[from] {
		end++
	}
	return end
}

func (w *faxWriter) run(color, n int) {
	codes := w.colors[color]
	for ; n >= 2560; n -= 2560 {
		w.bits.WriteString(codes[63+2560/64])
	}
	if n >= 64 {
		w.bits.WriteString(codes[63+n/64])
	}
	w.bits.WriteString(codes[n%64])
}

func (w *faxWriter) bytes() []byte {
	bits := w.bits.String()
	out := make([]byte, (len(bits)+7)/8)
	for i := range bits {
		out[i/8] |= (bits[i] - '0') << (7 - i%8)
	}
	return out
}
