//go:build !hevcstreams

package hevc

import (
	"encoding/binary"
	"math/bits"
)

// cabac is the arithmetic decoder (9.3.4.3).
type cabac struct {
	data []byte
	pos  int // of the next byte to load; may be past the end, where there are zeros
	// value is ivlOffset, followed by the ahead bits that were loaded in advance.
	value  uint64
	rng    uint32
	ahead  int
	states [contexts]uint8 // state << 1 | more probable symbol
}

// start begins to decode at a byte.
func (c *cabac) start(pos int) {
	c.pos, c.value, c.rng, c.ahead = pos, 0, 510, -9
	c.refill()
}

// refill loads bits, so that 23 are loaded at least.
func (c *cabac) refill() {
	if c.pos+4 <= len(c.data) {
		c.value = c.value<<32 | uint64(binary.BigEndian.Uint32(c.data[c.pos:]))
	} else {
		for i := c.pos; i < c.pos+4; i++ {
			c.value <<= 8
			if i < len(c.data) {
				c.value |= uint64(c.data[i])
			}
		}
	}
	c.pos += 4
	c.ahead += 32
}

// exhausted says that more bits were used than there are.
func (c *cabac) exhausted() bool { return 8*c.pos-c.ahead > 8*len(c.data)+16 }

// align returns the byte after the one that holds the last bit used.
func (c *cabac) align() int { return (8*c.pos - c.ahead + 7) / 8 }

// bin decodes a bin with a context (9.3.4.3.2). Up to 8 bits are used.
func (c *cabac) bin(ctx int) int {
	state := c.states[ctx]
	lps := uint32(ranges[uint(state)<<2&0x1FC|uint(c.rng>>6&3)])
	rng := c.rng - lps
	scaled := uint64(rng) << (uint(c.ahead) & 63)
	symbol := int(state & 1)
	if c.value < scaled {
		c.states[ctx] = next[state&127]
		if rng < 256 {
			rng <<= 1
			c.ahead--
		}
	} else {
		c.value -= scaled
		symbol ^= 1
		shift := uint(bits.LeadingZeros32(lps)-23) & 31
		rng = lps << shift
		c.ahead -= int(shift)
		c.states[ctx] = next[128|state&127]
	}
	c.rng = rng
	if c.ahead < 8 {
		c.refill()
	}
	return symbol
}

func (c *cabac) flag(ctx int) bool { return c.bin(ctx) != 0 }

// bypass decodes a bin of even probability (9.3.4.3.4).
func (c *cabac) bypass() int {
	c.ahead--
	scaled := uint64(c.rng) << (uint(c.ahead) & 63)
	symbol := 0
	if c.value >= scaled {
		c.value -= scaled
		symbol = 1
	}
	if c.ahead < 8 {
		c.refill()
	}
	return symbol
}

// bypasses decodes n bins, up to 32, as one number.
func (c *cabac) bypasses(n int) int {
	v := 0
	for n > 8 {
		v = v<<8 | c.few(8)
		n -= 8
	}
	return v<<n | c.few(n)
}

// few is bypasses for up to 8 bins: each bin is the next digit of value / range.
func (c *cabac) few(n int) int {
	v := 0
	ahead := c.ahead
	for range n {
		ahead--
		scaled := uint64(c.rng) << (uint(ahead) & 63)
		v <<= 1
		if c.value >= scaled {
			c.value -= scaled
			v++
		}
	}
	c.ahead = ahead
	if ahead < 8 {
		c.refill()
	}
	return v
}

// terminate decodes a bin that ends something (9.3.4.3.5).
func (c *cabac) terminate() bool {
	c.rng -= 2
	scaled := uint64(c.rng) << (uint(c.ahead) & 63)
	if c.value >= scaled {
		return true
	}
	if c.rng < 256 {
		c.rng <<= 1
		if c.ahead--; c.ahead < 8 {
			c.refill()
		}
	}
	return false
}
