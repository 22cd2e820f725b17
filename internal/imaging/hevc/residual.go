package hevc

// point is the place of a coefficient or of a sub-block.
type point struct{ x, y uint8 }

// The orders of scanning (6.5.3 to 6.5.5), for blocks of 2, 4 and 8.
var (
	diagonal2, diagonal4, diagonal8 = [4]point(diagonal(2)), [16]point(diagonal(4)), [64]point(diagonal(8))
	// scans4 are the orders of coefficients in a sub-block, and scans the orders of sub-blocks
	// in a block of 1, 2, 4 and 8 of them: diagonal, horizontal, vertical.
	scans4 = [3][16]point{diagonal4, [16]point(horizontal(4)), [16]point(vertical(4))}
	scans  = [4][3][]point{
		{{{}}, {{}}, {{}}},
		{diagonal2[:], horizontal(2), vertical(2)},
		{diagonal4[:], horizontal(4), vertical(4)},
		{diagonal8[:], horizontal(8), vertical(8)},
	}
)

// diagonal goes from the lower left to the upper right of each diagonal.
func diagonal(n int) (order []point) {
	for sum := range 2*n - 1 {
		for x := range n {
			if y := sum - x; y >= 0 && y < n {
				order = append(order, point{uint8(x), uint8(y)})
			}
		}
	}
	return order
}

func horizontal(n int) (order []point) {
	for y := range n {
		for x := range n {
			order = append(order, point{uint8(x), uint8(y)})
		}
	}
	return order
}

func vertical(n int) (order []point) {
	for x := range n {
		for y := range n {
			order = append(order, point{uint8(x), uint8(y)})
		}
	}
	return order
}

// significance is sigCtx by the coded neighbours of a sub-block and by the place in it
// (equation 9-42 and following); smallSignificance is that of blocks of 4 samples (table 9-50).
var significance, smallSignificance = func() (s [4][16]uint8, small [16]uint8) {
	small = [16]uint8{0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8}
	for y := range 4 {
		for x := range 4 {
			at := 4*y + x
			s[0][at] = uint8(max(0, 2-(x+y+1)/2))
			s[1][at], s[2][at], s[3][at] = uint8(max(0, 2-y)), uint8(max(0, 2-x)), 2
		}
	}
	return
}()

// residual reads residual_coding (7.3.8.11) of a block of component c with sides of 1<<log2
// samples, whose mode of prediction is given, multiplies the coefficients by their factors
// (8.6.4.2), and adds the differences that they stand for to the picture at (x, y).
func (d *decoder) residual(x, y int, log2 uint, c, mode int) {
	cab := &d.cabac
	chroma := min(c, 1)
	skip := false
	if d.pps.transformSkip && !d.bypass && log2 <= d.pps.log2MaxTransformSkip {
		skip = cab.flag(ctxTransformSkip + chroma)
	}
	scan := scanOf(log2, c, mode, d.sps.chroma)
	lastX, lastY := d.lastPosition(log2, chroma, scan)
	b := block{log2: log2, c: c, scan: scan, bypass: d.bypass}
	b.factor(d, skip)
	d.readCoefficients(&b, lastX, lastY)
	d.addResidual(&b, x, y, skip, mode)
}

// scanOf returns the order of scanning: 0 diagonal, 1 horizontal, 2 vertical (7.4.9.11).
func scanOf(log2 uint, c, mode, chroma int) int {
	if log2 == 2 || log2 == 3 && (c == 0 || chroma == 3) {
		switch {
		case mode >= 6 && mode <= 14:
			return 2
		case mode >= 22 && mode <= 30:
			return 1
		}
	}
	return 0
}

// lastPosition reads where the last coefficient is.
func (d *decoder) lastPosition(log2 uint, chroma, scan int) (x, y int) {
	cab := &d.cabac
	offset, shift := int(3*(log2-2)+(log2-1)>>2), (log2+1)>>2
	if chroma == 1 {
		offset, shift = 15, log2-2
	}
	most := int(2*log2 - 1)
	prefix := func(ctx int) int {
		n := 0
		for n < most && cab.flag(ctx+offset+n>>shift) {
			n++
		}
		return n
	}
	x, y = prefix(ctxLastX), prefix(ctxLastY)
	suffix := func(prefix int) int {
		if prefix <= 3 {
			return prefix
		}
		n := prefix>>1 - 1
		return (2+prefix&1)<<n + cab.bypasses(n)
	}
	x = suffix(x)
	y = suffix(y)
	if scan == 2 {
		x, y = y, x
	}
	return x, y
}

// block is a block of coefficients while it is read.
type block struct {
	log2   uint
	c      int
	scan   int
	bypass bool

	// A coefficient becomes (v * flat + round) >> shift, or with lists
	// (v * list[at] * scale + round) >> shift.
	flat, scale, round int
	shift              uint
	list               []uint8

	maxX, maxY int // of the coefficients that are not zero
}

// levelScale is equation 8-308.
var levelScale = [6]int{40, 45, 51, 57, 64, 72}

// factor sets by what coefficients are multiplied.
func (b *block) factor(d *decoder, skip bool) {
	if b.bypass {
		return
	}
	qp := d.qp[b.c]
	b.shift = uint(d.sps.depth[b.c]) + b.log2 - 5
	b.round = 1 << (b.shift - 1)
	b.scale = levelScale[qp%6] << (qp / 6)
	b.flat = 16 * b.scale
	if lists := d.scaling; lists != nil && !(skip && b.log2 > 2) {
		b.list = lists[b.log2-2][b.c]
	}
}

// readCoefficients reads the coefficients, from the last one on, into d.coefs, row by row.
func (d *decoder) readCoefficients(b *block, lastX, lastY int) {
	cab := &d.cabac
	side := 1 << (b.log2 - 2) // in sub-blocks
	order, subBlocks := &scans4[b.scan], scans[b.log2-2][b.scan]
	last := 0
	for subBlocks[last] != (point{uint8(lastX >> 2), uint8(lastY >> 2)}) {
		last++
	}
	lastPos := 0
	for order[lastPos] != (point{uint8(lastX & 3), uint8(lastY & 3)}) {
		lastPos++
	}
	chroma := min(b.c, 1)
	codedAt := &d.coded // with a margin to the right and below
	for i := range (side + 1) * 9 {
		codedAt[i] = 0
	}
	greaterZero := false // the last greater1Ctx of the sub-block before was 0
	var found [16]uint8  // places of coefficients in their order
	for i := last; i >= 0; i-- {
		sub := subBlocks[i]
		at := int(sub.y)*9 + int(sub.x)
		neighbours := codedAt[at+1] | codedAt[at+9]<<1
		coded, infer := true, false
		if i < last && i > 0 {
			coded = cab.flag(ctxCodedSubBlock + 2*chroma + min(int(neighbours), 1))
			infer = true
		}
		if !coded {
			continue
		}
		codedAt[at] = 1
		n, count := 15, 0
		if i == last {
			n, count = lastPos-1, 1
			found[0] = uint8(lastPos)
		}
		table, base := &smallSignificance, ctxSignificant+27*chroma
		if b.log2 > 2 {
			table = &significance[neighbours]
			base += significanceOffset(b, i > 0)
		}
		for ; n > 0; n-- {
			p := order[n]
			if cab.bin(base+int(table[p.y<<2|p.x])) != 0 {
				found[count&15] = uint8(n)
				count++
				infer = false
			}
		}
		if n == 0 {
			ctx := base + int(table[0])
			if i == 0 && b.log2 > 2 {
				ctx = ctxSignificant + 27*chroma
			}
			if infer || cab.bin(ctx) != 0 {
				found[count&15] = 0
				count++
			}
		}
		if count > 0 {
			greaterZero = d.readLevels(b, sub, found[:count], i, greaterZero)
		}
	}
}

// significanceOffset returns the part of sigCtx that is the same in a sub-block.
func significanceOffset(b *block, notFirst bool) int {
	if b.c > 0 {
		if b.log2 == 3 {
			return 9
		}
		return 12
	}
	offset := 21
	if b.log2 == 3 {
		if offset = 15; b.scan == 0 {
			offset = 9
		}
	}
	if notFirst {
		offset += 3
	}
	return offset
}

// readLevels reads the values of the coefficients of a sub-block at the given places, and
// stores them. It returns whether the last greater1Ctx was 0.
func (d *decoder) readLevels(b *block, sub point, found []uint8, index int, greaterZero bool) bool {
	cab := &d.cabac
	chroma := min(b.c, 1)
	set := 0
	if index > 0 && b.c == 0 {
		set = 2
	}
	if greaterZero {
		set++
	}
	var levels [16]int
	for i := range found {
		levels[i&15] = 1
	}
	ctx, firstGreater := 1, -1
	coded := min(len(found), 8)
	for i := range coded {
		if cab.bin(ctxGreater1+16*chroma+4*set+ctx) != 0 {
			levels[i&15] = 2
			ctx = 0
			if firstGreater < 0 {
				firstGreater = i
			}
		} else if ctx > 0 && ctx < 3 {
			ctx++
		}
	}
	if firstGreater >= 0 {
		levels[firstGreater&15] += cab.bin(ctxGreater2 + 4*chroma + set)
	}
	hidden := d.pps.signHiding && !b.bypass && int(found[0])-int(found[len(found)-1]) > 3
	signCount := len(found)
	if hidden {
		signCount--
	}
	signs := cab.bypasses(signCount) << (16 - signCount)
	rice, sum := uint(0), 0
	for i := range found {
		base := levels[i&15]
		most := 1 // what the flags can say
		if i < 8 {
			if most = 2; i == firstGreater {
				most = 3
			}
		}
		if base == most {
			base += d.remaining(rice)
			if base > 3<<rice {
				rice = min(rice+1, 4)
			}
		}
		sum += base
		if signs&0x8000 != 0 {
			base = -base
		}
		signs <<= 1
		if hidden && i == len(found)-1 && sum&1 == 1 {
			base = -base
		}
		d.store(b, sub, scans4[b.scan][found[i]&15], base)
	}
	return ctx == 0
}

// remaining reads coeff_abs_level_remaining (9.3.3.11).
func (d *decoder) remaining(rice uint) int {
	cab := &d.cabac
	prefix := 0
	for prefix < 32 && cab.bypass() != 0 {
		prefix++
	}
	if prefix <= 3 {
		return prefix<<rice + cab.bypasses(int(rice))
	}
	n := prefix - 3
	return (1<<n+3-1)<<rice + cab.bypasses(min(n+int(rice), 32))
}

// store multiplies a coefficient by its factor and stores it.
func (d *decoder) store(b *block, sub, p point, v int) {
	x, y := int(sub.x<<2|p.x), int(sub.y<<2|p.y)
	at := y<<b.log2 | x
	v = min(max(v, -1<<15), 1<<15-1)
	switch {
	case b.bypass:
	case b.list != nil:
		v = (v*int(b.list[at])*b.scale + b.round) >> b.shift
	default:
		v = (v*b.flat + b.round) >> b.shift
	}
	d.coefs[at&1023] = int32(min(max(v, -1<<15), 1<<15-1))
	b.maxX, b.maxY = max(b.maxX, x), max(b.maxY, y)
}
