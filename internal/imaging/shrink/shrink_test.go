package shrink

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// means is the picture at 1/scale by definition; a half is rounded up.
func means(w, h, scale int, pix []byte) []byte {
	outW, outH := (w+scale-1)/scale, (h+scale-1)/scale
	var out []byte
	for y := range outH {
		for x := range outW {
			for c := range 3 {
				sum, count := 0, 0
				for v := y * scale; v < min((y+1)*scale, h); v++ {
					for u := x * scale; u < min((x+1)*scale, w); u++ {
						sum, count = sum+int(pix[3*(v*w+u)+c]), count+1
					}
				}
				out = append(out, byte((2*sum+count)/(2*count)))
			}
		}
	}
	return out
}

func TestMeans(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, scale := range []int{1, 2, 4, 8} {
		for _, size := range [][2]int{{1, 1}, {8, 8}, {17, 9}, {3, 40}} {
			w, h := size[0], size[1]
			pix := make([]byte, 3*w*h)
			for i := range pix {
				pix[i] = byte(random.Uint32())
			}
			rows, columns := New(w, h, scale), New(w, h, scale)
			for _, y := range random.Perm(h) {
				row := pix[3*w*y : 3*w*(y+1)]
				rows.Row(y, row)
				var even, odd []byte // as interlaced files come
				for x := range w {
					if x%2 == 0 {
						even = append(even, row[3*x:3*x+3]...)
					} else {
						odd = append(odd, row[3*x:3*x+3]...)
					}
				}
				columns.Span(0, y, 2, even)
				columns.Span(1, y, 2, odd)
			}
			want := means(w, h, scale, pix)
			for name, b := range map[string]*Builder{"rows": rows, "columns": columns} {
				if _, _, got := b.Picture(); !bytes.Equal(got, want) {
					t.Errorf("%d x %d at 1/%d by %s: %v, want %v", w, h, scale, name, got, want)
				}
			}
		}
	}
}

func TestOutsideIsLeftOutAndMissingIsWhite(t *testing.T) {
	for _, scale := range []int{1, 2} {
		b := New(2, 2, scale)
		b.Row(-1, []byte{0, 0, 0, 0, 0, 0})
		b.Row(2, []byte{0, 0, 0, 0, 0, 0})
		b.Span(2, 0, 1, []byte{0, 0, 0})
		b.Span(-1, 0, 2, []byte{0, 0, 0}) // lies left of it
		if _, _, pix := b.Picture(); pix[0] != 255 || pix[len(pix)-1] != 255 {
			t.Errorf("at 1/%d: %v", scale, pix)
		}
		b = New(2, 2, scale)
		b.Span(-1, 0, 1, []byte{9, 9, 9, 0, 0, 0, 0, 0, 0, 9, 9, 9})
		if _, _, pix := b.Picture(); pix[0] != []byte{0, 0, 128}[scale] || pix[len(pix)-1] != []byte{0, 255, 128}[scale] {
			t.Errorf("across, at 1/%d: %v", scale, pix)
		}
	}
}
