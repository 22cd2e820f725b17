package tensorfile

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestHalfToFloat(t *testing.T) {
	// Every finite half is exact in float64, computed here from the definition:
	// (-1)^s * 2^(max(e,1)-25) * (f + 1024 if e > 0).
	for bits := range 1 << 16 {
		h := uint16(bits)
		exponent, fraction := int(h>>10)&31, float64(h&1023)
		got := float64(halfToFloat(h))
		if exponent == 31 {
			if !math.IsInf(got, 0) && !math.IsNaN(got) || math.IsNaN(got) != (fraction != 0) {
				t.Fatalf("%#04x = %v", h, got)
			}
			continue
		}
		if exponent > 0 {
			fraction += 1024
		}
		want := math.Ldexp(fraction, max(exponent, 1)-25)
		if h>>15 == 1 {
			want = -want
		}
		if got != want || math.Signbit(got) != math.Signbit(want) {
			t.Fatalf("%#04x = %v, want %v", h, got, want)
		}
	}
}

func TestBFloat16Widens(t *testing.T) {
	data := binary.LittleEndian.AppendUint16(nil, uint16(math.Float32bits(-1.5)>>16))
	got, err := Tensor{DType: BF16, Shape: []int{}, Data: data}.Float32s()
	if err != nil || len(got) != 1 || got[0] != -1.5 {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestTensorRefusesDisagreement(t *testing.T) {
	for name, tensor := range map[string]Tensor{
		"too few bytes":      {DType: F32, Shape: []int{2}, Data: make([]byte, 7)},
		"too many bytes":     {DType: F32, Shape: []int{2}, Data: make([]byte, 12)},
		"negative dimension": {DType: F32, Shape: []int{-1, -1}, Data: make([]byte, 4)},
		"product overflows":  {DType: F32, Shape: []int{1 << 32, 1 << 32}, Data: nil},
		"unknown type":       {DType: "F8", Shape: []int{1}, Data: make([]byte, 1)},
		"integers":           {DType: I64, Shape: []int{1}, Data: make([]byte, 8)},
	} {
		if got, err := tensor.Float32s(); err == nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// TestFloatToHalf converts every half-precision number to float32 and back, and numbers
// between them.
func TestFloatToHalf(t *testing.T) {
	for h := range 1 << 16 {
		data := []byte{byte(h), byte(h >> 8)}
		v, err := Tensor{DType: F16, Shape: []int{1}, Data: data}.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		if v[0] != v[0] {
			continue
		}
		if got := floatToHalf(v[0]); got != uint16(h) {
			t.Fatalf("%#04x is %v, and that %#04x", h, v[0], got)
		}
	}
	for v, want := range map[float32]uint16{
		1 + 1.0/2048: 0x3c00, 1 + 3.0/2048: 0x3c02, 1 + 1.01/2048: 0x3c01, // ties to even
		2047.9: 0x6800, 65519: 0x7bff, 65520: 0x7c00, 1e30: 0x7c00, -1e30: 0xfc00,
		1.5 / (1 << 24): 2, -0.5 / (1 << 24): 0x8000, 1.0/(1<<14) - 1.0/(1<<26): 0x0400,
	} {
		if got := floatToHalf(v); got != want {
			t.Errorf("%v is %#04x, want %#04x", v, got, want)
		}
	}
}
