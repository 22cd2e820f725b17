package features

import (
	"errors"
	"testing"

	"exemplar/internal/papertest"
)

// stored is how many features a gallery keeps of a picture.
var stored = Options{Max: 800, Grid: 4}

func TestUnmarshalRefusesDamage(t *testing.T) {
	g := papertest.Page(t, 7, -1)
	good := Extract(g, stored).Marshal()
	for name, data := range map[string][]byte{
		"empty":     nil,
		"short":     good[:20],
		"long":      append(append([]byte{}, good...), 0),
		"magic":     append([]byte("nope"), good[4:]...),
		"no width":  append(append([]byte(featuresMagic), 0, 0), good[6:]...),
		"too many":  append(append([]byte{}, good[:8]...), 255, 255, 255, 255),
		"far place": append(append(append([]byte{}, good[:headerBytes]...), 255, 255), good[headerBytes+2:]...),
	} {
		if _, err := Unmarshal(data); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	g := papertest.Page(f, 7, -1)
	good := Extract(g, stored).Marshal()
	f.Add(good)
	f.Add(good[:headerBytes])
	probe := Prepare(Extract(papertest.Page(f, 8, -1), stored))
	f.Fuzz(func(t *testing.T, data []byte) {
		if read, err := Unmarshal(data); err == nil {
			MutualNearest(read, probe)
		}
	})
}

// Every element keeps its position, and its value is rounded to a multiple of eight.
func TestStoredDescriptorsAreRoundedInPlace(t *testing.T) {
	found := Extract(papertest.Page(t, 7, -1), stored)
	back, err := Unmarshal(found.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range found.Descriptors {
		if want := min(15, (v+4)/8) * 8; back.Descriptors[i] != want {
			t.Fatalf("element %d of descriptor %d: %d became %d, want %d", i%DescriptorBytes, i/DescriptorBytes, v, back.Descriptors[i], want)
		}
	}
	for i, p := range found.Points {
		if ratio := back.Points[i].Scale / p.Scale; ratio < 0.97 || ratio > 1.03 {
			t.Fatalf("feature %d: scale %g became %g", i, p.Scale, back.Points[i].Scale)
		}
	}
}
