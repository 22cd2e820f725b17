package store

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestVectorsAreReadAsWritten(t *testing.T) {
	vectors := []float32{0, 1, -1, 0.1, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(-1)), 1e-20}
	data := EncodeVectors(vectors)
	if got, err := DecodeVectors(data, 2); err != nil || !slices.Equal(got, vectors) {
		t.Errorf("read %v, %v", got, err)
	}
	if want := []byte{0, 0, 128, 63}; !slices.Equal(data[4:8], want) {
		t.Errorf("1 is written as %v, want %v", data[4:8], want)
	}
	for _, dim := range []int{0, 1, 3} {
		if _, err := DecodeVectors(data, dim); !errors.Is(err, ErrCorrupt) {
			t.Errorf("read as embeddings of %d numbers: %v", dim, err)
		}
	}
	if _, err := DecodeVectors(data[1:], 2); !errors.Is(err, ErrCorrupt) {
		t.Errorf("cut off: %v", err)
	}
}

func TestDamageIsErrDamaged(t *testing.T) {
	err := error(&Damage{ID: "7", Label: "a", Part: PartPicture, Why: "missing"})
	if !errors.Is(err, ErrDamaged) || errors.Is(err, ErrCorrupt) {
		t.Errorf("%v is not what it should be", err)
	}
}
