package heif

import (
	"bytes"
	"math"
	"testing"

	"exemplar/internal/imaging/hevc"
)

// iccOf returns an ICC profile of a matrix, row by row, and one curve for all colours.
func iccOf(matrix [9]float64, curve []byte) []byte {
	s15 := func(v float64) []byte { return u32(int(int32(math.Round(v * 65536)))) }
	head := make([]byte, 128)
	copy(head[16:], "RGB XYZ ")
	tags, data := u32(6), []byte{}
	add := func(name string, body []byte) {
		tags = append(append(append(tags, name...), u32(128+4+6*12+len(data))...), u32(len(body))...)
		data = append(data, body...)
	}
	for c, name := range []string{"r", "g", "b"} {
		add(name+"XYZ", bytes.Join([][]byte{[]byte("XYZ \x00\x00\x00\x00"), s15(matrix[c]), s15(matrix[3+c]), s15(matrix[6+c])}, nil))
		add(name+"TRC", curve)
	}
	return bytes.Join([][]byte{head, tags, data}, nil)
}

func parametricCurve(kind int, values ...float64) []byte {
	b := append([]byte("para\x00\x00\x00\x00"), append(u16(kind), 0, 0)...)
	for _, v := range values {
		b = append(b, u32(int(int32(math.Round(v*65536))))...)
	}
	return b
}

// displayP3 is a profile as iPhones have: primaries of P3 adapted to D50, the curve of sRGB.
func displayP3() []byte {
	return iccOf([9]float64{0.51512, 0.29198, 0.15710, 0.24120, 0.69225, 0.06657, -0.00105, 0.04189, 0.78407},
		parametricCurve(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045))
}

// TestDisplayP3 compares with what LittleCMS 2 makes of these colours, by the relative
// colorimetric intent: tools/imaging/profile.py.
func TestDisplayP3(t *testing.T) {
	p := fromICC(displayP3())
	if p == nil {
		t.Fatal("no conversion")
	}
	for _, test := range lcmsP3 {
		got := test[0]
		p.convert(got[:])
		for c := range 3 {
			if d := int(got[c]) - int(test[1][c]); d < -1 || d > 1 {
				t.Errorf("%v: %v, not %v", test[0], got, test[1])
				break
			}
		}
	}
	byNumber := fromNumbers(hevc.Colour{Known: true, Primaries: 12, Transfer: 13})
	for _, test := range lcmsP3 {
		got := test[0]
		byNumber.convert(got[:])
		for c := range 3 {
			if d := int(got[c]) - int(test[1][c]); d < -2 || d > 2 {
				t.Errorf("by number: %v: %v, not %v", test[0], got, test[1])
				break
			}
		}
	}
}

// TestNoConversion: a profile that means sRGB, or that is not understood, changes nothing.
func TestNoConversion(t *testing.T) {
	srgb := [9]float64{0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733}
	curve := parametricCurve(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	if fromICC(iccOf(srgb, curve)) != nil {
		t.Error("sRGB is converted")
	}
	for name, icc := range map[string][]byte{"empty": nil, "cut off": displayP3()[:200], "no curve": iccOf(srgb, []byte("curv")), "an unknown curve": iccOf(srgb, parametricCurve(9, 1))} {
		if fromICC(icc) != nil {
			t.Errorf("%s is converted", name)
		}
	}
	if fromNumbers(hevc.Colour{Known: true, Primaries: 9, Transfer: 16}) != nil || fromNumbers(hevc.Colour{Known: true, Primaries: 1, Transfer: 13}) != nil {
		t.Error("HDR or sRGB is converted")
	}
}

// TestCurves: each kind of curve against its formula.
func TestCurves(t *testing.T) {
	table := append(append([]byte("curv\x00\x00\x00\x00"), u32(3)...), 0, 0, 0x40, 0, 0xFF, 0xFF)
	gamma := append(append([]byte("curv\x00\x00\x00\x00"), u32(1)...), 2, 0x33)
	linear := append([]byte("curv\x00\x00\x00\x00"), u32(0)...)
	for name, test := range map[string]struct {
		curve []byte
		want  func(x float64) float64
	}{
		"linear": {linear, func(x float64) float64 { return x }},
		"gamma":  {gamma, func(x float64) float64 { return math.Pow(x, 2.0+0x33/256.0) }},
		"table": {table, func(x float64) float64 {
			if x < 0.5 {
				return x / 2
			}
			return 0.25 + (x-0.5)*1.5
		}},
		"power":  {parametricCurve(0, 1.8), func(x float64) float64 { return math.Pow(x, 1.8) }},
		"kind 1": {parametricCurve(1, 2, 1.5, -0.5), func(x float64) float64 { return math.Pow(max(1.5*x-0.5, 0), 2) }},
		"kind 2": {parametricCurve(2, 2, 1.25, -0.5, 0.25), func(x float64) float64 { return math.Pow(max(1.25*x-0.5, 0), 2) + 0.25 }},
		"kind 4": {parametricCurve(4, 2, 1, 0, 0.5, 0.25, 0, 0.0625), func(x float64) float64 {
			if x >= 0.25 {
				return x * x
			}
			return 0.5*x + 0.0625
		}},
	} {
		curve := readCurve(test.curve)
		if curve == nil {
			t.Fatalf("%s is not read", name)
		}
		for i := range 101 {
			x := float64(i) / 100
			if got, want := curve(x), min(test.want(x), 1); math.Abs(got-want) > 1e-4 {
				t.Errorf("%s of %g: %g, not %g", name, x, got, want)
			}
		}
	}
}
