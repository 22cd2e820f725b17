package recognise

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/store"
	"exemplar/internal/store/open"
	"exemplar/internal/synthdoc"
	"exemplar/internal/vectorindex"
	"exemplar/internal/wordindex"
)

// large is a gallery file of more documents than are all looked through, made
// once, and the documents in it.
var large = sync.OnceValues(func() (file []byte, documents []*imaging.Image) {
	folder, err := os.MkdirTemp("", "exemplar-test-*")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "large.gallery")
	kept, err := open.Store(path, store.Options{Create: true})
	if err != nil {
		panic(err)
	}
	kinds := synthdoc.Kinds()
	var entries []store.Entry
	for i := range fewReferences + 4 {
		document := synthdoc.Draw(synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Content: uint64(i), Size: 300})
		documents = append(documents, document)
		entries = append(entries, newEntry(fmt.Sprintf("document/%d", i), document))
	}
	if _, err := kept.Put(context.Background(), entries...); err != nil {
		panic(err)
	}
	if err := kept.Close(); err != nil { // so that the file alone holds all of it
		panic(err)
	}
	if file, err = os.ReadFile(path); err != nil {
		panic(err)
	}
	return file, documents
})

// largeGallery returns a copy of it in which statements were run.
func largeGallery(t *testing.T, statements string) (path string, documents []*imaging.Image) {
	t.Helper()
	file, documents := large()
	path = filepath.Join(t.TempDir(), "large.gallery")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	runSQL(t, path, statements)
	return path, documents
}

// runSQL runs statements on a gallery file.
func runSQL(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

// defaultModel is the model inside the program.
var defaultModel = sync.OnceValue(func() *Model {
	m, err := NewModel(embed.Default())
	if err != nil {
		panic(err)
	}
	return m
})

// newEntry is what a gallery keeps of a picture.
func newEntry(label string, picture *imaging.Image) store.Entry {
	m := defaultModel()
	made := NewReference(m.Embedder, picture)
	features, words := made.Features()
	return store.Entry{
		Reference: store.Reference{
			Label: decide.Label(label), Hash: sha256.Sum256(picture.Pix), Source: label, Width: picture.W, Height: picture.H, Model: m.Fingerprint,
		},
		Picture: made.EncodePicture(features, words), Vectors: made.Vectors,
		Features: features, Words: store.Words{Vocabulary: wordindex.Vocabulary(), Data: words},
	}
}

// openEngine opens a gallery, new where there is none.
func openEngine(t *testing.T, path string) *Engine {
	t.Helper()
	kept, err := open.Store(path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	return New(kept, defaultModel())
}

// proposals are the labels that the index of features proposes for a photo.
func proposals(t *testing.T, path string, picture *imaging.Image) ([]string, error) {
	t.Helper()
	ctx := context.Background()
	g := openEngine(t, path)
	vectors, err := g.follow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	members, err := g.references.follow(ctx, g, vectors.Index())
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, id := range g.references.featureIndex().Query(NewPhoto(g.model.Embedder, picture).probe.CoarseFeatures(), 5) {
		labels = append(labels, string(members[id]))
	}
	return labels, nil
}

// The words that are stored spare the features a reading; where they are missing,
// damaged or another program's, the features do.
func TestIndexIsMadeOfWordsOrElseOfFeatures(t *testing.T) {
	path, documents := largeGallery(t, "")
	photo := capturesim.Scene(documents[21], nil, capturesim.Plain(), 3).Image
	want, err := proposals(t, path, photo)
	if err != nil || len(want) == 0 || want[0] != "document/21" {
		t.Fatalf("proposals %q, %v", want, err)
	}
	for name, statements := range map[string]string{
		"of other words":        `UPDATE words SET vocabulary = 'other', data = x'00000000'`,
		"damaged words":         `UPDATE words SET data = substr(data, 2)`,
		"some without words":    `DELETE FROM words WHERE rowid % 2 = 0`,
		"its features not read": `UPDATE embedding SET features = x'00'`,
	} {
		changed, _ := largeGallery(t, statements)
		got, err := proposals(t, changed, photo)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: proposals %q, %v, want %q", name, got, err, want)
		}
	}
	neither, _ := largeGallery(t, `DELETE FROM words; UPDATE embedding SET features = x'00'`)
	if got, err := proposals(t, neither, photo); err != nil || len(got) != 0 {
		t.Errorf("neither: proposals %q, %v", got, err)
	}
}

// The features of a large gallery can be read before the first search.
func TestFeaturesAreReadBeforeTheFirstSearch(t *testing.T) {
	path, documents := largeGallery(t, "")
	g := openEngine(t, path)
	if err := g.LoadFeatures(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := g.references.index.Len(); n != len(documents) {
		t.Errorf("%d references are read, want %d", n, len(documents))
	}
}

// A search that began before a reference was removed is told that it may have missed it, and
// sees the references of its own moment.
func TestASearchBesideARemoval(t *testing.T) {
	path, documents := largeGallery(t, "")
	g, ctx := openEngine(t, path), t.Context()
	if err := g.LoadFeatures(ctx); err != nil {
		t.Fatal(err)
	}
	before, release, err := g.vectors.Hold(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if g.references.lacks(before.Index) {
		t.Error("nothing was removed")
	}
	list, err := g.store.List(ctx, store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.store.Remove(ctx, list[0].ID); err != nil && !errors.Is(err, store.ErrLingers) {
		t.Fatal(err)
	}
	after, releaseAfter, err := g.vectors.Hold(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer releaseAfter()
	for _, c := range []struct {
		view  *vectorindex.View
		want  int
		lacks bool
	}{{after, len(documents) - 1, false}, {before, len(documents), true}, {after, len(documents) - 1, false}} {
		members, err := g.references.follow(ctx, g, c.view.Index)
		if lacks := g.references.lacks(c.view.Index); err != nil || len(members) != c.want || lacks != c.lacks {
			t.Errorf("version %d: %d references, %v, want %d; lacks some: %v", c.view.Version(), len(members), err, c.want, lacks)
		}
	}
}

// What was derived by a program with other words is derived anew, and only that.
func TestReembedMakesWordsAnew(t *testing.T) {
	ctx := context.Background()
	old, documents := largeGallery(t, `UPDATE words SET vocabulary = 'other' WHERE rowid <= 5; UPDATE embedding SET features = NULL WHERE rowid <= 5`)
	photo := capturesim.Scene(documents[21], nil, capturesim.Plain(), 3).Image
	g, there, all := openEngine(t, old), -1, 0
	if err := g.Reembed(ctx, func(done, _ int) {
		if all = done; there < 0 {
			there = done
		}
	}); err != nil || all-there != 5 {
		t.Fatalf("embedded %d, %v, want 5", all-there, err)
	}
	if err := g.store.Close(); err != nil { // so that the file alone holds all of it
		t.Fatal(err)
	}
	runSQL(t, old, `UPDATE embedding SET features = x'00'`)
	got, err := proposals(t, old, photo)
	if err != nil || len(got) == 0 || got[0] != "document/21" {
		t.Errorf("proposals %q, %v", got, err)
	}
}

func TestLastUsedAreKept(t *testing.T) {
	ctx := context.Background()
	c, made := newLastUsed[int](2), 0
	get := func(id string) {
		if _, err := c.get(ctx, id, func(context.Context) (int, error) { made++; return made, nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		id   string
		made int
	}{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 3}, {"a", 3}, {"b", 4}} {
		if get(step.id); made != step.made {
			t.Errorf("%q: %d made, want %d", step.id, made, step.made)
		}
	}
	c.forget("a")
	c.forget("unknown")
	if get("b"); made != 4 {
		t.Errorf("%d made after another was forgotten", made)
	}
	if get("a"); made != 5 {
		t.Errorf("%d made", made)
	}
	failed := errors.New("failed")
	if _, err := c.get(ctx, "x", func(context.Context) (int, error) { return 0, failed }); err != failed {
		t.Errorf("error %v", err)
	}
	if get("x"); made != 6 {
		t.Error("a failure was kept")
	}
}

// What several want at once is made once, and that one gives up fails no other.
func TestLastUsedAreMadeOnce(t *testing.T) {
	c, made := newLastUsed[int](2), atomic.Int32{}
	begun, goOn := make(chan bool), make(chan bool)
	first, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	read := func(ctx context.Context) (int, error) {
		if made.Add(1) == 1 {
			close(begun)
			<-goOn
		}
		return 7, ctx.Err()
	}
	get := func(ctx context.Context) {
		if v, err := c.get(ctx, "a", read); v != 7 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
	}
	wait.Go(func() { get(first) })
	<-begun
	for range 8 {
		wait.Go(func() { get(context.Background()) })
	}
	cancel()
	close(goOn)
	wait.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}
