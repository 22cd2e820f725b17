package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
	"exemplar/internal/vectorindex"
)

// mustSay checks that err is the sentinel, and names the file.
func mustSay(t *testing.T, err, want error, path string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	if !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("%q does not name the gallery", err)
	}
}

func TestOpenWhatIsNoGallery(t *testing.T) {
	otherProgram := func(t *testing.T, path string) {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`CREATE TABLE bookmarks (url TEXT)`); err != nil {
			t.Fatal(err)
		}
	}
	write := func(data string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"nothing", func(*testing.T, string) {}, store.ErrNoGallery},
		{"a folder", func(t *testing.T, path string) { os.Mkdir(path, 0o700) }, store.ErrNotGallery},
		{"a device", func(t *testing.T, path string) {
			if err := os.Symlink(os.DevNull, path); err != nil {
				t.Skip(err)
			}
		}, store.ErrNotGallery},
		{"a text", write(strings.Repeat("to whom it may concern\n", 100)), store.ErrNotGallery},
		{"a short text", write("hello"), store.ErrNotGallery},
		{"a byte", write("x"), store.ErrNotGallery},
		{"just too short for a page", write(strings.Repeat("x", smallestPage-1)), store.ErrNotGallery},
		{"another program's", otherProgram, store.ErrNotGallery},
		{"of a newer version", func(t *testing.T, path string) {
			g := openGallery(t, path)
			if _, err := g.db.Exec(`PRAGMA user_version = 99`); err != nil {
				t.Fatal(err)
			}
			g.Close()
		}, store.ErrNewer},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "some.gallery")
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := Open(path, store.Options{})
			mustSay(t, err, c.want, path)
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

// A gallery with foreign definitions, or without one of its own, is refused, in every
// version of the file.
func TestOpenWhatSomebodyChanged(t *testing.T) {
	papertest.SkipUnderRace(t)
	cases := []struct {
		name, change string
		want         error
	}{
		{"trigger", `CREATE TRIGGER evil AFTER INSERT ON reference BEGIN DELETE FROM picture; END`, store.ErrNotGallery},
		{"view", `CREATE VIEW evil AS SELECT * FROM picture`, store.ErrNotGallery},
		{"view in place of a table", `DROP TABLE removal; CREATE VIEW removal AS SELECT id AS reference, 1 AS seq, 1 AS crc FROM reference`, store.ErrNotGallery},
		{"table", `CREATE TABLE more (x)`, store.ErrNotGallery},
		{"index", `CREATE INDEX more ON reference (note)`, store.ErrNotGallery},
		{"column", `ALTER TABLE reference ADD COLUMN more TEXT`, store.ErrNotGallery},
		{"no index", `DROP INDEX reference_seq`, store.ErrCorrupt},
		{"no table", `DROP TABLE words`, store.ErrCorrupt},
		{"no row of its own", `DELETE FROM gallery`, store.ErrCorrupt},
		{"version 0", `PRAGMA user_version = 0`, store.ErrNotGallery},
		{"version -1", `PRAGMA user_version = -1`, store.ErrNotGallery},
		{"version 1", `PRAGMA user_version = 1`, store.ErrNotGallery},
		{"statistics do no harm", `ANALYZE`, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "changed.gallery")
			g := openGallery(t, path)
			storetest.Put(t, g, storetest.Entry("a", 1))
			if _, err := g.db.Exec(c.change); err != nil {
				t.Fatal(err)
			}
			g.Close()
			for _, opts := range []store.Options{{}, {ReadOnly: true}, {Create: true}} {
				g, err := Open(path, opts)
				if err == nil {
					g.Close()
				}
				if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
					t.Errorf("%+v: %v, want %v", opts, err, c.want)
				}
			}
		})
	}
	t.Run("trigger in an old file", func(t *testing.T) {
		path := oldGallery(t, 1)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(`CREATE TRIGGER evil AFTER UPDATE ON reference BEGIN DELETE FROM picture; END`)
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		_, err = Open(path, store.Options{})
		mustSay(t, err, store.ErrNotGallery, path)
	})
}

// Whatever part of a gallery is overwritten or cut off, reading it gives an answer,
// ErrCorrupt or ErrNotGallery, and never a panic or another error.
func TestDamagedGallery(t *testing.T) {
	papertest.SkipLong(t)
	path := filepath.Join(t.TempDir(), "damaged.gallery")
	g := openGallery(t, path)
	for i := range 40 {
		storetest.Put(t, g, storetest.Entry("a/b", uint64(2*i)), storetest.Entry("c", uint64(2*i+1)))
	}
	g.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := map[error]int{}
	damage := func(name string, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := look(path)
		switch {
		case err == nil:
		case errors.Is(err, store.ErrNoGallery) && len(data) == 0:
		case errors.Is(err, store.ErrCorrupt):
			found[store.ErrCorrupt]++
		case errors.Is(err, store.ErrNotGallery):
			found[store.ErrNotGallery]++
		default:
			t.Errorf("%s: %v", name, err)
		}
	}
	const page = 4096
	for at := 0; at+page <= len(whole); at += page {
		data := append([]byte(nil), whole...)
		for i := range page {
			data[at+i] ^= 0x5a
		}
		damage("overwritten", data)
		damage("cut", whole[:at])
	}
	if found[store.ErrCorrupt] == 0 || found[store.ErrNotGallery] == 0 {
		t.Errorf("found %v", found)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := look(path); err != nil {
		t.Errorf("restored: %v", err)
	}
}

// look opens a gallery, reads all of it and checks it.
func look(path string) error {
	ctx := context.Background()
	g, err := Open(path, store.Options{})
	if err != nil {
		return err
	}
	defer g.Close()
	if _, err := vectorindex.Load(ctx, g, storetest.Model, storetest.Dim); err != nil {
		return err
	}
	references, err := g.List(ctx, store.Filter{})
	if err != nil {
		return err
	}
	ids := make([]string, len(references))
	for i, r := range references {
		ids[i] = r.ID
	}
	if err := g.EachWords(ctx, ids, func(string, store.Words) error { return nil }); err != nil {
		return err
	}
	problems, err := g.Check(ctx, nil)
	if err == nil && len(problems) > 0 {
		return store.ErrCorrupt
	}
	return err
}

func TestOpenAgain(t *testing.T) {
	for _, name := range []string{"plain", "with space", "per%20cent", "what?mode=memory", "a#b", "ünï", "a&b=c"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "not yet", name)
			g := openGallery(t, path)
			storetest.Put(t, g, storetest.Entry("a", 1))
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("the file is not there, or open to others: %v, %v", info, err)
			}
			if n := len(storetest.List(t, openGallery(t, path), store.Filter{})); n != 1 {
				t.Errorf("%d references", n)
			}
		})
	}
}

// A gallery opened for reading is not changed, and none is made.
func TestOpenReadOnly(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "g.gallery")
	if _, err := Open(path, store.Options{ReadOnly: true}); !errors.Is(err, store.ErrNoGallery) {
		t.Errorf("opened what is not there: %v", err)
	}
	if _, err := Open(path, store.Options{}); !errors.Is(err, store.ErrNoGallery) {
		t.Errorf("opened what is not there: %v", err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) > 0 {
		t.Errorf("made %v, %v", files, err)
	}
	r := storetest.Put(t, openGallery(t, path), storetest.Entry("a", 1))[0]
	g, err := Open(path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	changes := map[string]func() error{
		"add":    func() error { _, err := g.Put(ctx, storetest.Entry("b", 2)); return err },
		"remove": func() error { return g.Remove(ctx, r.ID) },
		"rename": func() error { _, err := g.Rename(ctx, "a", "b"); return err },
		"note":   func() error { return g.SetNote(ctx, r.ID, "x") },
		"SQL":    func() error { _, err := g.db.Exec(`DELETE FROM reference`); return translate(err) },
	}
	for name, change := range changes {
		if err := change(); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := storetest.List(t, g, store.Filter{}); len(got) != 1 || got[0] != r {
		t.Errorf("left %+v", got)
	}
	if n := follow(t, g).Index().Len(); n != 1 {
		t.Errorf("a view has %d references", n)
	}
}

// Many processes that create the same gallery at once create one.
func TestCreateAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.gallery")
	var wg sync.WaitGroup
	var galleries sync.Map
	for i := range 8 {
		wg.Go(func() {
			g, err := Open(path, store.Options{Create: true})
			if err != nil {
				t.Error(err)
				return
			}
			defer g.Close()
			if _, err := g.Put(context.Background(), storetest.Entry("a", uint64(i))); err != nil {
				t.Error(err)
			}
			s, err := g.Stats(context.Background())
			if err != nil {
				t.Error(err)
			}
			galleries.Store(s.ID, true)
		})
	}
	wg.Wait()
	ids := 0
	galleries.Range(func(any, any) bool { ids++; return true })
	if n := len(storetest.List(t, openGallery(t, path), store.Filter{})); n != 8 || ids != 1 {
		t.Errorf("%d references in %d galleries", n, ids)
	}
}

// A gallery that cannot grow says so, and stays as it was.
func TestDiskFull(t *testing.T) {
	papertest.SkipUnderRace(t)
	t.Run("limited by pages", func(t *testing.T) {
		g := newGallery(t)
		g.db.SetMaxOpenConns(1) // the limit is the connection's
		if _, err := g.db.Exec(`PRAGMA max_page_count = 60`); err != nil {
			t.Fatal(err)
		}
		fillUp(t, g, 20_000)
	})
	t.Run("a small disk", func(t *testing.T) {
		g, err := Open(filepath.Join(smallDisk(t), "full.gallery"), store.Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		fillUp(t, g, 20_000)
	})
}

// fillUp registers pictures of a size until the disk is full.
func fillUp(t *testing.T, g *Store, bytes int) {
	t.Helper()
	added := 0
	for {
		big := storetest.Entry("a", uint64(added))
		big.Picture = append(big.Picture, make([]byte, bytes)...)
		_, err := g.Put(context.Background(), big)
		if err != nil {
			mustSay(t, err, store.ErrDiskFull, g.path)
			break
		}
		if added++; added > 1000 {
			t.Fatal("it never filled up")
		}
	}
	if n := len(storetest.List(t, g, store.Filter{Under: "a"})); n != added || added == 0 {
		t.Errorf("%d references, %d were reported", n, added)
	}
	storetest.MustBeSound(t, g)
}
