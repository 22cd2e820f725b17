package wordindex

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/features"
	"exemplar/internal/papertest"
)

// The stored words of a reference are small, and the same however they are made.
func TestWordsAreThoseOfStoredFeatures(t *testing.T) {
	found := features.Extract(papertest.Page(t, 100, -1), features.Options{Max: 800, Grid: 4})
	stored, err := features.Unmarshal(found.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	again, err := features.Unmarshal(stored.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	words := Words(stored)
	if per := float64(len(words)) / float64(max(1, len(stored.Points))); per > 12 {
		t.Errorf("%.1f bytes a feature", per)
	}
	if !slices.Equal(words, Words(again)) {
		t.Error("stored once more, the words are others")
	}
}

func TestAddRefusesDamage(t *testing.T) {
	good := wordsOfPage(t, 7)
	changed := func(at int, bytes ...byte) []byte {
		data := slices.Clone(good)
		copy(data[at:], bytes)
		return data
	}
	x := New()
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
		if err := x.Add("1", data); !errors.Is(err, ErrWords) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if x.Len() != 0 {
		t.Errorf("%d references in the index", x.Len())
	}
	if err := x.Add("1", []byte{0, 0, 0, 0}); err != nil { // a picture without features
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

func FuzzAdd(f *testing.F) {
	good := wordsOfPage(f, 7)
	f.Add(good)
	f.Add(good[:wordsHeaderBytes+wordBytes])
	f.Add([]byte{0, 0, 0, 0})
	p := probe(papertest.Page(f, 8, -1))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := New()
		light, dark, err := unmarshalWords(data)
		if (err == nil) != (x.Add("3", data) == nil) {
			t.Fatalf("the index does not agree with %v", err)
		}
		if err != nil {
			return
		}
		if n := wordsHeaderBytes + (len(light)+len(dark))*wordBytes; n != len(data) {
			t.Errorf("%d bytes became words of %d", len(data), n)
		}
		x.Query(p, 1)
		x.Remove("3")
	})
}

// BenchmarkAdd is the time of a reference when a process starts.
func BenchmarkAdd(b *testing.B) {
	stored := wordsOfPage(b, 7)
	x := New()
	id := 0
	for b.Loop() {
		if id == 10_000 {
			x, id = New(), 0
		}
		if err := x.Add(name(id), stored); err != nil {
			b.Fatal(err)
		}
		id++
	}
}
