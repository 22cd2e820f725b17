package imaging

import "encoding/binary"

// Soften returns the picture filtered with 1 2 1 in both directions, rounded to nearest
// (halves up). Pixels of the edge are repeated outside.
func (g *Gray) Soften() *Gray {
	out := &Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for y := range g.H {
		r := threeRows{g.row(max(0, y-1)), g.row(y), g.row(min(g.H-1, y+1))}
		r.soften(out.row(y))
	}
	return out
}

func (g *Gray) row(y int) []byte { return g.Pix[y*g.W:][:g.W] }

// threeRows are a row and those above and below it.
type threeRows struct{ up, mid, down []byte }

// soften filters a row, eight pixels at a time. One word contains the even pixels, another
// one the odd pixels, in four lanes each. Every comparison of a photo begins with it, and
// one pixel at a time takes three times as long: BenchmarkSoften.
func (r *threeRows) soften(out []byte) {
	const (
		lanes = 0x00FF00FF00FF00FF
		half  = 0x0008000800080008
	)
	x, before := 0, r.sum(0)
	for ; x+8 < len(out); x += 8 {
		up, mid, down := load(r.up[x:]), load(r.mid[x:]), load(r.down[x:])
		even := up&lanes + 2*(mid&lanes) + down&lanes
		odd := up>>8&lanes + 2*(mid>>8&lanes) + down>>8&lanes
		e := (odd<<16 | before) + 2*even + odd + half
		o := even + 2*odd + (even>>16 | r.sum(x+8)<<48) + half
		binary.LittleEndian.PutUint64(out[x:], e>>4&lanes|o>>4&lanes<<8)
		before = odd >> 48
	}
	for ; x < len(out); x++ {
		at := r.sum(x)
		out[x] = byte((before + 2*at + r.sum(min(x+1, len(out)-1)) + 8) >> 4)
		before = at
	}
}

// sum is the weighted sum of the three pixels of a column.
func (r *threeRows) sum(x int) uint64 {
	return uint64(r.up[x]) + 2*uint64(r.mid[x]) + uint64(r.down[x])
}

func load(eight []byte) uint64 { return binary.LittleEndian.Uint64(eight) }
