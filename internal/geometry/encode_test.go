package geometry

import (
	"errors"
	"testing"

	"exemplar/internal/imaging"
)

func TestReferenceSurvivesStorage(t *testing.T) {
	g := page(t, 7, -1)
	r := NewReference(g)
	data, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 64<<10 {
		t.Errorf("features take %d bytes", len(data))
	}
	sketch, err := UnmarshalSketch(data)
	if err != nil {
		t.Fatal(err)
	}
	back := sketch.Complete(r.Picture())
	m := placed(g.W, g.H, 10, 0.8, 320, 320, 0)
	p := NewProbe(capture(g, &m, 640, 640, 1))
	if a, b := Verify(p, r), Verify(p, back); a.H != b.H || a.Score() != b.Score() {
		t.Errorf("score %g before, %g after", a.Score(), b.Score())
	}
}

func TestUnmarshalRefusesDamage(t *testing.T) {
	g := page(t, 7, -1)
	good, _ := NewReference(g).MarshalBinary()
	for name, data := range map[string][]byte{
		"empty":     nil,
		"short":     good[:20],
		"long":      append(append([]byte{}, good...), 0),
		"magic":     append([]byte("nope"), good[4:]...),
		"no width":  append(append([]byte(featuresMagic), 0, 0), good[6:]...),
		"too many":  append(append([]byte{}, good[:8]...), 255, 255, 255, 255),
		"far place": append(append(append([]byte{}, good[:headerBytes]...), 255, 255), good[headerBytes+2:]...),
	} {
		if _, err := UnmarshalSketch(data); !errors.Is(err, ErrFeatures) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzUnmarshalSketch(f *testing.F) {
	g := page(f, 7, -1)
	good, _ := NewReference(g).MarshalBinary()
	f.Add(good)
	f.Add(good[:headerBytes])
	small := &imaging.Gray{W: 64, H: 64, Pix: make([]byte, 64*64)}
	p := NewProbe(small)
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := UnmarshalSketch(data); err == nil {
			Glance(p, s.Complete(small))
		}
	})
}

// Every element comes back in its place, to the next multiple of eight.
func TestStoredDescriptorsAreRoundedInPlace(t *testing.T) {
	found := Extract(page(t, 7, -1), referenceOptions)
	back, err := unmarshalFeatures(found.marshal())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range found.Descriptors {
		if want := min(15, (v+4)/8) * 8; back.Descriptors[i] != want {
			t.Fatalf("element %d of descriptor %d: %d became %d, want %d", i%descriptorBytes, i/descriptorBytes, v, back.Descriptors[i], want)
		}
	}
	for i, p := range found.Points {
		if ratio := back.Points[i].Scale / p.Scale; ratio < 0.97 || ratio > 1.03 {
			t.Fatalf("feature %d: scale %g became %g", i, p.Scale, back.Points[i].Scale)
		}
	}
}
