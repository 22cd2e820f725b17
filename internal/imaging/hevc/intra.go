package hevc

// Modes of prediction (table 8-1).
const (
	planar, dc                      = 0, 1
	horizontalMode, vertical34      = 10, 34
	verticalMode, firstVerticalKind = 26, 18
)

// angles are intraPredAngle of the modes from 2 on (table 8-5), and inverseAngles invAngle of
// the modes 11 to 25 (table 8-6).
var (
	angles = [33]int{32, 26, 21, 17, 13, 9, 5, 2, 0, -2, -5, -9, -13, -17, -21, -26, -32,
		-26, -21, -17, -13, -9, -5, -2, 0, 2, 5, 9, 13, 17, 21, 26, 32}
	inverseAngles = [15]int{-4096, -1638, -910, -630, -482, -390, -315, -256, -315, -390, -482, -630, -910, -1638, -4096}
)

// references are the samples around a block of n: the column on its left from the lowest, 2n
// samples below the corner, then the corner, number 2n, then the 2n samples of the row above.
type references [4*32 + 1]int32

// available says whether the sample of luma at (xn, yn) is decoded and may be used for the
// block at (x, y) (6.4.1).
func (d *decoder) available(x, y, xn, yn int) bool {
	if xn < 0 || yn < 0 || xn >= d.sps.w || yn >= d.sps.h {
		return false
	}
	l, shift := d.layout, d.sps.log2MinTB
	if l.minTB[(yn>>shift)*l.minTBStride+xn>>shift] > l.minTB[(y>>shift)*l.minTBStride+x>>shift] {
		return false
	}
	ctb := d.sps.log2CTB
	at, here := (yn>>ctb)*d.sps.ctbW+xn>>ctb, (y>>ctb)*d.sps.ctbW+x>>ctb
	return at == here || d.sliceOf[at] == d.sliceOf[here] && l.tile[at] == l.tile[here]
}

// predict fills a block of component c at (x, y), in its samples, with sides of 1<<log2
// (8.4.4.2).
func (d *decoder) predict(x, y int, log2 uint, c, mode int) {
	n := 1 << log2
	var refs, smooth references
	d.gather(&refs, x, y, n, c)
	p := &refs
	if c == 0 || d.sps.chroma == 3 {
		if d.smoothed(&refs, &smooth, n, c, mode) {
			p = &smooth
		}
	}
	plane := &d.planes[c]
	out := plane.Pix[y*plane.Stride+x:]
	edge := c == 0 && n < 32
	switch mode {
	case planar:
		predictPlanar(out, plane.Stride, p, n, log2)
	case dc:
		predictDC(out, plane.Stride, p, n, log2, edge)
	default:
		d.predictAngle(out, plane.Stride, p, n, mode, edge, int32(1)<<d.sps.depth[c]-1)
	}
}

// gather collects the references, and replaces those that are not there (8.4.4.2.2). A square
// of n samples beside a block of n was decoded as a whole before it, or not at all: five
// places are to be looked at.
func (d *decoder) gather(refs *references, x, y, n, c int) {
	plane := &d.planes[c]
	sx, sy := d.shift(c)
	lx, ly := x<<sx, y<<sy
	below := min(n, plane.H-y-n)
	right := min(n, plane.W-x-n)
	left := d.available(lx, ly, lx-1, ly)
	top := d.available(lx, ly, lx, ly-1)
	corner := d.available(lx, ly, lx-1, ly-1)
	if !d.available(lx, ly, lx-1, (y+n)<<sy) {
		below = 0
	}
	if !d.available(lx, ly, (x+n)<<sx, ly-1) {
		right = 0
	}
	lead := 3*n + 1 // the first that is there
	at := y*plane.Stride + x
	if right > 0 {
		load(refs[3*n+1:], plane.Pix[at-plane.Stride+n:][:right])
	}
	if top {
		lead = 2*n + 1
		load(refs[lead:], plane.Pix[at-plane.Stride:][:n])
	}
	if corner {
		lead = 2 * n
		refs[lead] = int32(plane.Pix[at-plane.Stride-1])
	}
	if left {
		lead = n - below
		for k := range n + below {
			refs[2*n-1-k] = int32(plane.Pix[at+k*plane.Stride-1])
		}
	}
	if lead == 3*n+1 && right == 0 {
		fill(refs[:4*n+1], int32(1)<<(d.sps.depth[c]-1))
		return
	}
	fill(refs[:lead], refs[lead])
	if !corner && left {
		refs[2*n] = refs[2*n-1]
	}
	if !top && (left || corner) {
		fill(refs[2*n+1:3*n+1], refs[2*n])
	}
	fill(refs[3*n+1+right:4*n+1], refs[3*n+right])
}

// load copies a row of samples.
func load(refs []int32, row []uint16) {
	for k, v := range row {
		refs[k] = int32(v)
	}
}

func fill(s []int32, v int32) {
	for i := range s {
		s[i] = v
	}
}

// shift returns by what coordinates of luma are divided for component c.
func (d *decoder) shift(c int) (x, y uint) {
	if c == 0 {
		return 0, 0
	}
	return d.sps.shiftX, d.sps.shiftY
}

// smoothed fills out with filtered references, if the mode asks for it (8.4.4.2.3).
func (d *decoder) smoothed(refs, out *references, n, c, mode int) bool {
	if mode == dc || n == 4 || d.sps.smoothingDisabled {
		return false
	}
	distance := min(abs(mode-verticalMode), abs(mode-horizontalMode))
	if threshold := map8to32(n); distance <= threshold {
		return false
	}
	last := 4 * n
	out[0], out[last] = refs[0], refs[last]
	corner := refs[2*n]
	flat := int32(1) << (d.sps.depth[0] - 5)
	if d.sps.strongSmoothing && c == 0 && n == 32 &&
		abs(corner+refs[last]-2*refs[3*n]) < flat && abs(corner+refs[0]-2*refs[n]) < flat {
		low, high := refs[0], refs[last]
		for i := range int32(64) {
			out[i] = ((64-i)*low + i*corner + 32) >> 6
			out[64+i] = ((64-i)*corner + i*high + 32) >> 6
		}
		return true
	}
	for i := 1; i < last; i++ {
		out[i] = (refs[i-1] + 2*refs[i] + refs[i+1] + 2) >> 2
	}
	return true
}

// map8to32 is intraHorVerDistThres (table 8-4).
func map8to32(n int) int {
	switch n {
	case 8:
		return 7
	case 16:
		return 1
	}
	return 0
}

func abs[T int | int32](v T) T {
	if v < 0 {
		return -v
	}
	return v
}

// predictPlanar is 8.4.4.2.4.
func predictPlanar(out []uint16, stride int, refs *references, n int, log2 uint) {
	top := refs[2*n+1:][:n+1]
	below, right := refs[n-1], top[n]
	for y := range n {
		row := out[y*stride:][:n]
		left := refs[2*n-1-y]
		base := int32(n)*(left+1) + int32(y+1)*below
		step := right - left
		up := int32(n - 1 - y)
		base += step
		for x := range row {
			row[x] = uint16((base + up*top[x]) >> (log2 + 1))
			base += step
		}
	}
}

// predictDC is 8.4.4.2.5.
func predictDC(out []uint16, stride int, refs *references, n int, log2 uint, edge bool) {
	sum := int32(n)
	for i := range n {
		sum += refs[n+i] + refs[2*n+1+i]
	}
	mean := sum >> (log2 + 1)
	for y := range n {
		row := out[y*stride:][:n]
		for x := range row {
			row[x] = uint16(mean)
		}
	}
	if !edge {
		return
	}
	out[0] = uint16((refs[2*n-1] + 2*mean + refs[2*n+1] + 2) >> 2)
	for i := 1; i < n; i++ {
		out[i] = uint16((refs[2*n+1+i] + 3*mean + 2) >> 2)
		out[i*stride] = uint16((refs[2*n-1-i] + 3*mean + 2) >> 2)
	}
}

// predictAngle is 8.4.4.2.6. For the modes beside the horizontal one, the block is predicted
// with left and above exchanged.
func (d *decoder) predictAngle(out []uint16, stride int, refs *references, n, mode int, edge bool, most int32) {
	angle, across := angles[mode-2], mode < firstVerticalKind
	// main[32+i] is ref[i] of the standard, the samples along which the block is predicted.
	var main [32 + 66]int32
	for i := range 2*n + 1 {
		if across {
			main[32+i] = refs[2*n-i]
		} else {
			main[32+i] = refs[2*n+i]
		}
	}
	if low := n * angle >> 5; angle < 0 && low < -1 {
		inverse := inverseAngles[mode-11]
		for i := low; i < 0; i++ {
			k := (i*inverse + 128) >> 8
			if across {
				main[32+i] = refs[2*n+k]
			} else {
				main[32+i] = refs[2*n-k]
			}
		}
	}
	if across {
		predictAcross(out, stride, &main, n, angle)
	} else {
		for y := range n {
			whole, part := (y+1)*angle>>5, int32((y+1)*angle&31)
			interpolate(out[y*stride:][:n], main[33+whole:][:n+1], part)
		}
	}
	if angle == 0 && edge {
		corner := refs[2*n]
		for i := range n {
			if across {
				out[i] = uint16(min(max(refs[2*n-1]+(refs[2*n+1+i]-corner)>>1, 0), most))
			} else {
				out[i*stride] = uint16(min(max(refs[2*n+1]+(refs[2*n-1-i]-corner)>>1, 0), most))
			}
		}
	}
}

// predictAcross predicts column by column.
func predictAcross(out []uint16, stride int, main *[98]int32, n, angle int) {
	var column [32]uint16
	for x := range n {
		whole, part := (x+1)*angle>>5, int32((x+1)*angle&31)
		interpolate(column[:n], main[33+whole:][:n+1], part)
		for y, v := range column[:n] {
			out[y*stride+x] = v
		}
	}
}

// interpolate fills a row with references between those of from.
func interpolate(row []uint16, from []int32, part int32) {
	if part == 0 {
		for x := range row {
			row[x] = uint16(from[x])
		}
		return
	}
	v := from[0]
	from = from[1:]
	for x := range row {
		w := from[x]
		row[x] = uint16(((32-part)*v + part*w + 16) >> 5)
		v = w
	}
}
