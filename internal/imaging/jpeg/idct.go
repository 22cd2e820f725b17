package jpeg

// The inverse transforms are those of the Independent JPEG Group's jidctint.c
// and jidctred.c: Loeffler, Ligtenberg and Moschytz, "Practical fast 1-D DCT
// algorithms with 11 multiplications" (ICASSP 1989), columns first and then rows, in
// integers. The transforms to four and to two samples compute the means of neighbouring
// outputs of the transform to eight. Frequency 4 then cancels out, for two samples 2 and 6
// as well. Constants are scaled by 1<<constBits, values between the passes by 1<<passBits.
const (
	constBits = 13
	passBits  = 2
)

// inverse transforms s.block into w x h samples, each side 1, 2, 4 or 8, at the
// start of dst, and clears it.
func (s *scaling) inverse(dst []byte, stride, w, h int) {
	transformColumns(&s.block, w, h)
	for y := range h {
		row := (*[8]int32)(s.block[8*y:])
		out := dst[y*stride : y*stride+w : y*stride+w]
		switch w {
		case 8:
			row8(out, row)
		case 4:
			row4(out, row)
		case 2:
			row2(out, row)
		default:
			out[0] = sample((row[0] + 128<<(passBits+3) + 1<<(passBits+2)) >> (passBits + 3))
		}
	}
	s.block = [64]int32{}
}

// neededColumns has, by the number of samples in a row, a bit for every column of
// coefficients that is needed.
var neededColumns = [9]uint8{1: 0b00000001, 2: 0b10101011, 4: 0b11101111, 8: 0b11111111}

// transformColumns transforms the columns that rows of w samples need to h values each.
func transformColumns(b *[64]int32, w, h int) {
	needed := neededColumns[w]
	for x := range 8 {
		if needed>>x&1 == 0 {
			continue
		}
		if b[8+x]|b[16+x]|b[24+x]|b[32+x]|b[40+x]|b[48+x]|b[56+x] == 0 || h == 1 {
			if dc := b[x] << passBits; dc != 0 {
				for y := range h {
					b[(8*y+x)&63] = dc
				}
			}
			continue
		}
		switch h {
		case 8:
			column8(b, x)
		case 4:
			column4(b, x)
		case 2:
			column2(b, x)
		}
	}
}

// column8 transforms column x of b in place.
func column8(b *[64]int32, x int) {
	const shift = constBits - passBits
	x &= 7
	e0, e1, e2, e3 := even8(b[x]<<constBits+1<<(shift-1), b[16+x], b[32+x], b[48+x])
	o0, o1, o2, o3 := odd8(b[8+x], b[24+x], b[40+x], b[56+x])
	b[x], b[56+x] = (e0+o0)>>shift, (e0-o0)>>shift
	b[8+x], b[48+x] = (e1+o1)>>shift, (e1-o1)>>shift
	b[16+x], b[40+x] = (e2+o2)>>shift, (e2-o2)>>shift
	b[24+x], b[32+x] = (e3+o3)>>shift, (e3-o3)>>shift
}

// row8 transforms a row into samples.
func row8(dst []byte, w *[8]int32) {
	const shift = constBits + passBits + 3
	_ = dst[7]
	e0, e1, e2, e3 := even8(w[0]<<constBits+128<<shift+1<<(shift-1), w[2], w[4], w[6])
	o0, o1, o2, o3 := odd8(w[1], w[3], w[5], w[7])
	dst[0], dst[7] = sample((e0+o0)>>shift), sample((e0-o0)>>shift)
	dst[1], dst[6] = sample((e1+o1)>>shift), sample((e1-o1)>>shift)
	dst[2], dst[5] = sample((e2+o2)>>shift), sample((e2-o2)>>shift)
	dst[3], dst[4] = sample((e3+o3)>>shift), sample((e3-o3)>>shift)
}

// even8 is the even part of the transform of eight; x0 is scaled already.
func even8(x0, x2, x4, x6 int32) (e0, e1, e2, e3 int32) {
	z := (x2 + x6) * 4433 // 0.541196100
	t2 := z - x6*15137    // 1.847759065
	t3 := z + x2*6270     // 0.765366865
	x4 <<= constBits
	t0, t1 := x0+x4, x0-x4
	return t0 + t3, t1 + t2, t1 - t2, t0 - t3
}

// odd8 is the odd part of the transform of eight.
func odd8(x1, x3, x5, x7 int32) (o0, o1, o2, o3 int32) {
	z1, z2, z3, z4 := x7+x1, x5+x3, x7+x3, x5+x1
	z5 := (z3 + z4) * 9633  // 1.175875602
	z1 *= -7373             // 0.899976223
	z2 *= -20995            // 2.562915447
	z3 = z3*-16069 + z5     // 1.961570560
	z4 = z4*-3196 + z5      // 0.390180644
	o3 = x7*2446 + z1 + z3  // 0.298631336
	o2 = x5*16819 + z2 + z4 // 2.053119869
	o1 = x3*25172 + z2 + z3 // 3.072711026
	o0 = x1*12299 + z1 + z4 // 1.501321110
	return o0, o1, o2, o3
}

// column4 transforms column x of b to four values in place.
func column4(b *[64]int32, x int) {
	const shift = constBits - passBits + 1
	x &= 7
	e0, e1, o0, o1 := parts4(b[x]<<(constBits+1)+1<<(shift-1), b[8+x], b[16+x], b[24+x], b[40+x], b[48+x], b[56+x])
	b[x], b[24+x] = (e0+o0)>>shift, (e0-o0)>>shift
	b[8+x], b[16+x] = (e1+o1)>>shift, (e1-o1)>>shift
}

// row4 transforms a row into four samples.
func row4(dst []byte, w *[8]int32) {
	const shift = constBits + passBits + 3 + 1
	_ = dst[3]
	e0, e1, o0, o1 := parts4(w[0]<<(constBits+1)+128<<shift+1<<(shift-1), w[1], w[2], w[3], w[5], w[6], w[7])
	dst[0], dst[3] = sample((e0+o0)>>shift), sample((e0-o0)>>shift)
	dst[1], dst[2] = sample((e1+o1)>>shift), sample((e1-o1)>>shift)
}

// parts4 returns the even and the odd part of the transform to four; x0 is scaled already.
func parts4(x0, x1, x2, x3, x5, x6, x7 int32) (e0, e1, o0, o1 int32) {
	even := x2*15137 - x6*6270                   // 1.847759065, 0.765366865
	o0 = x1*20995 + x3*7373 - x5*4926 - x7*4176  // 2.562915447, 0.899976223, 0.601344887, 0.509795579
	o1 = x1*8697 - x3*17799 + x5*11893 - x7*1730 // 1.061594337, 2.172734803, 1.451774981, 0.211164243
	return x0 + even, x0 - even, o0, o1
}

// column2 transforms column x of b to two values in place.
func column2(b *[64]int32, x int) {
	const shift = constBits - passBits + 2
	x &= 7
	even := b[x]<<(constBits+2) + 1<<(shift-1)
	odd := odd2(b[8+x], b[24+x], b[40+x], b[56+x])
	b[x], b[8+x] = (even+odd)>>shift, (even-odd)>>shift
}

// row2 transforms a row into two samples.
func row2(dst []byte, w *[8]int32) {
	const shift = constBits + passBits + 3 + 2
	even := w[0]<<(constBits+2) + 128<<shift + 1<<(shift-1)
	odd := odd2(w[1], w[3], w[5], w[7])
	dst[0], dst[1] = sample((even+odd)>>shift), sample((even-odd)>>shift)
}

// odd2 is the odd part of the transform to two.
func odd2(x1, x3, x5, x7 int32) int32 {
	return x1*29692 - x3*10426 + x5*6967 - x7*5906 // 3.624509785, 1.272758580, 0.850430095, 0.720959822
}
