package bmp

import "encoding/binary"

// paintRows converts rows without compression and returns their number.
func (p *painter) paintRows() int {
	stride := p.stride()
	// Many programs leave the opacity of all pixels zero and mean opaque.
	p.opaque = p.masks[3].most == 0 || !p.anyOpacity()
	rest := p.pixels
	for n := range p.H {
		if used := (p.W*p.bits + 7) / 8; len(rest) < used {
			return n
		}
		p.convert(rest)
		p.put(n)
		rest = rest[min(stride, len(rest)):]
	}
	return p.H
}

// convert converts the bytes of a row to pixels.
func (p *painter) convert(b []byte) {
	switch p.bits {
	case 24:
		for i := 0; i < 3*p.W; i += 3 {
			p.row[i], p.row[i+1], p.row[i+2] = b[i+2], b[i+1], b[i]
		}
	case 16:
		for x := range p.W {
			p.pixel(x, uint32(binary.LittleEndian.Uint16(b[2*x:])))
		}
	case 32:
		for x := range p.W {
			p.pixel(x, binary.LittleEndian.Uint32(b[4*x:]))
		}
	default:
		for x := range p.W {
			bit := x * p.bits
			index := b[bit>>3] >> (8 - p.bits - bit&7) & (1<<p.bits - 1)
			copy(p.row[3*x:3*x+3], p.palette[index][:])
		}
	}
}

// pixel sets a pixel by the masks, blended with white.
func (p *painter) pixel(x int, v uint32) {
	q := p.row[3*x : 3*x+3]
	for c := range q {
		q[c] = p.masks[c].value(v)
	}
	if p.opaque {
		return
	}
	a := uint32(p.masks[3].value(v))
	for c, v := range q {
		q[c] = byte((uint32(v)*a + 255*(255-a) + 127) / 255)
	}
}

// anyOpacity says whether any pixel is not fully transparent.
func (p *painter) anyOpacity() bool {
	size, stride := p.bits/8, p.stride()
	wanted := p.masks[3].most << p.masks[3].shift
	for y := 0; y < p.H && y*stride < len(p.pixels); y++ {
		row := p.pixels[y*stride:]
		for x := 0; x < p.W && (x+1)*size <= len(row); x++ {
			v := uint32(binary.LittleEndian.Uint16(row[x*size:]))
			if size == 4 {
				v = binary.LittleEndian.Uint32(row[x*size:])
			}
			if v&wanted != 0 {
				return true
			}
		}
	}
	return false
}
