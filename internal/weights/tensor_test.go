package weights

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
