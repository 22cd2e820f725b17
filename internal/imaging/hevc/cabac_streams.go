//go:build hevcstreams

package hevc

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
)

// cabac, with this build tag, is an arithmetic encoder in place of the decoder: it chooses each
// bin by chance, about as likely as its context says, and writes it. The decoder above it then
// makes a stream of every syntax that it knows, and shows the picture: see streams_test.go.
type cabac struct {
	data   []byte // what is written, and, while raw samples are read, chance after it
	states [contexts]uint8
	random *rand.Rand

	out         []byte
	bit         byte // of the byte that is being written
	bits        int
	low, rng    uint32
	outstanding int
	first       bool
	left        int   // coding tree blocks up to the end of the segment
	ends        []int // of the parts of the data
	fresh       bool  // a bin of the end of a segment was written last, and was 0
}

func (c *cabac) start(pos int) {
	if pos == 0 {
		c.out, c.ends = nil, nil
	} else if pos <= len(c.data) {
		c.out = append([]byte(nil), c.data[:pos]...)
	}
	c.low, c.rng, c.outstanding, c.first, c.fresh = 0, 510, 0, true, false
}

func (c *cabac) exhausted() bool { return false }

func (c *cabac) align() int { return len(c.out) }

func (c *cabac) write(b uint32) {
	c.bit = c.bit<<1 | byte(b)
	if c.bits++; c.bits == 8 {
		c.out, c.bit, c.bits = append(c.out, c.bit), 0, 0
	}
}

// put is PutBit (9.3.5.3).
func (c *cabac) put(b uint32) {
	if c.first {
		c.first = false
	} else {
		c.write(b)
	}
	for ; c.outstanding > 0; c.outstanding-- {
		c.write(1 - b)
	}
}

func (c *cabac) renormalise() {
	for c.rng < 256 {
		c.rng <<= 1
		c.shift()
	}
}

func (c *cabac) shift() {
	switch {
	case c.low < 256:
		c.put(0)
	case c.low >= 512:
		c.low -= 512
		c.put(1)
	default:
		c.low -= 256
		c.outstanding++
	}
	c.low <<= 1
}

func (c *cabac) bin(ctx int) int {
	c.fresh = false
	state := c.states[ctx]
	lps := uint32(rangeLPS[state>>1][c.rng>>6&3])
	c.rng -= lps
	symbol := int(state & 1)
	if c.random.Float64() < 0.5*math.Pow(0.949, float64(state>>1)) {
		c.low += c.rng
		c.rng = lps
		symbol ^= 1
		c.states[ctx] = next[128|state&127]
	} else {
		c.states[ctx] = next[state&127]
	}
	c.renormalise()
	return symbol
}

func (c *cabac) flag(ctx int) bool { return c.bin(ctx) != 0 }

func (c *cabac) bypass() int {
	c.fresh = false
	b := c.random.IntN(2)
	c.low <<= 1
	if b == 1 {
		c.low += c.rng
	}
	switch {
	case c.low >= 1024:
		c.put(1)
		c.low -= 1024
	case c.low < 512:
		c.put(0)
	default:
		c.low -= 512
		c.outstanding++
	}
	return b
}

func (c *cabac) bypasses(n int) int {
	v := 0
	for range n {
		v = v<<1 | c.bypass()
	}
	return v
}

// terminate writes 1 where a row, a tile or the segment must end, and by chance before raw
// samples.
func (c *cabac) terminate() bool {
	caller, _, _, _ := runtime.Caller(1)
	raw, end := !strings.Contains(runtime.FuncForPC(caller).Name(), "decodeSegment"), false
	switch {
	case raw:
		end = c.random.IntN(3) == 0
	case c.fresh:
		end = true
	default:
		c.left--
		end = c.left == 0
	}
	c.rng -= 2
	if !end {
		c.fresh = true
		c.renormalise()
		return false
	}
	c.low += c.rng
	c.rng = 2
	c.renormalise()
	c.put(c.low >> 9 & 1)
	c.write(c.low >> 8 & 1)
	c.write(1)
	for c.bits != 0 {
		c.write(0)
	}
	if !raw {
		c.ends = append(c.ends, len(c.out))
	}
	c.data = append([]byte(nil), c.out...)
	for range 64 * 64 * 4 {
		c.data = append(c.data, byte(c.random.IntN(256)))
	}
	return true
}
