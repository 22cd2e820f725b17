package tiff

import (
	"encoding/binary"
	"math"
)

// unpredict inverts the predictor of a row of one plane (TIFF 6.0, section 14, and Adobe's
// technical note 3).
func (r *rows) unpredict(row []byte) {
	p := r.page
	step := p.samples / p.planes() // samples from one pixel to the next
	switch {
	case p.predictor == 2:
		addPrevious(row, step, p.bits, p.dir.reader.order)
	case p.predictor == 3:
		r.unpredictFloats(row, step, p.bits/8)
	}
}

// addPrevious converts differences from the pixel before to samples.
func addPrevious(row []byte, step, bits int, order binary.ByteOrder) {
	switch bits {
	case 8:
		for i := step; i < len(row); i++ {
			row[i] += row[i-step]
		}
	case 16:
		for i := 2 * step; i+2 <= len(row); i += 2 {
			order.PutUint16(row[i:], order.Uint16(row[i:])+order.Uint16(row[i-2*step:]))
		}
	case 32:
		for i := 4 * step; i+4 <= len(row); i += 4 {
			order.PutUint32(row[i:], order.Uint32(row[i:])+order.Uint32(row[i-4*step:]))
		}
	case 64:
		for i := 8 * step; i+8 <= len(row); i += 8 {
			order.PutUint64(row[i:], order.Uint64(row[i:])+order.Uint64(row[i-8*step:]))
		}
	}
}

// unpredictFloats reassembles numbers that are stored as differences of their bytes: first the
// highest bytes of all numbers, then the next ones, and so on.
func (r *rows) unpredictFloats(row []byte, step, size int) {
	addPrevious(row, step, 8, nil)
	r.floats = append(r.floats[:0], row...)
	n := len(row) / size
	for i := range n {
		for b := range size {
			at := b // index of the byte in a number
			if r.page.dir.reader.order == binary.ByteOrder(binary.LittleEndian) {
				at = size - 1 - b
			}
			row[i*size+at] = r.floats[b*n+i]
		}
	}
}

// wide says whether the range of samples is not known from the file: for floating point,
// signed numbers and more than 16 bits.
func (p *Page) wide() bool {
	return p.photometric != paletted && (p.format != unsignedFormat || p.bits > 16)
}

// unpack converts a row of one plane to 8-bit samples. Indices of a palette stay as they are;
// other samples are scaled so that the highest value becomes 255.
func (p *Page) unpack(dst, row []byte, scale valueRange) {
	switch {
	case p.wide():
		for i := range dst {
			dst[i] = scale.sample(p.value(row, i))
		}
	case p.bits == 8:
		copy(dst, row)
	case p.bits == 16:
		for i := range dst {
			dst[i] = byte((uint32(p.dir.reader.order.Uint16(row[2*i:])) + 128) / 257)
		}
	default:
		most := uint64(1)<<p.bits - 1
		factor := uint64(255)
		if p.photometric == paletted {
			factor = most
		}
		for i := range dst {
			dst[i] = byte((bitsAt(row, i*p.bits, p.bits)*factor + most/2) / most)
		}
	}
}

// bitsAt returns the n bits that begin at bit at, most significant first; n is at most 32.
func bitsAt(row []byte, at, n int) uint64 {
	v := uint64(0)
	for taken := 0; taken < n; {
		free := 8 - at&7
		take := min(free, n-taken)
		v = v<<take | uint64(row[at>>3]>>(free-take)&(1<<take-1))
		at, taken = at+take, taken+take
	}
	return v
}

// value returns sample i of a row as a number.
func (p *Page) value(row []byte, i int) float64 {
	var v uint64
	order := p.dir.reader.order
	switch p.bits {
	case 16:
		v = uint64(order.Uint16(row[2*i:]))
	case 32:
		v = uint64(order.Uint32(row[4*i:]))
	case 64:
		v = order.Uint64(row[8*i:])
	default:
		v = bitsAt(row, i*p.bits, p.bits)
	}
	switch {
	case p.format == signedFormat:
		return float64(int64(v<<(64-p.bits)) >> (64 - p.bits))
	case p.format == unsignedFormat:
		return float64(v)
	case p.bits == 64:
		return math.Float64frombits(v)
	case p.bits == 32:
		return float64(math.Float32frombits(uint32(v)))
	}
	return halfFloat(uint16(v))
}

// halfFloat returns the value of a 16-bit floating-point number (IEEE 754).
func halfFloat(v uint16) float64 {
	mantissa, exponent := float64(v&0x3FF), int(v>>10&31)
	sign := 1.0
	if v&0x8000 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(mantissa, -24)
	case 31:
		return math.NaN()
	}
	return sign * math.Ldexp(mantissa+1024, exponent-25)
}

// valueRange is the values that become black and white, for samples of unknown range.
type valueRange struct{ low, high float64 }

// findRange reads the whole page for the lowest and the highest value. If they are within 0 to
// 1, or within 0 to 255, that is the range, since these two are customary.
func (p *Page) findRange() valueRange {
	r := valueRange{math.Inf(1), math.Inf(-1)}
	perPlane := p.samples / p.planes()
	p.eachRow(func(_, _, w int, planes [][]byte) {
		for i, row := range planes[:min(len(planes), p.colors)] {
			for s := range w * perPlane {
				if i == 0 && s%perPlane >= p.colors {
					continue
				}
				if v := p.value(row, s); !math.IsNaN(v) && !math.IsInf(v, 0) {
					r.low, r.high = min(r.low, v), max(r.high, v)
				}
			}
		}
	})
	switch {
	case r.low >= 0 && r.high <= 1 && p.format == floatFormat:
		return valueRange{0, 1}
	case r.low >= 0 && r.high <= 255:
		return valueRange{0, 255}
	}
	return r
}

// sample scales a value to 0 to 255.
func (r valueRange) sample(v float64) byte {
	if !(r.high > r.low) || math.IsNaN(v) {
		return 0
	}
	return byte(min(max((v-r.low)/(r.high-r.low), 0), 1)*255 + 0.5)
}
