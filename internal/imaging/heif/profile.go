package heif

import (
	"encoding/binary"
	"math"

	"exemplar/internal/imaging/hevc"
)

// profile converts colours to sRGB.
type profile struct {
	linear [3][256]float32 // of a byte of red, green and blue
	matrix [3][3]float32   // linear to linear sRGB
}

// profile returns the conversion that a picture needs, or nil. An ICC profile counts more than
// the numbers of nclx; a property of the picture itself more than one of its first part, and
// that more than what the stream says.
func (b *builder) profile(it *item, s *source) *profile {
	for s.kind != coded && len(s.parts) > 0 {
		s = s.parts[0].source
	}
	for _, it := range []*item{it, s.item} {
		if icc := b.meta.icc(it); icc != nil {
			return fromICC(icc)
		}
	}
	for _, c := range []hevc.Colour{b.meta.nclx(it), s.nclx, s.params.Colour()} {
		if c.Known && c.Primaries != unspecified {
			return fromNumbers(c)
		}
	}
	return nil
}

// icc returns the ICC profile of an item, or nil.
func (m *meta) icc(it *item) []byte {
	if it == nil {
		return nil
	}
	for _, n := range it.uses {
		if n < len(m.properties) && m.properties[n].kind == "colr" {
			if b := m.properties[n].body; len(b) > 4 && (string(b[:4]) == "prof" || string(b[:4]) == "rICC") {
				return b[4:]
			}
		}
	}
	return nil
}

// fromXYZ is from CIE XYZ with the white D50, in which ICC profiles are, to linear sRGB: the
// inverse of the matrix of sRGB's own ICC profile (IEC 61966-2-1, adapted by Bradford).
var fromXYZ = inverse([3][3]float64{
	{0.4360747, 0.3850649, 0.1430804},
	{0.2225045, 0.7168786, 0.0606169},
	{0.0139322, 0.0971045, 0.7141733},
})

// fromICC reads a profile of three curves and a matrix (ICC.1, F.3). Of others, which tables
// define, the result is nil: the colours stay as they are.
func fromICC(icc []byte) *profile {
	const header, signatureAt = 128, 16
	if len(icc) < header+4 || string(icc[signatureAt:signatureAt+4]) != "RGB " {
		return nil
	}
	tags := map[string][]byte{}
	r := &reader{b: icc[header:]}
	for range min(r.uint(4), 100) {
		name, offset, size := r.fourCC(), r.uint(4), r.uint(4)
		if offset < uint64(len(icc)) {
			tags[name] = icc[offset:min(offset+size, uint64(len(icc)))]
		}
	}
	p := &profile{}
	var toXYZ [3][3]float64
	for c, name := range []string{"r", "g", "b"} {
		column, curve := tags[name+"XYZ"], readCurve(tags[name+"TRC"])
		if len(column) < 20 || curve == nil {
			return nil
		}
		for i := range 3 {
			toXYZ[i][c] = fixed(column[8+4*i:])
		}
		for v := range 256 {
			p.linear[c][v] = float32(curve(float64(v) / 255))
		}
	}
	return p.with(product(fromXYZ, toXYZ))
}

func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve reads a tone curve (ICC.1, 10.6 and 10.18), from [0, 1] to [0, 1].
func readCurve(b []byte) func(float64) float64 {
	if len(b) < 12 {
		return nil
	}
	switch string(b[:4]) {
	case "curv":
		n := int(binary.BigEndian.Uint32(b[8:]))
		table := b[12:]
		switch {
		case n == 0:
			return func(x float64) float64 { return x }
		case n < 0 || n > len(table)/2:
			return nil
		case n == 1:
			gamma := float64(binary.BigEndian.Uint16(table)) / 256
			return func(x float64) float64 { return math.Pow(x, gamma) }
		}
		return func(x float64) float64 {
			at := x * float64(n-1)
			i := min(int(at), n-2)
			low, high := float64(binary.BigEndian.Uint16(table[2*i:])), float64(binary.BigEndian.Uint16(table[2*i+2:]))
			return (low + (high-low)*(at-float64(i))) / 65535
		}
	case "para":
		return parametric(int(binary.BigEndian.Uint16(b[8:])), b[12:])
	}
	return nil
}

// parametric returns a curve of table 68 of ICC.1.
func parametric(kind int, b []byte) func(float64) float64 {
	counts := [5]int{1, 3, 4, 5, 7}
	if kind < 0 || kind > 4 || len(b) < 4*counts[kind] {
		return nil
	}
	var p [7]float64 // g, a, b, c, d, e, f
	for i := range counts[kind] {
		p[i] = fixed(b[4*i:])
	}
	g, a, o, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		a, o, c, d = 1, 0, 0, -1
	case 1, 2:
		e, f, c = c, c, 0
		if kind == 1 {
			e, f = 0, 0
		}
		if d = -1e9; a != 0 {
			d = -o / a
		}
	}
	return func(x float64) float64 {
		if x >= d {
			return clamp01(math.Pow(max(a*x+o, 0), g) + e)
		}
		return clamp01(c*x + f)
	}
}

func clamp01(v float64) float64 { return min(max(v, 0), 1) }

// chromaticities are x and y of red, green, blue and white by number (ITU-T H.273, table 2).
var chromaticities = map[int][8]float64{
	4:  {0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.310, 0.316},
	9:  {0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290},
	11: {0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351},
	12: {0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290},
}

// fromNumbers returns the conversion for primaries other than those of sRGB, which those of
// television are near enough to. Of HDR (PQ and HLG) the result is nil: it would have to be
// mapped to the range of a print first, and the colours stay as they are.
func fromNumbers(c hevc.Colour) *profile {
	const pq, hlg, linear = 16, 18, 8
	xy, known := chromaticities[c.Primaries]
	if !known || c.Transfer == pq || c.Transfer == hlg {
		return nil
	}
	p := &profile{}
	for i := range 3 {
		for v := range 256 {
			x := float64(v) / 255
			if c.Transfer != linear {
				x = toLinear(x)
			}
			p.linear[i][v] = float32(x)
		}
	}
	srgb := [8]float64{0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290}
	// The difference between white points is small (D65, DCI, C), and not adapted.
	return p.with(product(inverse(primaries(srgb)), primaries(xy)))
}

// primaries is the matrix from linear RGB to XYZ.
func primaries(xy [8]float64) (m [3][3]float64) {
	for c := range 3 {
		x, y := xy[2*c], xy[2*c+1]
		m[0][c], m[1][c], m[2][c] = x/y, 1, (1-x-y)/y
	}
	inv := inverse(m)
	white := [3]float64{xy[6] / xy[7], 1, (1 - xy[6] - xy[7]) / xy[7]}
	for c := range 3 {
		scale := inv[c][0]*white[0] + inv[c][1]*white[1] + inv[c][2]*white[2]
		for i := range 3 {
			m[i][c] *= scale
		}
	}
	return m
}

// toLinear is the curve of sRGB (IEC 61966-2-1).
func toLinear(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// with sets the matrix. If the conversion changes nothing that can be seen, it returns nil.
func (p *profile) with(m [3][3]float64) *profile {
	for i := range 3 {
		for j := range 3 {
			if math.IsNaN(m[i][j]) || math.Abs(m[i][j]) > 100 {
				return nil
			}
			p.matrix[i][j] = float32(m[i][j])
		}
	}
	worst := 0
	for i := range 6 * 6 * 6 {
		rgb := []byte{byte(i % 6 * 51), byte(i / 6 % 6 * 51), byte(i / 36 * 51)}
		out := append([]byte(nil), rgb...)
		p.convert(out)
		for c := range 3 {
			worst = max(worst, int(rgb[c])-int(out[c]), int(out[c])-int(rgb[c]))
		}
	}
	if worst <= 1 {
		return nil
	}
	return p
}

// encoded is the byte of sRGB of a linear number, by its 4096th part.
var encoded = func() (t [4097]byte) {
	for i := range t {
		x := float64(i) / 4096
		y := 12.92 * x
		if x > 0.0031308 {
			y = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		t[i] = byte(math.Round(255 * y))
	}
	return t
}()

// convert converts pixels in place.
func (p *profile) convert(pix []byte) {
	if p == nil {
		return
	}
	m := &p.matrix
	for i := 0; i+2 < len(pix); i += 3 {
		px := pix[i : i+3 : i+3]
		r, g, b := p.linear[0][px[0]], p.linear[1][px[1]], p.linear[2][px[2]]
		for c := range 3 {
			v := m[c][0]*r + m[c][1]*g + m[c][2]*b
			px[c] = encoded[int(min(max(v, 0), 1)*4096+0.5)]
		}
	}
}

func product(a, b [3][3]float64) (m [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				m[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return m
}

// inverse returns the inverse of a matrix; NaN if it has none.
func inverse(a [3][3]float64) (m [3][3]float64) {
	minor := func(i, j int) float64 {
		i1, i2, j1, j2 := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return a[i1][j1]*a[i2][j2] - a[i1][j2]*a[i2][j1]
	}
	det := a[0][0]*minor(0, 0) + a[0][1]*minor(0, 1) + a[0][2]*minor(0, 2)
	for i := range 3 {
		for j := range 3 {
			m[j][i] = minor(i, j) / det
		}
	}
	return m
}
