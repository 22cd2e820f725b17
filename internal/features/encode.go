package features

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The stored form of features, little-endian:
//
//	4 bytes  "gft1"
//	2 bytes  width, 2 bytes height of the picture they were found in
//	2 bytes  number of light features, 2 bytes number of dark ones
//	then for each feature, the light ones first:
//	2 bytes  x * 32 + 16, 2 bytes y * 32 + 16
//	1 byte   16 * log2(scale) + 32, 1 byte angle in 1/256 of a turn
//	64 bytes descriptor, four bits an element: the earlier in the low half
//
// The four bits of a descriptor's element are the upper ones of seven, rounded. No loss
// was measured: the quantisation adds 1 % to the distance between two views of a point.
const (
	featuresMagic = "gft1"
	headerBytes   = 12
	featureBytes  = 6 + DescriptorBytes/2
	maxStoredSide = 2000
	placeUnit     = 32
	scaleUnit     = 16
	scaleOrigin   = 32
)

// MaxStored is the largest number of features that can be stored for one picture.
const MaxStored = 2 * maxMatchable

// ErrEncoding is wrapped by the errors of [Unmarshal].
var ErrEncoding = errors.New("not the features of a reference")

// Marshal returns the stored form, about 70 bytes for each feature.
func (f *Features) Marshal() []byte {
	out := make([]byte, 0, headerBytes+len(f.Points)*featureBytes)
	out = append(out, featuresMagic...)
	for _, v := range [4]int{f.W, f.H, f.light, len(f.Points) - f.light} {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	for i := range f.Points {
		out = f.Points[i].marshal(out)
		d := f.Descriptors[i*DescriptorBytes:][:DescriptorBytes]
		for k := 0; k < DescriptorBytes; k += 2 {
			out = append(out, Nibble(d[k])|Nibble(d[k+1])<<4)
		}
	}
	return out
}

func (p *Feature) marshal(out []byte) []byte {
	out = binary.LittleEndian.AppendUint16(out, toUnit(p.X))
	out = binary.LittleEndian.AppendUint16(out, toUnit(p.Y))
	scale := math.Round(scaleUnit*math.Log2(float64(p.Scale))) + scaleOrigin
	angle := int(math.Round(float64(p.Angle) * 256 / (2 * math.Pi)))
	return append(out, byte(min(255, max(0, scale))), byte(angle))
}

func toUnit(v float32) uint16 {
	return uint16(min(math.MaxUint16, max(0, v*placeUnit+placeUnit/2)))
}

// NibbleStep is the quantisation step of stored descriptors.
const NibbleStep = 8

// Nibble rounds an element of a descriptor to NibbleStep and returns the number
// of steps, at most 15.
func Nibble(v byte) byte { return min(15, (v+NibbleStep/2)/NibbleStep) }

// Unmarshal reads what [Features.Marshal] wrote. It checks every length before it
// allocates, and that every point lies in the picture. The error wraps [ErrEncoding].
func Unmarshal(data []byte) (*Features, error) {
	if len(data) < headerBytes || string(data[:4]) != featuresMagic {
		return nil, fmt.Errorf("%w: no %q at the start", ErrEncoding, featuresMagic)
	}
	field := func(i int) int { return int(binary.LittleEndian.Uint16(data[4+2*i:])) }
	w, h, light, n := field(0), field(1), field(2), field(2)+field(3)
	if w == 0 || h == 0 || max(w, h) > maxStoredSide || n > MaxStored {
		return nil, fmt.Errorf("%w: %d features in %d x %d pixels", ErrEncoding, n, w, h)
	}
	if want := headerBytes + n*featureBytes; len(data) != want {
		return nil, fmt.Errorf("%w: %d bytes for %d features, want %d", ErrEncoding, len(data), n, want)
	}
	f := &Features{W: w, H: h, light: light}
	f.Points = make([]Feature, n)
	f.Descriptors = make([]byte, n*DescriptorBytes)
	for i := range n {
		from := data[headerBytes+i*featureBytes:][:featureBytes]
		f.Points[i] = unmarshalFeature(from, i >= light)
		if p := &f.Points[i]; p.X > float32(w) || p.Y > float32(h) {
			return nil, fmt.Errorf("%w: feature %d at (%g, %g) of %d x %d pixels", ErrEncoding, i, p.X, p.Y, w, h)
		}
		to := f.Descriptors[i*DescriptorBytes:][:DescriptorBytes]
		for k, v := range from[6:] {
			to[2*k], to[2*k+1] = v&15*NibbleStep, v>>4*NibbleStep
		}
	}
	return f, nil
}

// storedScales are the scales that the values of a byte encode.
var storedScales = func() (scales [256]float32) {
	for i := range scales {
		scales[i] = float32(math.Exp2((float64(i) - scaleOrigin) / scaleUnit))
	}
	return scales
}()

func unmarshalFeature(b []byte, dark bool) Feature {
	place := func(i int) float32 {
		return (float32(binary.LittleEndian.Uint16(b[i:])) - placeUnit/2) / placeUnit
	}
	return Feature{
		X: place(0), Y: place(2),
		Scale: storedScales[b[4]],
		Angle: float32(b[5]) * (2 * math.Pi / 256),
		Dark:  dark,
	}
}
