package capturesim

import "exemplar/internal/reuse"

// jpeg changes the picture as if it were encoded as JPEG with the given quality (1..100)
// and decoded: 8 x 8 DCT, quantisation with the tables of Annex K scaled as libjpeg
// does, colour at half the resolution. Entropy coding is lossless and therefore left out.
func (f *frame) jpeg(s *scratch, quality int) {
	w, h := (f.w+15)&^15, (f.h+15)&^15
	for c := range s.planes {
		s.planes[c] = reuse.Slice(s.planes[c], w*h)
	}
	f.toPlanes(s, w, h)
	lumaTable, chromaTable := quantizer(&lumaSteps, quality), quantizer(&chromaSteps, quality)
	quantizePlane(s.planes[0], w, h, lumaTable)
	quantizePlane(s.planes[1], w/2, h/2, chromaTable)
	quantizePlane(s.planes[2], w/2, h/2, chromaTable)
	f.fromPlanes(s, w)
}

// toPlanes converts to Y at full and Cb, Cr at half resolution, all centred on 0 (JFIF
// 1.02). The last row and column are repeated up to w by h.
func (f *frame) toPlanes(s *scratch, w, h int) {
	for y := 0; y < h; y += 2 {
		upper, lower := f.row(min(y, f.h-1)), f.row(min(y+1, f.h-1))
		lumaUp, lumaLow := s.planes[0][y*w:][:w], s.planes[0][(y+1)*w:][:w]
		cb, cr := s.planes[1][y/2*(w/2):][:w/2], s.planes[2][y/2*(w/2):][:w/2]
		last := f.w - 1
		for x := range cb {
			x0, x1 := min(2*x, last), min(2*x+1, last)
			a, b, c, d := upper[x0], upper[x1], lower[x0], lower[x1]
			lumaUp[2*x], lumaUp[2*x+1] = lumaOf(a), lumaOf(b)
			lumaLow[2*x], lumaLow[2*x+1] = lumaOf(c), lumaOf(d)
			sum := a + b + c + d // at most 1020 in a lane
			red, green, blue := float32(sum&0xffff), float32(sum>>16&0xffff), float32(sum>>32)
			cb[x] = (-0.168736*red - 0.331264*green + 0.5*blue) / 4
			cr[x] = (0.5*red - 0.418688*green - 0.081312*blue) / 4
		}
	}
}

func lumaOf(p uint64) float32 {
	return lumaR*float32(p&255) + lumaG*float32(p>>16&255) + lumaB*float32(p>>32) - 128
}

func (f *frame) fromPlanes(s *scratch, w int) {
	for y := range f.h {
		row := f.row(y)
		luma := s.planes[0][y*w:][:w]
		cb, cr := s.planes[1][y/2*(w/2):][:w/2], s.planes[2][y/2*(w/2):][:w/2]
		for x := range row {
			v, b, r := luma[x]+128.5, cb[x/2], cr[x/2]
			row[x] = uint64(clip8(v+1.402*r)) | uint64(clip8(v-0.344136*b-0.714136*r))<<16 | uint64(clip8(v+1.772*b))<<32
		}
	}
}

// clip8 truncates to an integer in 0..255. The caller has added one half for rounding.
func clip8(v float32) int32 {
	i := int32(v)
	if uint32(i) > 255 {
		if i < 0 {
			return 0
		}
		return 255
	}
	return i
}

// lumaSteps and chromaSteps are tables K.1 and K.2 of ITU-T T.81.
var lumaSteps = [64]int{
	16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
	14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
	18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
	49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
}

var chromaSteps = [64]int{
	17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
	24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
}

// steps holds the factors of each coefficient: before rounding to quantise, and after it
// to restore. Both include the scale of the transforms below.
type steps struct{ before, after [64]float32 }

// aanScale are the factors, in each dimension, between the transforms below and the DCT:
// cos(k pi/16) * sqrt 2, and 1 for k = 0.
var aanScale = [8]float64{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}

func quantizer(base *[64]int, quality int) *steps {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / max(1, quality)
	}
	var q steps
	for i, b := range base {
		step := float64(clamp((b*scale+50)/100, 1, 255))
		k := aanScale[i/8] * aanScale[i%8]
		q.before[i] = float32(1 / (step * k * 8))
		q.after[i] = float32(step * k / 8)
	}
	return &q
}

// quantizePlane transforms every block, quantises it, and transforms it back.
func quantizePlane(plane []float32, w, h int, q *steps) {
	var block [64]float32
	for y := 0; y < h; y += 8 {
		for x := 0; x < w; x += 8 {
			for i := range 8 {
				copy(block[8*i:8*i+8], plane[(y+i)*w+x:])
			}
			quantizeBlock(&block, q)
			for i := range 8 {
				copy(plane[(y+i)*w+x:][:8], block[8*i:8*i+8])
			}
		}
	}
}

// roundBias is 1.5 * 2^23. Adding and subtracting it rounds a float32 below 2^22 to the
// nearest integer.
const roundBias = 12582912

func quantizeBlock(b *[64]float32, q *steps) {
	for i := 0; i < 64; i += 8 {
		forwardDCT((*[64]float32)(b), i, 1)
	}
	for i := range 8 {
		forwardDCT(b, i, 8)
	}
	for i := range b {
		v := b[i]*q.before[i] + roundBias
		b[i] = (v - roundBias) * q.after[i]
	}
	for i := range 8 {
		inverseDCT(b, i, 8)
	}
	for i := 0; i < 64; i += 8 {
		inverseDCT(b, i, 1)
	}
}

// forwardDCT is the scaled 8-point DCT of Arai, Agui and Nakajima (1988) as in
// Pennebaker and Mitchell, figure 4-8: five multiplications. It works on the
// eight values at, at+step, at+2*step ...
func forwardDCT(b *[64]float32, at, step int) {
	i0, i1, i2, i3 := at, at+step, at+2*step, at+3*step
	i4, i5, i6, i7 := at+4*step, at+5*step, at+6*step, at+7*step
	t0, t7 := b[i0&63]+b[i7&63], b[i0&63]-b[i7&63]
	t1, t6 := b[i1&63]+b[i6&63], b[i1&63]-b[i6&63]
	t2, t5 := b[i2&63]+b[i5&63], b[i2&63]-b[i5&63]
	t3, t4 := b[i3&63]+b[i4&63], b[i3&63]-b[i4&63]

	e0, e3 := t0+t3, t0-t3
	e1, e2 := t1+t2, t1-t2
	b[i0&63], b[i4&63] = e0+e1, e0-e1
	z1 := (e2 + e3) * 0.707106781
	b[i2&63], b[i6&63] = e3+z1, e3-z1

	o0, o1, o2 := t4+t5, t5+t6, t6+t7
	z5 := (o0 - o2) * 0.382683433
	z2 := 0.541196100*o0 + z5
	z4 := 1.306562965*o2 + z5
	z3 := o1 * 0.707106781
	z11, z13 := t7+z3, t7-z3
	b[i5&63], b[i3&63] = z13+z2, z13-z2
	b[i1&63], b[i7&63] = z11+z4, z11-z4
}

// inverseDCT inverts forwardDCT up to scale, which steps.after includes.
func inverseDCT(b *[64]float32, at, step int) {
	i0, i1, i2, i3 := at, at+step, at+2*step, at+3*step
	i4, i5, i6, i7 := at+4*step, at+5*step, at+6*step, at+7*step
	t10, t11 := b[i0&63]+b[i4&63], b[i0&63]-b[i4&63]
	t13 := b[i2&63] + b[i6&63]
	t12 := (b[i2&63]-b[i6&63])*1.414213562 - t13
	t0, t3 := t10+t13, t10-t13
	t1, t2 := t11+t12, t11-t12

	z13, z10 := b[i5&63]+b[i3&63], b[i5&63]-b[i3&63]
	z11, z12 := b[i1&63]+b[i7&63], b[i1&63]-b[i7&63]
	t7 := z11 + z13
	t11 = (z11 - z13) * 1.414213562
	z5 := (z10 + z12) * 1.847759065
	t10 = z5 - z12*1.082392200
	t12 = z5 - z10*2.613125930
	t6 := t12 - t7
	t5 := t11 - t6
	t4 := t10 - t5
	b[i0&63], b[i7&63] = t0+t7, t0-t7
	b[i1&63], b[i6&63] = t1+t6, t1-t6
	b[i2&63], b[i5&63] = t2+t5, t2-t5
	b[i3&63], b[i4&63] = t3+t4, t3-t4
}
