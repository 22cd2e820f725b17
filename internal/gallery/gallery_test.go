package gallery

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar/internal/label"
)

const (
	testModel = "model-1"
	testDim   = 32

	testVocabulary = "words-1"
)

// TestMain runs the roles that other processes play in tests (see process_test.go).
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// newGallery makes an empty gallery that is closed with the test.
func newGallery(t testing.TB) *Gallery {
	t.Helper()
	return openGallery(t, filepath.Join(t.TempDir(), "test.gallery"))
}

func openGallery(t testing.TB, path string) *Gallery {
	t.Helper()
	g, err := Open(path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// randomVectors draws n vectors of length 1.
func randomVectors(rng *rand.Rand, n, dim int) []float32 {
	vectors := make([]float32, n*dim)
	for i := range vectors {
		vectors[i] = float32(rng.NormFloat64())
	}
	for i := range n {
		v := vectors[i*dim : (i+1)*dim]
		length := float32(norm(v))
		for j := range v {
			v[j] /= length
		}
	}
	return vectors
}

// entry makes an entry that depends on the seed alone.
func entry(label Label, seed uint64) Entry {
	picture := fmt.Appendf([]byte{0xff, 0xd8, 0xff}, "picture %d", seed)
	return Entry{
		Reference: Reference{
			Label: label, Hash: sha256.Sum256(picture), Source: fmt.Sprintf("scan_%d.png", seed),
			Width: 1000 + int(seed), Height: 800, Model: testModel,
		},
		Picture:  picture,
		Vectors:  randomVectors(rand.New(rand.NewPCG(seed, 1)), Rotations, testDim),
		Features: fmt.Appendf(nil, "features %d", seed),
		Words:    Words{testVocabulary, fmt.Appendf(nil, "words %d", seed)},
	}
}

func add(t testing.TB, g *Gallery, entries ...Entry) []Reference {
	t.Helper()
	added, err := g.Add(context.Background(), entries...)
	if err != nil {
		t.Fatal(err)
	}
	references := make([]Reference, len(added))
	for i, a := range added {
		if references[i] = a.Reference; a.Twin {
			t.Fatalf("%s is there already", a.Source)
		}
	}
	return references
}

func follow(t testing.TB, g *Gallery) *View {
	t.Helper()
	v, err := g.Follow(context.Background(), testModel, testDim)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// wordsOf reads the words of all references.
func wordsOf(t testing.TB, g *Gallery) map[string]Words {
	t.Helper()
	var ids []string
	for _, r := range mustList(t, g, Filter{}) {
		ids = append(ids, r.ID)
	}
	stored := map[string]Words{}
	err := g.EachWords(context.Background(), ids, func(id string, words Words) error {
		stored[id] = Words{words.Vocabulary, slices.Clone(words.Data)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func mustList(t testing.TB, g *Gallery, f Filter) []Reference {
	t.Helper()
	references, err := g.List(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return references
}

// mustBeSound fails the test if the gallery's own check finds anything.
func mustBeSound(t testing.TB, g *Gallery) {
	t.Helper()
	problems, err := g.Check(context.Background(), nil)
	if err != nil || len(problems) > 0 {
		t.Errorf("check: %q, %v", problems, err)
	}
}

func labelsOf(references []Reference) []Label {
	var labels []Label
	for _, r := range references {
		labels = append(labels, r.Label)
	}
	return labels
}

func TestAddAndRead(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	first, second := entry("id/front", 1), entry("id/back", 2)
	second.Note, second.Registered = "from the archive", time.Date(2020, 2, 3, 4, 5, 6, 789_654_321, time.UTC)
	second.Features, second.Words = nil, Words{}
	before := time.Now().Truncate(time.Millisecond)
	added := add(t, g, first, second)
	if first.ID != "" {
		t.Error("the caller's entry was changed")
	}
	for i, e := range []Entry{first, second} {
		r, err := g.Get(ctx, added[i].ID)
		if err != nil || r != added[i] {
			t.Errorf("got %+v, %v, want %+v", r, err, added[i])
		}
		if r.Label != e.Label || r.Hash != e.Hash || r.Source != e.Source || r.Note != e.Note || r.Width != e.Width || r.Model != testModel {
			t.Errorf("stored %+v of %+v", r, e.Reference)
		}
		picture, err := g.Picture(ctx, r.ID)
		if err != nil || !slices.Equal(picture, e.Picture) {
			t.Errorf("picture %q, %v", picture, err)
		}
		features, err := g.Features(ctx, r.ID)
		if err != nil || !slices.Equal(features, e.Features) || (features == nil) != (e.Features == nil) {
			t.Errorf("features %q, %v, want %q", features, err, e.Features)
		}
	}
	if at := added[0].Registered; at.Before(before) || at.After(time.Now()) {
		t.Errorf("registered at %v", at)
	}
	if want := second.Registered.Truncate(time.Millisecond); !added[1].Registered.Equal(want) {
		t.Errorf("registered at %v, want %v", added[1].Registered, want)
	}
	s, err := g.Stats(ctx)
	if err != nil || s.References != 2 || s.Labels != 2 || s.Features != 1 || s.Model != testModel || s.Dim != testDim || s.Bytes == 0 {
		t.Errorf("stats %+v, %v", s, err)
	}
	mustBeSound(t, g)
}

func TestAddIsAllOrNothing(t *testing.T) {
	g := newGallery(t)
	clash := entry("c", 3)
	clash.ID = add(t, g, entry("a", 1))[0].ID // fails in the database, after the one before it was inserted
	if _, err := g.Add(context.Background(), entry("b", 2), clash); err == nil {
		t.Error("a second reference of one id was added")
	}
	if got := labelsOf(mustList(t, g, Filter{})); !slices.Equal(got, []Label{"a"}) {
		t.Errorf("left %q", got)
	}
	mustBeSound(t, g)
}

func TestAddRefuses(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(e *Entry)
		want  error
	}{
		{"empty label", func(e *Entry) { e.Label = "" }, label.ErrLabel},
		{"label with a gap", func(e *Entry) { e.Label = "a//b" }, label.ErrLabel},
		{"label not composed", func(e *Entry) { e.Label = "e\u0301" }, label.ErrLabel},
		{"id", func(e *Entry) { e.ID = "7" }, ErrInvalid},
		{"no model", func(e *Entry) { e.Model = "" }, ErrInvalid},
		{"picture", func(e *Entry) { e.Picture = []byte("\x89PNG") }, ErrInvalid},
		{"no picture", func(e *Entry) { e.Picture = nil }, ErrInvalid},
		{"huge picture", func(e *Entry) { e.Picture = make([]byte, MaxPictureBytes+1) }, ErrInvalid},
		{"huge words", func(e *Entry) { e.Words.Data = make([]byte, MaxWordsBytes+1) }, ErrInvalid},
		{"words of nothing", func(e *Entry) { e.Words.Vocabulary = "" }, ErrInvalid},
		{"huge features", func(e *Entry) { e.Features = make([]byte, MaxFeaturesBytes+1) }, ErrInvalid},
		{"long note", func(e *Entry) { e.Note = string(make([]byte, MaxTextBytes+1)) }, ErrInvalid},
		{"note not UTF-8", func(e *Entry) { e.Note = "\xff" }, ErrInvalid},
		{"no pixels", func(e *Entry) { e.Width = 0 }, ErrInvalid},
		{"three embeddings", func(e *Entry) { e.Vectors = e.Vectors[:3*testDim-1] }, ErrInvalid},
		{"no embeddings", func(e *Entry) { e.Vectors = nil }, ErrInvalid},
		{"embedding not of length 1", func(e *Entry) { e.Vectors[2*testDim] += 0.5 }, ErrInvalid},
		{"embedding of NaN", func(e *Entry) { e.Vectors[3] = float32(nan) }, ErrInvalid},
		{"other model", func(e *Entry) { e.Model = "model-2" }, ErrWrongModel},
		{"other length", func(e *Entry) { e.Vectors = randomVectors(rand.New(rand.NewPCG(1, 1)), Rotations, testDim/2) }, ErrWrongModel},
	}
	g := newGallery(t)
	add(t, g, entry("a", 1))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := entry("b", 2)
			c.spoil(&e)
			if _, err := g.Add(context.Background(), e); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if left := mustList(t, g, Filter{}); len(left) != 1 {
		t.Errorf("%d references are left", len(left))
	}
}

func TestSourceOfAnyBytes(t *testing.T) {
	e := entry("a", 1)
	e.Source = "caf\xe9.png"
	if r := add(t, newGallery(t), e)[0]; r.Source != "caf\ufffd.png" {
		t.Errorf("source %q", r.Source)
	}
}

func TestListAndLabels(t *testing.T) {
	g := newGallery(t)
	add(t, g, entry("id/front", 1), entry("id", 2), entry("id-card", 3), entry("id/back", 4), entry("id/back", 5), entry("idx", 6))
	cases := []struct {
		name   string
		filter Filter
		want   []Label
	}{
		{"all", Filter{}, []Label{"id", "id-card", "id/back", "id/back", "id/front", "idx"}},
		{"under", Filter{Under: "id"}, []Label{"id", "id/back", "id/back", "id/front"}},
		{"leaf", Filter{Under: "id/back"}, []Label{"id/back", "id/back"}},
		{"none", Filter{Under: "i"}, nil},
		{"hash", Filter{Hash: new(entry("", 3).Hash)}, []Label{"id-card"}},
		{"hash elsewhere", Filter{Under: "id", Hash: new(entry("", 3).Hash)}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := labelsOf(mustList(t, g, c.filter)); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	labels, err := g.Labels(context.Background())
	want := []LabelCount{{"id", 1}, {"id-card", 1}, {"id/back", 2}, {"id/front", 1}, {"idx", 1}}
	if err != nil || !slices.Equal(labels, want) {
		t.Errorf("labels %v, %v", labels, err)
	}
}

func TestRename(t *testing.T) {
	cases := []struct {
		name     string
		from, to Label
		n        int
		want     []Label
		err      error
	}{
		{"subtree", "id", "card", 3, []Label{"card", "card/back", "card/front", "id-card", "x/front"}, nil},
		{"leaf", "id/back", "verso", 1, []Label{"id", "id-card", "id/front", "verso", "x/front"}, nil},
		{"merge", "x", "id", 1, []Label{"id", "id-card", "id/back", "id/front", "id/front"}, nil},
		{"below itself", "id", "id/old", 3, []Label{"id-card", "id/old", "id/old/back", "id/old/front", "x/front"}, nil},
		{"to its parent", "id/back", "id", 1, []Label{"id", "id", "id-card", "id/front", "x/front"}, nil},
		{"unknown", "i", "j", 0, nil, ErrNoReference},
		{"to nothing", "id", "", 0, nil, label.ErrLabel},
		{"too deep", "id", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", 0, nil, label.ErrLabel},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			add(t, g, entry("id", 1), entry("id/front", 2), entry("id/back", 3), entry("id-card", 4), entry("x/front", 5))
			before := labelsOf(mustList(t, g, Filter{}))
			n, err := g.RenameLabel(context.Background(), c.from, c.to)
			if n != c.n || !errors.Is(err, c.err) {
				t.Errorf("renamed %d, %v", n, err)
			}
			want := c.want
			if c.err != nil {
				want = before
			}
			if got := labelsOf(mustList(t, g, Filter{})); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			mustBeSound(t, g)
		})
	}
}

func TestRemove(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	added := add(t, g, entry("id", 1), entry("id/front", 2), entry("id-card", 3), entry("x", 4))
	if err := g.Remove(ctx, added[3].ID, "nobody"); !errors.Is(err, ErrNoReference) {
		t.Errorf("removing an unknown id: %v", err)
	}
	if n, err := g.RemoveLabel(ctx, "nothing"); n != 0 || !errors.Is(err, ErrNoReference) {
		t.Errorf("removing an unknown label: %d, %v", n, err)
	}
	if got := len(mustList(t, g, Filter{})); got != 4 {
		t.Fatalf("%d references after removals that failed", got)
	}
	if n, err := g.RemoveLabel(ctx, "id"); n != 2 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if err := g.Remove(ctx, added[3].ID); err != nil {
		t.Error(err)
	}
	if got := labelsOf(mustList(t, g, Filter{})); !slices.Equal(got, []Label{"id-card"}) {
		t.Errorf("left %q", got)
	}
	for _, look := range []func() error{
		func() error { _, err := g.Get(ctx, added[0].ID); return err },
		func() error { _, err := g.Picture(ctx, added[0].ID); return err },
		func() error { _, err := g.Features(ctx, added[0].ID); return err },
		func() error { return g.SetNote(ctx, added[0].ID, "gone") },
	} {
		if err := look(); !errors.Is(err, ErrNoReference) {
			t.Errorf("looking at what was removed: %v", err)
		}
	}
	mustBeSound(t, g)
}

func TestSetNote(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	r := add(t, g, entry("a", 1))[0]
	if err := g.SetNote(ctx, r.ID, "second edition"); err != nil {
		t.Fatal(err)
	}
	if got, err := g.Get(ctx, r.ID); err != nil || got.Note != "second edition" {
		t.Errorf("note %q, %v", got.Note, err)
	}
	if err := g.SetNote(ctx, r.ID, string(make([]byte, MaxTextBytes+1))); !errors.Is(err, ErrInvalid) {
		t.Errorf("a note too long: %v", err)
	}
}

// What Check must find, done behind the gallery's back.
func TestCheckFinds(t *testing.T) {
	const own = `UPDATE reference SET crc = row_crc(id, label, hash, source, note, registered, width, height)`
	cases := []struct{ name, damage, want string }{
		{"no picture", `DELETE FROM picture`, "picture: missing"},
		{"picture changed", `UPDATE picture SET jpeg = CAST(jpeg || x'00' AS BLOB)`, "picture: not what was written"},
		{"picture is none", `UPDATE picture SET jpeg = x'00'; UPDATE checksum SET crc = row_crc(reference, '', x'00') WHERE part = 'picture'`, "no JPEG"},
		{"no embedding", `DELETE FROM embedding`, "embedding: missing"},
		{"embedding changed", `UPDATE embedding SET vectors = zeroblob(512)`, "embedding: not what was written"},
		{"short embedding", `UPDATE embedding SET vectors = x'00'; UPDATE checksum SET crc = row_crc(reference, model, x'00') WHERE part = 'embedding'`, "1 bytes"},
		{"zero embedding", `UPDATE embedding SET vectors = zeroblob(512);
			UPDATE checksum SET crc = row_crc(reference, model, zeroblob(512)) WHERE part = 'embedding'`, "has length 0"},
		{"features changed", `UPDATE embedding SET features = x'01'`, "features: not what was written"},
		{"no features", `UPDATE embedding SET features = NULL`, "features: missing"},
		{"words changed", `UPDATE words SET data = x'01'`, "words: not what was written"},
		{"words of another vocabulary", `UPDATE words SET vocabulary = 'v'`, "words: not what was written"},
		{"no words", `DELETE FROM words`, "words: missing"},
		{"no checksum", `DELETE FROM checksum`, "picture: not what was written"},
		{"label changed", `UPDATE reference SET label = 'b'`, "reference: not what was written"},
		{"bad label", `UPDATE reference SET label = 'a//b';` + own, `"a//b" is no label`},
		{"from the future", `UPDATE reference SET seq = 99`, "after the last change"},
		{"own row", `UPDATE gallery SET model = 'other'`, "own row"},
		{"removal changed", `INSERT INTO removal VALUES ('x', 0, 0)`, "removal of x"},
		{"orphan", `PRAGMA foreign_keys = 0; INSERT INTO picture VALUES ('nobody', x'ffd8ff')`, "belongs to no reference"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			add(t, g, entry("a", 1))
			mustBeSound(t, g)
			if _, err := g.db.Exec(c.damage); err != nil {
				t.Fatal(err)
			}
			problems, err := g.Check(context.Background(), nil)
			if err != nil || !strings.Contains(strings.Join(problems, "; "), c.want) {
				t.Errorf("found %q, %v, want %q", problems, err, c.want)
			}
		})
	}
}
