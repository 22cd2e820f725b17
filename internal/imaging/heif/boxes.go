package heif

import (
	"encoding/binary"
	"iter"
)

// box is a box of the ISO base media file format (ISO/IEC 14496-12, 4.2).
type box struct {
	kind string // four characters
	body []byte
	cut  bool // the file ends inside
}

// boxes yields the boxes in b, up to the first that is damaged.
func boxes(b []byte) iter.Seq[box] {
	return func(yield func(box) bool) {
		for len(b) >= 8 {
			size, header := uint64(binary.BigEndian.Uint32(b)), 8
			kind := string(b[4:8])
			switch size {
			case 0: // up to the end
				size = uint64(len(b))
			case 1:
				if len(b) < 16 {
					return
				}
				size, header = binary.BigEndian.Uint64(b[8:]), 16
			}
			if size < uint64(header) {
				return
			}
			end := min(size, uint64(len(b)))
			if !yield(box{kind, b[header:end], size > uint64(len(b))}) {
				return
			}
			b = b[end:]
		}
	}
}

// reader reads numbers from the body of a box. Past its end it reads zeros and notes it.
type reader struct {
	b    []byte
	over bool
}

// uint reads a number of n bytes, 0 to 8.
func (r *reader) uint(n int) uint64 {
	if n > len(r.b) {
		r.b, r.over = nil, true
		return 0
	}
	v := uint64(0)
	for _, c := range r.b[:n] {
		v = v<<8 | uint64(c)
	}
	r.b = r.b[n:]
	return v
}

// full reads the version and the flags of a full box.
func (r *reader) full() (version int, flags uint32) {
	v := uint32(r.uint(4))
	return int(v >> 24), v & 0xFFFFFF
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		n, r.over = uint64(len(r.b)), true
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) fourCC() string { return string(r.take(4)) }

// text reads a string that ends with a zero.
func (r *reader) text() string {
	for i, c := range r.b {
		if c == 0 {
			s := string(r.b[:i])
			r.b = r.b[i+1:]
			return s
		}
	}
	s := string(r.b)
	r.b = nil
	return s
}
