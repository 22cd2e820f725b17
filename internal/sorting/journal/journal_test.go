package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

func open(t *testing.T, path string) *Journal {
	t.Helper()
	j, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func sample() File {
	return File{Path: "/in/a.pdf", Hash: [32]byte{1}, Source: "/in/a.pdf", Removed: true, Size: 7, Modified: time.Unix(5, 9),
		Outputs: []Output{{"s1", "form/a-p1.pdf", [32]byte{2}}, {"", "_unknown/a-p2.pdf", [32]byte{3}}},
		Pages: []Page{
			{Number: 1, Page: 1, Decision: "match", Label: "form", Confidence: 0.99, Reason: "why"},
			{Number: 2, Document: 1, Member: "b/c.png", Decision: "unknown", Output: 1},
		}}
}

// TestWhatWasDecidedIsThere after the process has gone, until it is done.
func TestWhatWasDecidedIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	batch, err := j.Begin(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f := sample()
	if err := j.Decide(batch, &f); err != nil {
		t.Fatal(err)
	}
	if err := j.Retarget(f.ID, 0, "form/a-p1 (2).pdf"); err != nil {
		t.Fatal(err)
	}
	f.Outputs[0].Target = "form/a-p1 (2).pdf"
	j.Close()

	j = open(t, path)
	defer j.Close()
	undone, err := j.Undone()
	if err != nil || len(undone) != 1 || !reflect.DeepEqual(*undone[0], f) {
		t.Fatalf("%+v, %v\nwant %+v", undone, err, f)
	}
	if again, err := j.Begin(time.Now()); err != nil || again != batch {
		t.Errorf("batch %d, want %d, that was not ended; %v", again, batch, err)
	}
	if err := errors.Join(j.Done(f.ID), j.End(batch, time.Now())); err != nil {
		t.Fatal(err)
	}
	if undone, err := j.Undone(); len(undone) != 0 || err != nil {
		t.Errorf("%v, %v", undone, err)
	}
	if next, err := j.Begin(time.Now()); err != nil || next == batch {
		t.Errorf("a new batch is the old one: %v", err)
	}
	found, there, err := j.Find(f.Path, f.Hash)
	if err != nil || !there || !found.Done || len(found.Pages) != 2 {
		t.Errorf("%+v, %v", found, err)
	}
	if _, there, err := j.Find(f.Path, [32]byte{9}); there || err != nil {
		t.Errorf("a changed file is known: %v", err)
	}
}

// TestAPageHasOneOutcome: who decides again replaces the outcome.
func TestAPageHasOneOutcome(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	defer j.Close()
	for range 2 {
		batch, err := j.Begin(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		f := sample()
		if err := errors.Join(j.Decide(batch, &f), j.Done(f.ID), j.End(batch, time.Now())); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range j.Batch(batch) {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		if n != 1 {
			t.Errorf("%d files in the batch", n)
		}
	}
	var pages int
	if err := j.db.QueryRow("SELECT count(*) FROM page").Scan(&pages); err != nil || pages != 2 {
		t.Errorf("%d pages, %v", pages, err)
	}
	twice := sample()
	twice.Pages = append(twice.Pages, twice.Pages[0])
	if err := j.Decide(1, &twice); err == nil {
		t.Error("a page was given two outcomes")
	}
	if f, there, err := j.Find(twice.Path, twice.Hash); err != nil || !there || len(f.Pages) != 2 {
		t.Errorf("what failed has changed something: %+v, %v", f, err)
	}
}

func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	if _, err := Open(path); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	j.Close()
	open(t, path).Close()
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole")
	filled := open(t, whole)
	batch, err := filled.Begin(time.Now())
	for i := range 50 {
		f := sample()
		f.Hash[1] = byte(i)
		if err = errors.Join(err, filled.Decide(batch, &f)); err != nil {
			t.Fatal(err)
		}
	}
	filled.Close()
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	half := append(slices.Clone(data[:4096]), bytes.Repeat([]byte{0xA5}, len(data)-4096)...)
	for name, damaged := range map[string][]byte{"zeros": make([]byte, len(data)), "text": bytes.Repeat([]byte("text "), 1000), "cut off": data[:len(data)/2], "half": half, "begins elsewhere": data[100:]} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path)
		if err == nil { // what is damaged may be what is read later
			_, err = j.Undone()
			j.Close()
		}
		if !errors.Is(err, ErrDamaged) || errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	newer := filepath.Join(folder, "newer")
	j := open(t, newer)
	if _, err := j.db.Exec("PRAGMA user_version = 2"); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if _, err := Open(newer); !errors.Is(err, ErrForeign) {
		t.Errorf("newer: %v", err)
	}
	if _, err := Open(filepath.Join(folder, "missing", "journal")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("no folder: %v", err)
	}
}
