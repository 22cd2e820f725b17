package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// logOf is the log beside a gallery after some more references were put into it.
func logOf(t *testing.T, path string, references int, seed uint64) []byte {
	t.Helper()
	g := openGallery(t, path)
	defer g.Close()
	for i := range references {
		e := storetest.Entry("logged", seed+uint64(i))
		e.Picture = append(e.Picture, bytes.Repeat([]byte{byte(i)}, 9000)...)
		storetest.Put(t, g, e)
	}
	log, err := os.ReadFile(path + "-wal")
	if err != nil || len(log) == 0 {
		t.Fatalf("%d bytes of log, %v", len(log), err)
	}
	return log
}

// logOfAnotherProgram is that of a database which is no gallery.
func logOfAnotherProgram(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// SQLite writes a log that lies beside a file into it, whosever it is: a gallery of twelve references
// became one of the log's by looking at it. It is refused, and neither is touched.
func TestOpenBesideAForeignLog(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.gallery"), filepath.Join(dir, "b.gallery")
	older := wholeFile(t, path, 6, 9000)
	stale := logOf(t, path, 2, 200)
	logOf(t, path, 4, 300)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	newer := logOf(t, path, 12, 400)
	anywhere := []store.Options{{ReadOnly: true}, {}, {Create: true}, {Damaged: true}}
	for _, c := range []struct {
		name string
		file []byte
		log  []byte
		opts []store.Options
	}{
		{"of another gallery, from its beginning", whole, logOf(t, other, 1, 100), anywhere},
		{"of a later state of it", whole, logOf(t, other, 3, 110), anywhere},
		{"of a much later one", whole, logOf(t, other, 30, 120), anywhere},
		{"of another program", whole, logOfAnotherProgram(t), anywhere},
		{"of an older state", whole, stale, anywhere},
		{"of a newer state than that of a file that was put back", older, newer, []store.Options{{Damaged: true}}},
	} {
		for _, opts := range c.opts {
			place(t, path, c.file, c.log)
			g, err := Open(path, opts)
			if err == nil {
				g.Close()
			}
			if !errors.Is(err, errForeignLog) || !strings.Contains(err.Error(), "a.gallery-wal") {
				t.Errorf("%s, %+v: %v", c.name, opts, err)
			}
			file, errFile := os.ReadFile(path)
			log, errLog := os.ReadFile(path + "-wal")
			if errFile != nil || errLog != nil || !bytes.Equal(file, c.file) || !bytes.Equal(log, c.log) {
				t.Errorf("%s, %+v: the file or the log was changed: %v, %v", c.name, opts, errFile, errLog)
			}
		}
		if err := os.Rename(path+"-wal", filepath.Join(dir, "elsewhere")); err != nil {
			t.Fatal(err)
		}
		g := openGallery(t, path)
		storetest.MustBeSound(t, g)
		g.Close()
	}
}

// place lays a gallery and a log, as a copy does that leaves neither out.
func place(t *testing.T, path string, file, log []byte) {
	t.Helper()
	os.Remove(path + "-shm")
	for name, data := range map[string][]byte{path: file, path + "-wal": log} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A log that a killed process left is the file's: whatever of it is in the file already, and also if
// it gave the gallery another id, as a repair does.
func TestOpenBesideALogOfItsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.gallery")
	whole := wholeFile(t, path, 12, 9000)
	log := logOf(t, path, 3, 300)
	with, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := openGallery(t, path)
	if _, err := g.db.Exec(`UPDATE gallery SET id = 'another', crc = row_crc('another', created, model, dim, seq)`); err != nil {
		t.Fatal(err)
	}
	renamed, err := os.ReadFile(path + "-wal")
	g.Close()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file, log  []byte
		references int
	}{
		"nothing of it is in the file": {whole, log, 15}, "all of it is": {with, log, 15}, "it gives another id": {with, renamed, 15},
	} {
		for _, opts := range []store.Options{{ReadOnly: true}, {}, {Damaged: true}} {
			place(t, path, c.file, c.log)
			g, err := Open(path, opts)
			if err != nil {
				t.Errorf("%s, %+v: %v", name, opts, err)
				continue
			}
			storetest.MustBeSound(t, g)
			if stats, err := g.Stats(t.Context()); err != nil || stats.References != c.references {
				t.Errorf("%s, %+v: %d references, %v", name, opts, stats.References, err)
			}
			g.Close()
		}
	}
}
