package hevc

// bitReader reads the bits of a header. Past the end it reads zeros and notes it.
type bitReader struct {
	data []byte
	pos  int // in bits
	over bool
}

// unescaped returns the payload of a NAL unit without the bytes that prevent the emulation of
// start codes (7.3.1.1).
func unescaped(nal []byte) []byte {
	out := make([]byte, 0, len(nal))
	zeros := 0
	for _, b := range nal {
		if zeros >= 2 && b == 3 {
			zeros = 0
			continue
		}
		if b == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, b)
	}
	return out
}

// bit is u(1).
func (r *bitReader) bit() uint32 {
	at := r.pos >> 3
	if at >= len(r.data) {
		r.over = true
		return 0
	}
	b := r.data[at] >> (7 - r.pos&7) & 1
	r.pos++
	return uint32(b)
}

func (r *bitReader) flag() bool { return r.bit() == 1 }

// bits is u(n), n up to 32.
func (r *bitReader) bits(n int) uint32 {
	v := uint32(0)
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

func (r *bitReader) skip(n int) {
	r.pos += n
	if r.pos > 8*len(r.data) {
		r.over, r.pos = true, 8*len(r.data)
	}
}

// ue is ue(v), 9.2.
func (r *bitReader) ue() uint32 {
	zeros := 0
	for r.bit() == 0 {
		if zeros++; zeros > 31 || r.over {
			r.over = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// se is se(v), 9.2.2.
func (r *bitReader) se() int32 {
	k := r.ue()
	if k&1 == 1 {
		return int32(k/2 + 1)
	}
	return -int32(k / 2)
}

// upTo is ue(v) for a number that is at most the given one; any other counts as an error.
func (r *bitReader) upTo(most int) int {
	v := r.ue()
	if int64(v) > int64(most) {
		r.over = true
		return 0
	}
	return int(v)
}

// within is se(v) for a number of at most the given size.
func (r *bitReader) within(most int) int {
	v := int(r.se())
	if v < -most || v > most {
		r.over = true
		return 0
	}
	return v
}
