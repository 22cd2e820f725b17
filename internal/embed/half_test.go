package embed

import (
	"math"
	"testing"
)

func TestHalfPrecisionTakesHalfTheBytes(t *testing.T) {
	whole := newBundleOf(t, Default().Arch, 1)
	half, err := whole.HalfPrecision()
	if err != nil {
		t.Fatal(err)
	}
	large, small := encoded(t, whole), encoded(t, half)
	if float64(len(small)) > 0.56*float64(len(large)) {
		t.Errorf("%d bytes in half precision, %d in full", len(small), len(large))
	}
	back, err := Load(small)
	if err != nil {
		t.Fatal(err)
	}
	if back.Fingerprint != half.Fingerprint {
		t.Error("the file holds another network than was encoded")
	}
	for name := range whole.tensors {
		was, is := valuesOf(t, whole, name), valuesOf(t, back, name)
		for i := range was {
			if diff := math.Abs(float64(is[i] - was[i])); diff > math.Abs(float64(was[i]))/2048+1e-7 {
				t.Fatalf("%s: value %d is %g, was %g", name, i, is[i], was[i])
			}
		}
	}
}

// TestFullPrecisionIsKept: nothing is rounded that was not asked to be.
func TestFullPrecisionIsKept(t *testing.T) {
	whole := newBundleOf(t, Default().Arch, 2)
	back, err := Load(encoded(t, whole))
	if err != nil {
		t.Fatal(err)
	}
	if back.Fingerprint != whole.Fingerprint {
		t.Error("encoding changed the network")
	}
}

func encoded(t *testing.T, b *Bundle) []byte {
	t.Helper()
	data, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
