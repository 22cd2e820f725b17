package exemplar

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/augment"
	"exemplar/internal/draw"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
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
	g, err := Open(path, Options{Mode: ReadWrite, Geometry: GeometryOff}) // so that rivals are not looked for
	if err != nil {
		panic(err)
	}
	var items []Item
	kinds := draw.Kinds()
	for i := range fewReferences + 4 {
		document := draw.Draw(draw.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Content: uint64(i), Size: 300})
		documents = append(documents, document)
		items = append(items, Item{Label: fmt.Sprintf("document/%d", i), Source: "drawn", Data: imaging.EncodePNG(document)})
	}
	if _, err := g.Register(context.Background(), items, RegisterOptions{}); err != nil {
		panic(err)
	}
	if err := g.Close(); err != nil { // so that the file alone holds all of it
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
	change(t, path, statements)
	return path, documents
}

// change runs statements on a gallery file.
func change(t *testing.T, path, statements string) {
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

func openOne(t *testing.T, path string) *Gallery {
	t.Helper()
	g, err := Open(path, Options{Mode: ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// proposals are the labels that the index of features proposes for a photo.
func proposals(t *testing.T, path string, picture *imaging.Image) ([]string, error) {
	t.Helper()
	ctx := context.Background()
	g := openOne(t, path)
	view, err := g.follow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	members, err := g.shapes.follow(ctx, g, view)
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, id := range g.shapes.query(proof.NewPhoto(picture, g.model.network, g.model.bundle.Arch), 5) {
		labels = append(labels, string(members[id]))
	}
	return labels, nil
}

// The words that are stored spare the features a reading; where they are missing,
// damaged or another program's, the features do.
func TestIndexIsMadeOfWordsOrElseOfFeatures(t *testing.T) {
	path, documents := largeGallery(t, "")
	photo := augment.Scene(documents[21], nil, augment.Plain(), 3).Image
	want, err := proposals(t, path, photo)
	if err != nil || len(want) == 0 || want[0] != "document/21" {
		t.Fatalf("proposals %q, %v", want, err)
	}
	for name, statements := range map[string]string{
		"of the first version":  `DROP TABLE words; PRAGMA user_version = 1`,
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
	_, err = proposals(t, neither, photo)
	if err == nil || !strings.Contains(err.Error(), "features of reference") {
		t.Errorf("neither: error %v", err)
	}
	older, _ := largeGallery(t, `DELETE FROM words; UPDATE embedding SET features = NULL`)
	got, err := proposals(t, older, photo)
	if err != nil || len(got) != 0 {
		t.Errorf("of before there were features: proposals %q, %v", got, err)
	}
}

// What was derived by a program with other words is derived anew, and only that.
func TestReembedMakesWordsAnew(t *testing.T) {
	ctx := context.Background()
	old, documents := largeGallery(t, `UPDATE words SET vocabulary = 'other' WHERE rowid <= 5; UPDATE embedding SET features = NULL WHERE rowid <= 5`)
	photo := augment.Scene(documents[21], nil, augment.Plain(), 3).Image
	g, embedded := openOne(t, old), 0
	if err := g.Reembed(ctx, func(done, _ int) { embedded = done }); err != nil || embedded != 5 {
		t.Fatalf("embedded %d, %v, want 5", embedded, err)
	}
	if err := g.Close(); err != nil { // so that the file alone holds all of it
		t.Fatal(err)
	}
	change(t, old, `UPDATE embedding SET features = x'00'`)
	got, err := proposals(t, old, photo)
	if err != nil || len(got) == 0 || got[0] != "document/21" {
		t.Errorf("proposals %q, %v", got, err)
	}
}

func TestRecentKeepsTheLast(t *testing.T) {
	var r recent[int]
	made := 0
	get := func(id string) {
		if _, err := r.get(id, 2, func() (int, error) { made++; return made, nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		id   string
		made int
	}{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 3}, {"b", 3}, {"a", 4}} {
		if get(step.id); made != step.made {
			t.Errorf("%q: %d made, want %d", step.id, made, step.made)
		}
	}
	r.forget("a")
	r.forget("unknown")
	if get("c"); made != 4 {
		t.Errorf("%d made after another was forgotten", made)
	}
	if get("a"); made != 5 || len(r.order) != len(r.values) {
		t.Errorf("%d made, %d in order of %d", made, len(r.order), len(r.values))
	}
	failed := fmt.Errorf("failed")
	if _, err := r.get("x", 2, func() (int, error) { return 0, failed }); err != failed {
		t.Errorf("error %v", err)
	}
}
