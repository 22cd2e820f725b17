package recognise

import (
	"bytes"
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
	"exemplar/internal/wordindex"
)

// A sound entry stays what it is; what does not fit its picture is made anew and
// named; what is missing is made.
func TestMend(t *testing.T) {
	m := DefaultModel()
	entryOf := func(kind string) store.Entry {
		file := imaging.EncodeJPEG(synthdoc.Draw(synthdoc.Document{Kind: kind, Template: 5, Content: 5, Size: 500}), 90)
		e, _, err := m.NewEntry(Input{Data: file})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	whole, other := entryOf("form"), entryOf("ticket")
	cases := []struct {
		name   string
		spoil  func(e *store.Entry)
		mended []store.Part
	}{
		{"sound", func(*store.Entry) {}, nil},
		{"no embedding", func(e *store.Entry) { e.Vectors = nil }, nil},
		{"no features", func(e *store.Entry) { e.Features = nil }, nil},
		{"no words", func(e *store.Entry) { e.Words = store.Words{} }, nil},
		{"embedding of another", func(e *store.Entry) { e.Vectors = other.Vectors }, []store.Part{store.PartEmbedding}},
		{"embedding of another size", func(e *store.Entry) { e.Vectors = e.Vectors[:64] }, []store.Part{store.PartEmbedding}},
		{"features of another", func(e *store.Entry) { e.Features = other.Features }, []store.Part{store.PartFeatures}},
		{"features that are none", func(e *store.Entry) { e.Features = []byte("nonsense") }, []store.Part{store.PartFeatures}},
		{"words of another", func(e *store.Entry) { e.Words = other.Words }, []store.Part{store.PartWords}},
		{"words that are none", func(e *store.Entry) { e.Words.Data = []byte("nonsense") }, []store.Part{store.PartWords}},
		{"picture of another", func(e *store.Entry) { e.Picture = other.Picture }, []store.Part{store.PartEmbedding}},
		{"another vocabulary", func(e *store.Entry) { e.Words.Vocabulary = "words-of-old" }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := whole
			c.spoil(&e)
			given := e
			damaged, err := m.Mend(&e)
			var parts []store.Part
			for _, d := range damaged {
				parts = append(parts, d.Part)
			}
			parts = slices.DeleteFunc(parts, func(p store.Part) bool { return p == store.PartWords && !slices.Contains(c.mended, p) }) // follow from others
			if err != nil || !slices.Equal(parts, c.mended) {
				t.Errorf("mended %v, %v, want %v", parts, err, c.mended)
			}
			if c.name == "sound" && (!slices.Equal(e.Vectors, given.Vectors) || !bytes.Equal(e.Features, given.Features) || !bytes.Equal(e.Words.Data, given.Words.Data)) {
				t.Error("a sound entry was changed")
			}
			if made := m.EmbedTurned(mustDecode(t, e.Picture)); !sameEmbeddings(e.Vectors, made, m.Dim()) {
				t.Error("the embedding is not that of the picture")
			}
			if e.Words.Vocabulary != wordindex.Vocabulary() || wordindex.New().Add("x", e.Words.Data) != nil || CheckPart(store.PartFeatures, e.Features) != nil {
				t.Error("features or words are of no use")
			}
		})
	}
	for _, picture := range [][]byte{nil, []byte("nonsense"), whole.Picture[:len(whole.Picture)/2]} {
		e := whole
		e.Picture = picture
		if _, err := m.Mend(&e); err == nil {
			t.Errorf("a picture of %d bytes was taken", len(picture))
		}
	}
}

func mustDecode(t *testing.T, jpeg []byte) *imaging.Image {
	t.Helper()
	picture, _, err := imaging.Decode(jpeg, keptLimits)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
