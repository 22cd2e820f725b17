package gallery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"exemplar/internal/decide"
	"exemplar/internal/label"
)

// itemsOf is what an index of the references should hold.
func itemsOf(references map[string]Entry) []Item {
	var list []Item
	for id, e := range references {
		list = append(list, Item{id, e.Label, e.Vectors})
	}
	return list
}

// A random history of changes, made through two handles, against a map: the
// store, and views that follow it from either handle, hold what the map holds.
func TestGalleryAgainstModel(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of galleries")
	}
	folder := t.TempDir()
	files := 0
	rapid.Check(t, func(t *rapid.T) {
		files++
		m := newMachine(t, filepath.Join(folder, fmt.Sprint(files)))
		defer m.close()
		t.Repeat(map[string]func(*rapid.T){
			"add": m.add, "replace": m.replace, "remove": m.remove, "remove label": m.removeLabel,
			"rename": m.rename, "note": m.note, "search": m.search, "": m.check,
		})
	})
}

// machine is a gallery, open twice, and the model of what it holds.
type machine struct {
	handles [2]*Gallery
	views   [2]*View
	model   map[string]Entry
	gone    []string // ids that were removed
	seed    uint64
}

func newMachine(t *rapid.T, path string) *machine {
	m := &machine{model: map[string]Entry{}}
	for i := range m.handles {
		g, err := Open(path, Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		m.handles[i] = g
		if m.views[i], err = g.Follow(context.Background(), testModel, testDim); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m *machine) close() {
	for _, g := range m.handles {
		g.Close()
	}
}

func (m *machine) any(t *rapid.T) *Gallery {
	return m.handles[rapid.IntRange(0, 1).Draw(t, "handle")]
}

func drawTestLabel(t *rapid.T) Label {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "a-"}), 1, 3).Draw(t, "label")
	return Label(strings.Join(parts, "/"))
}

// some draws ids that are registered.
func (m *machine) some(t *rapid.T) []string {
	if len(m.model) == 0 {
		t.Skip("nothing is registered")
	}
	ids := make([]string, 0, len(m.model))
	for id := range m.model {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(3, len(ids)), rapid.ID[string]).Draw(t, "ids")
}

func (m *machine) fresh(t *rapid.T) []Entry {
	entries := make([]Entry, rapid.IntRange(0, 3).Draw(t, "entries"))
	for i := range entries {
		m.seed++
		entries[i] = entry(drawTestLabel(t), m.seed)
		if len(m.gone) > 0 && rapid.Bool().Draw(t, "again") { // as an import would
			entries[i].ID, m.gone = m.gone[0], m.gone[1:]
		}
	}
	return entries
}

// register notes what was added, and fails on an error.
func (m *machine) register(t *rapid.T, entries []Entry, added []Added, err error) {
	if err != nil || len(added) != len(entries) {
		t.Fatalf("added %d of %d, %v", len(added), len(entries), err)
	}
	for i, r := range added {
		e := entries[i]
		if r.Twin {
			t.Fatalf("%s is said to be there already", r.ID)
		}
		e.Reference = r.Reference
		m.model[r.ID] = e
	}
}

func (m *machine) add(t *rapid.T) {
	entries := m.fresh(t)
	added, err := m.any(t).Add(context.Background(), entries...)
	m.register(t, entries, added, err)
}

func (m *machine) replace(t *rapid.T) {
	entries := m.fresh(t)
	added, err := m.any(t).Replace(context.Background(), entries...)
	for _, e := range entries {
		for id, old := range m.model {
			if old.Label == e.Label {
				m.forget([]string{id})
			}
		}
	}
	m.register(t, entries, added, err)
}

func (m *machine) remove(t *rapid.T) {
	ids := m.some(t)
	if err := m.any(t).Remove(context.Background(), ids...); err != nil {
		t.Fatal(err)
	}
	m.forget(ids)
}

// affected says whether a change of a label subtree did what it should.
func affected(t *rapid.T, n int, err error, want int) {
	if n != want || (want == 0) != errors.Is(err, ErrNoReference) || (want > 0 && err != nil) {
		t.Fatalf("changed %d references, want %d, %v", n, want, err)
	}
}

func (m *machine) forget(ids []string) {
	m.gone = append(m.gone, ids...)
	for _, id := range ids {
		delete(m.model, id)
	}
}

func (m *machine) removeLabel(t *rapid.T) {
	label := drawTestLabel(t)
	var ids []string
	for id, e := range m.model {
		if label.Contains(e.Label) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	m.forget(ids)
	n, err := m.any(t).RemoveLabel(context.Background(), label)
	affected(t, n, err, len(ids))
}

func (m *machine) rename(t *rapid.T) {
	from, to, want := drawTestLabel(t), drawTestLabel(t), 0
	for id, e := range m.model {
		if from.Contains(e.Label) {
			if len(strings.Split(string(to+e.Label[len(from):]), "/")) > label.MaxDepth {
				t.Skip("too deep")
			}
			want++
			e.Label = to + e.Label[len(from):]
			defer func() { m.model[id] = e }()
		}
	}
	n, err := m.any(t).RenameLabel(context.Background(), from, to)
	affected(t, n, err, want)
}

func (m *machine) note(t *rapid.T) {
	id, note := m.some(t)[0], rapid.StringN(0, 20, 80).Draw(t, "note")
	if err := m.any(t).SetNote(context.Background(), id, note); err != nil {
		t.Fatal(err)
	}
	e := m.model[id]
	e.Note = note
	m.model[id] = e
}

func (m *machine) search(t *rapid.T) {
	probe := randomVectors(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "probe"), 2)), 1, testDim)
	want := searchAll(itemsOf(m.model), probe, 4)
	for i, v := range m.views {
		got, err := v.Search(context.Background(), probe, 4)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("view %d, %v:\n got %v\nwant %v", i, err, got, want)
		}
	}
}

func (m *machine) check(t *rapid.T) {
	for _, g := range m.handles {
		references, err := g.List(context.Background(), Filter{})
		if err != nil || len(references) != len(m.model) {
			t.Fatalf("%d references, want %d, %v", len(references), len(m.model), err)
		}
		for _, r := range references {
			if r != m.model[r.ID].Reference {
				t.Fatalf("holds %+v, want %+v", r, m.model[r.ID].Reference)
			}
		}
	}
}

func TestFollowAnotherModel(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	if _, err := g.Follow(ctx, "whatever", 7); err != nil {
		t.Errorf("an empty gallery takes any model: %v", err)
	}
	v := follow(t, g)
	add(t, g, entry("a", 1))
	for _, c := range []struct {
		model string
		dim   int
	}{{"model-2", testDim}, {testModel, testDim * 2}} {
		_, err := g.Follow(ctx, c.model, c.dim)
		mustSay(t, err, ErrWrongModel, g.path)
	}
	if _, err := v.Search(ctx, make([]float32, testDim-1), 1); !errors.Is(err, ErrWrongModel) {
		t.Errorf("a probe of another length: %v", err)
	}
	if _, err := v.Search(ctx, []float32{31: float32(nan)}, 1); err == nil {
		t.Error("a probe that is not finite was searched for")
	}
}

// A gallery put back to an earlier copy, under a process that follows it.
func TestFollowRestoredGallery(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "g.gallery")
	g := openGallery(t, path)
	v := follow(t, g)
	kept := add(t, g, entry("a", 1), entry("b", 2))
	if err := v.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	// As a restore would leave it: the same gallery, at an earlier change.
	if err := g.Remove(ctx, kept[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := g.db.Exec(`DELETE FROM removal; UPDATE gallery SET seq = 0, crc = row_crc(id, created, model, dim, 0); UPDATE reference SET seq = 0`); err != nil {
		t.Fatal(err)
	}
	if err := v.Refresh(ctx); err != nil || v.Index().Len() != 1 {
		t.Errorf("%d references, %v", v.Index().Len(), err)
	}
}

// Goroutines of one process change, search and read at once.
func TestConcurrentUse(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	add(t, g, entry("fixed", 0))
	v := follow(t, g)
	probe := entry("", 0).Vectors[:testDim]
	var wg sync.WaitGroup
	for worker := range uint64(4) {
		wg.Go(func() {
			for i := range uint64(15) {
				label := Label(fmt.Sprintf("w%d/x", worker))
				r, err := g.Add(ctx, entry(label, 100*worker+i+1))
				if err == nil && i%3 == 0 {
					err = g.Remove(ctx, r[0].ID)
				}
				if err == nil && i%5 == 4 {
					_, err = g.RenameLabel(ctx, label, Label(fmt.Sprintf("w%d/y", worker)))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 60 {
				found, err := v.Search(ctx, probe, 3)
				if err != nil || len(found) == 0 || found[0].Label != "fixed" {
					t.Errorf("found %v, %v", found, err)
				}
				if _, err := g.Picture(ctx, found[0].Reference); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := v.Refresh(ctx); err != nil || v.Index().Len() != 1+4*10 {
		t.Errorf("%d references in the end, %v", v.Index().Len(), err)
	}
	mustBeSound(t, g)
}

func TestCancelled(t *testing.T) {
	g := newGallery(t)
	add(t, g, entry("a", 1))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Add(ctx, entry("b", 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("add: %v", err)
	}
	if _, err := g.List(ctx, Filter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v", err)
	}
	if n := len(mustList(t, g, Filter{})); n != 1 {
		t.Errorf("%d references", n)
	}
}

// While another process writes for too long, a change is given up, and says why.
func TestBusy(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	other := openGallery(t, g.path)
	g.db.SetMaxOpenConns(1) // the waiting time is the connection's
	if _, err := g.db.Exec(`PRAGMA busy_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	err := other.write(ctx, "hold", func(*sql.Tx) error {
		_, err := g.Add(ctx, entry("a", 1))
		return err
	})
	mustSay(t, err, ErrBusy, g.path)
	add(t, g, entry("a", 1))
}

func TestNearestOfALabel(t *testing.T) {
	g := newGallery(t)
	v := follow(t, g)
	rng := rand.New(rand.NewPCG(8, 8))
	image := entry("id/front", 1)
	look := func(except string) *decide.Candidate {
		t.Helper()
		if err := v.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		return v.Index().NearestOf(image.Label, image.Vectors[:testDim], except)
	}
	if n := look(""); n != nil {
		t.Errorf("in an empty gallery: %+v", n)
	}
	alike := entry("id/front", 1000) // another image, turned, much like it
	copy(alike.Vectors[testDim:2*testDim], disturbed(rng, image.Vectors[:testDim], 0.2))
	same := image
	same.Label = "elsewhere"
	added := add(t, g, alike, same, entry("id/front", 50), entry("far", 51))
	if n := look(""); n == nil || n.Reference != added[0].ID || n.Score < 0.9 || n.Rotation != 90 {
		t.Errorf("nearest is %+v", n)
	}
	self := add(t, g, image)[0]
	if n := look(""); n == nil || n.Reference != self.ID {
		t.Errorf("with itself: %+v", n)
	}
	if n := look(self.ID); n == nil || n.Reference != added[0].ID {
		t.Errorf("without itself: %+v", n)
	}
}

func BenchmarkRefreshWithoutChanges(b *testing.B) {
	g := newGallery(b)
	add(b, g, entry("a", 1))
	v := follow(b, g)
	for b.Loop() {
		if err := v.Refresh(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenAndSearch is from nothing to the first answer of a gallery of
// 100 references of 256 numbers.
func BenchmarkOpenAndSearch(b *testing.B) {
	path := filepath.Join(b.TempDir(), "g.gallery")
	g := openGallery(b, path)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range uint64(100) {
		e := entry("a", i)
		e.Vectors = randomVectors(rng, Rotations, 256)
		add(b, g, e)
	}
	g.Close()
	probe := randomVectors(rng, 1, 256)
	for b.Loop() {
		g, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		v, err := g.Follow(context.Background(), testModel, 256)
		if err != nil {
			b.Fatal(err)
		}
		if found, err := v.Search(context.Background(), probe, 5); err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
		g.Close()
	}
}

// BenchmarkAdd registers 50 references with pictures of 60 kB at once.
func BenchmarkAdd(b *testing.B) {
	g := newGallery(b)
	seed := uint64(0)
	for b.Loop() {
		batch := make([]Entry, 50)
		for i := range batch {
			seed++
			batch[i] = entry("a", seed)
			batch[i].Picture = append(batch[i].Picture, make([]byte, 60_000)...)
		}
		add(b, g, batch...)
	}
	if info, err := os.Stat(g.path); err == nil {
		b.ReportMetric(float64(info.Size())/float64(seed), "bytes/reference")
	}
}
