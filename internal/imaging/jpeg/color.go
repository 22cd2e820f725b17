package jpeg

// emit makes pixels of the samples of a row of MCUs.
func (d *decoder) emit(mcuRow int) {
	height := d.vMax * d.size
	for y := range min(height, d.outH-mcuRow*height) {
		out := d.pix[3*d.outW*(mcuRow*height+y):][:3*d.outW]
		for i := range d.components {
			c := &d.components[i]
			factor := height / (c.v * c.size)
			c.upsample(d.rows[i], y/factor, d.hMax*d.size/(c.h*c.size))
		}
		d.convert(out)
	}
}

// upsample repeats every sample of row y of the plane factor times.
func (c *component) upsample(dst []byte, y, factor int) {
	src := c.plane[y*c.stride:][:c.stride]
	switch factor {
	case 1:
		copy(dst, src)
	case 2:
		dst = dst[:2*len(src)]
		for i, v := range src {
			dst[2*i], dst[2*i+1] = v, v
		}
	default:
		for i, v := range src {
			for j := range factor {
				dst[i*factor+j] = v
			}
		}
	}
}

// convert makes a row of pixels of d.rows.
func (d *decoder) convert(out []byte) {
	a, b, c, k := d.rows[0], d.rows[1], d.rows[2], d.rows[3]
	switch {
	case len(d.components) == 1:
		convertGray(out, a)
		return
	case d.isRGB():
		convertRGB(out, a, b, c)
	default:
		convertYCbCr(out, a, b, c)
	}
	if len(d.components) == 4 {
		applyBlack(out, k, d.isRGB())
	}
}

// isRGB tells whether the first three components are red, green and blue (or
// cyan, magenta and yellow) rather than luma and chroma: by the Adobe marker
// if there is one, as libjpeg does it.
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
	for i := range luma {
		p := out[3*i : 3*i+3 : 3*i+3]
		y, b, r := int32(luma[i])<<16+1<<15, int32(cb[i])-128, int32(cr[i])-128
		p[0] = sample((y + 91881*r) >> 16)
		p[1] = sample((y - 22554*b - 46802*r) >> 16)
		p[2] = sample((y + 116130*b) >> 16)
	}
}

// applyBlack makes RGB of CMY, in place, and black. In all files of four
// components that are met, as Adobe's programs write them, the inks are stored
// inverted, 255 for none. Those that come as luma and chroma are not.
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
