package bmp

// paintRuns converts run lengths to pixels and returns the number of rows. Skipped pixels
// have the first colour of the palette, as have the rows after a code for the end of the
// picture.
func (p *painter) paintRuns() (rows int) {
	r := runs{painter: p, rest: p.pixels}
	r.clear()
	for r.y < p.H {
		code, ok := r.next(2)
		if !ok {
			return r.y
		}
		if n := int(code[0]); n > 0 {
			if !r.repeat(n, code[1]) {
				return r.y
			}
			continue
		}
		switch n := int(code[1]); n {
		case 0: // end of line
			r.down(1)
			r.x = 0
		case 1: // end of picture
			r.down(p.H - r.y)
		case 2: // delta
			by, ok := r.next(2)
			if !ok {
				return r.y
			}
			r.x += int(by[0])
			r.down(int(by[1]))
		default:
			if !r.literal(n) {
				return r.y
			}
		}
	}
	return p.H
}

// runs is the state of decoding run lengths.
type runs struct {
	*painter
	rest []byte
	x, y int // in the file's order of rows
}

func (r *runs) next(n int) ([]byte, bool) {
	if len(r.rest) < n {
		return nil, false
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b, true
}

// down adds the row and the next ones to the result, n rows in all.
func (r *runs) down(n int) {
	for range min(n, r.H-r.y) {
		r.put(r.y)
		r.y++
		r.clear()
	}
}

// clear fills the row with the first colour.
func (r *runs) clear() {
	for x := 0; x < r.W; x++ {
		copy(r.row[3*x:3*x+3], r.palette[0][:])
	}
}

// set sets the next pixel. Pixels beyond the row are ignored.
func (r *runs) set(rgb [3]byte) {
	if r.x < r.W {
		copy(r.row[3*r.x:3*r.x+3], rgb[:])
		r.x++
	}
}

// repeat sets n pixels to one colour, or to two colours in turn.
func (r *runs) repeat(n int, value byte) bool {
	switch r.compression {
	case rle24:
		more, ok := r.next(2)
		if !ok {
			return false
		}
		for range n {
			r.set([3]byte{more[1], more[0], value})
		}
	case rle8:
		for range n {
			r.set(r.palette[value])
		}
	default:
		for i := range n {
			r.set(r.palette[value>>(4-4*(i&1))&15])
		}
	}
	return true
}

// literal sets n pixels that are given one by one. They fill a whole number of 16-bit words.
func (r *runs) literal(n int) bool {
	size := map[int]int{rle24: 3 * n, rle8: n, rle4: (n + 1) / 2}[r.compression]
	b, ok := r.next(size)
	if !ok {
		return false
	}
	for i := range n {
		switch r.compression {
		case rle24:
			r.set([3]byte{b[3*i+2], b[3*i+1], b[3*i]})
		case rle8:
			r.set(r.palette[b[i]])
		default:
			r.set(r.palette[b[i/2]>>(4-4*(i&1))&15])
		}
	}
	if size&1 == 1 && len(r.rest) > 0 {
		r.rest = r.rest[1:]
	}
	return true
}
