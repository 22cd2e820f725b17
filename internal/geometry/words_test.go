package geometry

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// An index of stored words answers as one of the references themselves.
func TestStoredWordsAnswerAsReferencesDo(t *testing.T) {
	direct, stored := NewIndex(), NewIndex()
	for id := range int64(8) {
		r := NewReference(page(t, 100+uint64(id), -1))
		direct.Add(id, r)
		words := r.Sketch().Words()
		if per := float64(len(words)) / float64(max(1, r.Sketch().Count())); per > 12 {
			t.Errorf("%.1f bytes a feature", per)
		}
		if err := stored.AddWords(id, words); err != nil {
			t.Fatal(err)
		}
	}
	m := placed(480, 640, 33, 0.8, 320, 320, 2e-4)
	p := NewProbe(capture(page(t, 105, -1), &m, 640, 640, 4))
	want, got := direct.Query(p, 8), stored.Query(p, 8)
	if !slices.Equal(want, got) || len(got) == 0 || got[0].ID != 5 {
		t.Errorf("candidates %v, want %v", got, want)
	}
}

func TestSketchIsFoundAsItsReferenceIs(t *testing.T) {
	g := page(t, 7, -1)
	r := NewReference(g)
	data, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	sketch, err := UnmarshalSketch(data)
	if err != nil {
		t.Fatal(err)
	}
	m := placed(g.W, g.H, 10, 0.8, 320, 320, 0)
	p := NewProbe(capture(g, &m, 640, 640, 1))
	fit, ok := Locate(p, r)
	if got := p.Inliers(sketch); !ok || got != fit.Inliers {
		t.Errorf("%d inliers, want %d", got, fit.Inliers)
	}
	if got := p.InliersCloser(sketch); got < fit.Inliers/2 {
		t.Errorf("%d inliers at the closer look, %d at the first", got, fit.Inliers)
	}
	if !slices.Equal(sketch.Words(), r.Sketch().Words()) {
		t.Error("its words are others")
	}
	if _, err := UnmarshalSketch(data[1:]); !errors.Is(err, ErrFeatures) {
		t.Errorf("damaged: error %v", err)
	}
}

func TestAddWordsRefusesDamage(t *testing.T) {
	good := NewReference(page(t, 7, -1)).Sketch().Words()
	changed := func(at int, bytes ...byte) []byte {
		data := slices.Clone(good)
		copy(data[at:], bytes)
		return data
	}
	x := NewIndex()
	for name, data := range map[string][]byte{
		"empty":         nil,
		"short":         good[:3],
		"cut":           good[:len(good)-1],
		"long":          append(slices.Clone(good), 0),
		"too many":      changed(0, 255, 255, 255, 255),
		"one more":      changed(0, good[0]+1),
		"no such word":  changed(wordsHeaderBytes, 0, 0x10), // 4096
		"far from it":   changed(len(good)-wordBytes, 255, 255),
		"none, but not": {0, 0, 0, 0, 1},
	} {
		if err := x.AddWords(1, data); !errors.Is(err, ErrWords) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if x.Len() != 0 {
		t.Errorf("%d references in the index", x.Len())
	}
	if err := x.AddWords(1, []byte{0, 0, 0, 0}); err != nil { // a picture without features
		t.Errorf("no features: error %v", err)
	}
}

// The name must change with the words, and the size is a constant beside them.
func TestVocabularyIsNamed(t *testing.T) {
	if got := words().size(); got != vocabularySize {
		t.Errorf("%d words, want %d", got, vocabularySize)
	}
	if name := Vocabulary(); !strings.HasPrefix(name, "words1-") || len(name) != len("words1-")+16 {
		t.Errorf("name %q", name)
	}
}

func FuzzAddWords(f *testing.F) {
	good := NewReference(page(f, 7, -1)).Sketch().Words()
	f.Add(good)
	f.Add(good[:wordsHeaderBytes+wordBytes])
	f.Add([]byte{0, 0, 0, 0})
	p := NewProbe(page(f, 8, -1))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := NewIndex()
		light, dark, err := unmarshalWords(data)
		if (err == nil) != (x.AddWords(3, data) == nil) {
			t.Fatalf("the index does not agree with %v", err)
		}
		if err != nil {
			return
		}
		if again := marshalWords(light, dark); !slices.Equal(again, data) {
			t.Error("stored again, they are others")
		}
		x.Query(p, 1)
		x.Remove(3)
	})
}

// BenchmarkAddWords is what a reference costs when a process starts.
func BenchmarkAddWords(b *testing.B) {
	stored := NewReference(page(b, 7, -1)).Sketch().Words()
	x := NewIndex()
	id := int64(0)
	for b.Loop() {
		if id == 10_000 {
			x, id = NewIndex(), 0
		}
		if err := x.AddWords(id, stored); err != nil {
			b.Fatal(err)
		}
		id++
	}
}
