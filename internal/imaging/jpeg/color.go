package jpeg

// emit makes pixels of the samples of a row of MCUs.
func (d *decoder) emit(mcuRow int) {
	height := d.vMax * d.size
	for y := range min(height, d.outH-mcuRow*height) {
		for i := range d.components {
			d.openRow(i, y)
		}
		d.convert(d.pix[3*d.outW*(mcuRow*height+y):][:3*d.outW])
	}
}

// openRow sets d.rows[i] to the samples of component i in row y of the MCUs: one for each
// pixel or, for chroma if halfChroma is true, one for every two pixels.
func (d *decoder) openRow(i, y int) {
	c := &d.components[i]
	y /= d.vMax * d.size / (c.v * c.sizeY)
	row := c.plane[y*c.stride:][:c.stride]
	factor := d.columnFactor(c)
	if factor > 1 && !(i > 0 && d.halfChroma()) {
		if d.wide[i] == nil {
			d.wide[i] = make([]byte, d.mcusX*d.hMax*d.size)
		}
		upsample(d.wide[i], row, factor)
		row = d.wide[i]
	}
	d.rows[i] = row
}

// columnFactor is the number of neighbouring pixels in a row that share a sample.
func (d *decoder) columnFactor(c *component) int { return d.hMax * d.size / (c.h * c.sizeX) }

// halfChroma says whether the picture is luma and chroma, and chroma has half the columns, as
// most pictures. One pass then upsamples and converts.
func (d *decoder) halfChroma() bool {
	c := d.components
	return len(c) == 3 && !d.isRGB() && d.columnFactor(&c[0]) == 1 &&
		d.columnFactor(&c[1]) == 2 && d.columnFactor(&c[2]) == 2
}

// upsample repeats every sample factor times.
func upsample(dst, src []byte, factor int) {
	for i, v := range src {
		for j := range factor {
			dst[i*factor+j] = v
		}
	}
}

// convert converts d.rows to a row of pixels.
func (d *decoder) convert(out []byte) {
	a, b, c, k := d.rows[0], d.rows[1], d.rows[2], d.rows[3]
	switch {
	case len(d.components) == 1:
		convertGray(out, a)
		return
	case d.isRGB():
		convertRGB(out, a, b, c)
	case d.halfChroma():
		convertHalfChroma(out, a, b, c)
	default:
		convertYCbCr(out, a, b, c)
	}
	if len(d.components) == 4 {
		applyBlack(out, k, d.isRGB())
	}
}

// isRGB says whether the first three components are red, green and blue (or cyan, magenta
// and yellow) rather than luma and chroma. It follows libjpeg: the Adobe marker decides if
// there is one.
func (d *decoder) isRGB() bool {
	c := d.components
	switch {
	case len(c) == 4:
		return d.adobe != 2
	case d.jfif:
		return false
	case d.adobe >= 0:
		return d.adobe == 0
	}
	return c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'
}

func convertGray(out, gray []byte) {
	gray = gray[:len(out)/3]
	for i, v := range gray {
		p := out[3*i : 3*i+3 : 3*i+3]
		p[0], p[1], p[2] = v, v, v
	}
}

func convertRGB(out, r, g, b []byte) {
	r = r[:len(out)/3]
	g, b = g[:len(r)], b[:len(r)]
	for i := range r {
		p := out[3*i : 3*i+3 : 3*i+3]
		p[0], p[1], p[2] = r[i], g[i], b[i]
	}
}

// convertYCbCr follows JFIF: R = Y + 1.402 Cr, G = Y - 0.344136 Cb - 0.714136
// Cr, B = Y + 1.772 Cb, with Cb and Cr around 128, in 16-bit fixed point.
func convertYCbCr(out, luma, cb, cr []byte) {
	luma = luma[:len(out)/3]
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for i, y := range luma {
		r, g, b := chroma(cb[i], cr[i])
		putPixel(out[3*i:3*i+3:3*i+3], y, r, g, b)
	}
}

// convertHalfChroma is convertYCbCr for chroma with one sample for two pixels.
func convertHalfChroma(out, luma, cb, cr []byte) {
	pairs := len(out) / 6
	cb, cr = cb[:(len(out)/3+1)/2], cr[:(len(out)/3+1)/2]
	for i := range pairs {
		r, g, b := chroma(cb[i], cr[i])
		two, p := luma[2*i:2*i+2:2*i+2], out[6*i:6*i+6:6*i+6]
		putPixel(p[:3], two[0], r, g, b)
		putPixel(p[3:], two[1], r, g, b)
	}
	if last := len(out) - 6*pairs; last > 0 {
		r, g, b := chroma(cb[pairs], cr[pairs])
		putPixel(out[6*pairs:], luma[2*pairs], r, g, b)
	}
}

// chroma returns the values to add to luma, scaled by 1<<16 and with one half for rounding.
func chroma(cb, cr byte) (r, g, b int32) {
	u, v := int32(cb)-128, int32(cr)-128
	return 91881*v + 1<<15, 1<<15 - 22554*u - 46802*v, 116130*u + 1<<15
}

func putPixel(p []byte, luma byte, r, g, b int32) {
	y := int32(luma) << 16
	p[0], p[1], p[2] = sample((y+r)>>16), sample((y+g)>>16), sample((y+b)>>16)
}

// applyBlack converts CMY, in place, and black to RGB. Files with four components, as Adobe's
// programs write them, store the inks inverted, 255 for none. Inks that are stored as luma
// and chroma are not inverted.
func applyBlack(out, black []byte, inverted bool) {
	flip := byte(0xFF)
	if inverted {
		flip = 0
	}
	for i, k := range black[:len(out)/3] {
		p := out[3*i : 3*i+3 : 3*i+3]
		for c, v := range p {
			p[c] = byte((uint32(v^flip)*uint32(k) + 127) / 255)
		}
	}
}
