package embed

import (
	"math"
	"testing"
)

func TestMix(t *testing.T) {
	arch := Default().Arch
	a, b := newBundleOf(t, arch, 1), newBundleOf(t, arch, 2)
	for share, want := range map[float64]*Bundle{0: a, 1: b} {
		mixed, err := Mix(a, b, share)
		if err != nil {
			t.Fatal(err)
		}
		if mixed.Fingerprint != want.Fingerprint {
			t.Errorf("share %g: %.12s, not the network itself, %.12s", share, mixed.Fingerprint, want.Fingerprint)
		}
	}
	quarter, err := Mix(a, b, 0.25)
	if err != nil {
		t.Fatal(err)
	}
	const name = "backbone.conv_stem.weight"
	x, y, z := valuesOf(t, a, name), valuesOf(t, b, name), valuesOf(t, quarter, name)
	for i := range z {
		if want := 0.75*x[i] + 0.25*y[i]; math.Abs(float64(z[i]-want)) > 1e-6 {
			t.Fatalf("value %d is %g, not %g", i, z[i], want)
		}
	}
}

func TestMixRefuses(t *testing.T) {
	a := Default()
	other := a.Arch
	other.Head = "squeeze_ln"
	if _, err := Mix(a, newBundleOf(t, other, 1), 0.5); err == nil {
		t.Error("networks of two architectures were mixed")
	}
	for _, share := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := Mix(a, a, share); err == nil {
			t.Errorf("a share of %g was accepted", share)
		}
	}
	larger, err := a.WithInput(160)
	if err != nil {
		t.Fatal(err)
	}
	mixed, err := Mix(a, larger, 0.5)
	if err != nil || mixed.Arch.Input != 160 {
		t.Errorf("networks that differ in the input size alone: %v, %v", mixed, err)
	}
}

func newBundleOf(t *testing.T, arch Architecture, seed uint64) *Bundle {
	t.Helper()
	b, err := New(arch, seed)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func valuesOf(t *testing.T, b *Bundle, name string) []float32 {
	t.Helper()
	tensor, found := b.tensors[name]
	if !found {
		t.Fatalf("there is no tensor %q", name)
	}
	values, err := tensor.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return values
}
