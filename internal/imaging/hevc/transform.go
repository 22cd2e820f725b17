package hevc

// cosines is the transform matrix (equations 8-313 to 8-316): the rows of the transform of
// 32 samples; those of smaller ones are among them.
var cosines = func() (m [32][32]int32) {
	// The first column of samples of each row: 64 * sqrt(2) * cos(k * pi / 64), as the
	// standard rounds it. All other entries are these with a sign.
	first := [32]int32{64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67,
		64, 61, 57, 54, 50, 46, 43, 38, 36, 31, 25, 22, 18, 13, 9, 4}
	for k := range 32 {
		for n := range 32 {
			// cos(k * (2n + 1) * pi / 64), reduced to the first quarter
			angle := k * (2*n + 1) % 128
			if angle > 64 {
				angle = 128 - angle
			}
			switch {
			case k == 0:
				m[k][n] = 64
			case angle == 32:
				m[k][n] = 0
			case angle < 32:
				m[k][n] = first[angle]
			default:
				m[k][n] = -first[64-angle]
			}
		}
	}
	return m
}()

// odd are the odd rows of the transforms of 8, 16 and 32 samples: odd[1][j][n] multiplies
// coefficient 2j+1 for sample n of the first half, and so on.
var odd8, odd16, odd32 = func() (o8 [4][4]int32, o16 [8][8]int32, o32 [16][16]int32) {
	for j := range 16 {
		for n := range 16 {
			o32[j][n] = cosines[2*j+1][n]
			if j < 8 && n < 8 {
				o16[j][n] = cosines[2*(2*j+1)][n]
			}
			if j < 4 && n < 4 {
				o8[j][n] = cosines[4*(2*j+1)][n]
			}
		}
	}
	return
}()

// inverse4 to inverse32 transform one line of coefficients c (8.6.4.2), of which those from
// most on are zero, to the sums out. Even coefficients are those of the transform of half the
// size (as in Budagavi et al., Core transform design in HEVC, IEEE JSTSP 2013).

func inverse4(c *[32]int32, step int, out *[32]int32) {
	c0, c1, c2, c3 := c[0], c[step&31], c[2*step&31], c[3*step&31]
	e0, e1 := 64*(c0+c2), 64*(c0-c2)
	o0, o1 := 83*c1+36*c3, 36*c1-83*c3
	out[0], out[1], out[2], out[3] = e0+o0, e1+o1, e1-o1, e0-o0
}

func inverse8(c *[32]int32, step, most int, out *[32]int32) {
	var o [4]int32
	for j := 0; (2*j+1)*step < most && j < 4; j++ {
		v, row := c[(2*j+1)*step&31], &odd8[j]
		o[0] += row[0] * v
		o[1] += row[1] * v
		o[2] += row[2] * v
		o[3] += row[3] * v
	}
	inverse4(c, 2*step, out)
	for n := range 4 {
		e := out[n]
		out[n], out[7-n] = e+o[n], e-o[n]
	}
}

func inverse16(c *[32]int32, step, most int, out *[32]int32) {
	var o [8]int32
	for j := 0; (2*j+1)*step < most && j < 8; j++ {
		v, row := c[(2*j+1)*step&31], &odd16[j]
		if v == 0 {
			continue
		}
		for n := range o {
			o[n] += row[n] * v
		}
	}
	inverse8(c, 2*step, most, out)
	for n := range 8 {
		e := out[n]
		out[n], out[15-n] = e+o[n], e-o[n]
	}
}

func inverse32(c *[32]int32, most int, out *[32]int32) {
	var o [16]int32
	for j := 0; 2*j+1 < most && j < 16; j++ {
		v, row := c[2*j+1], &odd32[j]
		if v == 0 {
			continue
		}
		for n := range o {
			o[n] += row[n] * v
		}
	}
	inverse16(c, 2, most, out)
	for n := range 16 {
		e := out[n]
		out[n], out[31-n] = e+o[n], e-o[n]
	}
}

// inverseSine transforms a line of 4 differences of luma (equation 8-310).
func inverseSine(c, out *[32]int32) {
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	out[0] = 29*c0 + 74*c1 + 84*c2 + 55*c3
	out[1] = 55*c0 + 74*c1 - 29*c2 - 84*c3
	out[2] = 74*c0 - 74*c2 + 74*c3
	out[3] = 84*c0 - 74*c1 + 55*c2 - 29*c3
}

// addResidual transforms the coefficients of a block and adds the differences to the picture.
// It leaves zeros in d.coefs.
func (d *decoder) addResidual(b *block, x, y int, skip bool, mode int) {
	n := 1 << b.log2
	depth := d.sps.depth[b.c]
	p := &d.planes[b.c]
	switch {
	case b.bypass:
	case skip:
		d.skipTransform(b, depth)
	case b.maxX == 0 && b.maxY == 0 && !(b.c == 0 && b.log2 == 2):
		v := (64*d.coefs[0] + 64) >> 7
		shift := uint(20 - depth)
		v = (64*v + 1<<(shift-1)) >> shift
		d.coefs[0] = 0
		for row := range n {
			addConstant(p.Pix[(y+row)*p.Stride+x:][:n], v, int32(1)<<depth-1)
		}
		return
	default:
		d.transform(b, depth)
		b.maxX, b.maxY = n-1, n-1
	}
	most := int32(1)<<depth - 1
	for row := range b.maxY + 1 {
		diff := d.coefs[row<<b.log2:][:b.maxX+1]
		out := p.Pix[(y+row)*p.Stride+x:][:len(diff)]
		for i, v := range diff {
			out[i] = uint16(min(max(int32(out[i])+v, 0), most))
		}
		clear(diff)
	}
}

func addConstant(out []uint16, v, most int32) {
	for i, s := range out {
		out[i] = uint16(min(max(int32(s)+v, 0), most))
	}
}

// skipTransform scales differences that were coded as they are (8.6.4.2, rotation and
// extended precision aside).
func (d *decoder) skipTransform(b *block, depth int) {
	up, down := 5+b.log2, uint(20-depth)
	for row := range b.maxY + 1 {
		line := d.coefs[row<<b.log2:][:b.maxX+1]
		for i, v := range line {
			line[i] = (v<<up + 1<<(down-1)) >> down
		}
	}
}

// transform transforms the coefficients, first columns and then rows.
func (d *decoder) transform(b *block, depth int) {
	log2, n := b.log2, 1<<b.log2
	var line, out [32]int32
	for x := range b.maxX + 1 {
		for y := range b.maxY + 1 {
			line[y] = d.coefs[(y<<log2|x)&1023]
		}
		d.inverse(b, &line, b.maxY+1, &out)
		for y := range n {
			d.coefs[(y<<log2|x)&1023] = min(max((out[y&31]+64)>>7, -1<<15), 1<<15-1)
		}
	}
	shift := uint(20 - depth)
	round := int32(1) << (shift - 1)
	for i := range line {
		line[i] = 0
	}
	for y := range n {
		row := d.coefs[y<<log2:][:n]
		copy(line[:], row[:b.maxX+1])
		d.inverse(b, &line, b.maxX+1, &out)
		for x := range row {
			row[x] = (out[x&31] + round) >> (shift & 31)
		}
	}
}

// inverse transforms one line, of which most coefficients may not be zero.
func (d *decoder) inverse(b *block, line *[32]int32, most int, out *[32]int32) {
	switch b.log2 {
	case 2:
		if b.c == 0 {
			inverseSine(line, out)
		} else {
			inverse4(line, 1, out)
		}
	case 3:
		inverse8(line, 1, most, out)
	case 4:
		inverse16(line, 1, most, out)
	default:
		inverse32(line, most, out)
	}
}
