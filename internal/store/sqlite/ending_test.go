package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// A file that lost its end, wherever it was cut, says so, and a repair keeps what is left:
// all references have a label, and what is not named as lost is sound.
func TestRepairAFileWithoutItsEnd(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "cut.gallery")
	const references = 12
	whole := wholeFile(t, path, references, 30_000)
	for _, cut := range []int{1000, 4096, 10_000, len(whole) / 4, len(whole) / 2} {
		for _, beside := range []string{"-wal", "-shm"} {
			os.Remove(path + beside)
		}
		if err := os.WriteFile(path, whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if g, err := Open(path, store.Options{ReadOnly: true}); err == nil {
			_, err = g.Check(ctx, nil)
			g.Close()
			mustSayEndIsMissing(t, cut, err)
		} else {
			mustSayEndIsMissing(t, cut, err)
		}
		g, err := Open(path, store.Options{Damaged: true})
		if err != nil {
			t.Fatalf("without %d bytes: %v", cut, err)
		}
		done, err := g.Repair(ctx, storetest.SameMaker(), nil)
		if err != nil || len(done.Rebuilt) == 0 || !strings.Contains(done.Rebuilt[0], "missing") {
			t.Fatalf("without %d bytes: %v, %q", cut, err, done.Rebuilt)
		}
		lost := map[string]bool{}
		for _, d := range done.Left {
			lost[d.ID] = true
		}
		if cut <= 4096 && len(lost) > 1 {
			t.Errorf("without %d bytes %d references are lost: %q", cut, len(lost), done.Pages)
		}
		sound := 0
		err = g.Snapshot(ctx, func(s store.Snapshot) error {
			stats, err := s.Stats(ctx)
			if err != nil || stats.References != references {
				t.Errorf("without %d bytes: it counts %d references, %v", cut, stats.References, err)
			}
			all, err := s.List(ctx, store.Filter{})
			for _, r := range all {
				e, damaged, err := s.Entry(ctx, r.ID)
				if err != nil || !lost[r.ID] && (len(damaged) > 0 || !strings.HasPrefix(string(e.Label), "label/")) {
					t.Errorf("without %d bytes: %s: %v, %v", cut, r.ID, damaged, err)
				}
				if err == nil && len(e.Picture) > 30_000 {
					sound++
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if least := references*(len(whole)-cut)/len(whole) - 1; sound < least {
			t.Errorf("without %d of %d bytes %d pictures are sound, at least %d can be", cut, len(whole), sound, least)
		}
		g.Close()
	}
}

func mustSayEndIsMissing(t *testing.T, cut int, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), "missing: exemplar gallery repair") {
		t.Errorf("without %d bytes: %v", cut, err)
	}
}

// An empty file is no gallery, unless one is to be made, by another process perhaps: whoever
// lost all of it is not told that all is well.
func TestOpenEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.gallery")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, opts := range []store.Options{{}, {ReadOnly: true}, {Damaged: true}} {
		if _, err := Open(path, opts); !errors.Is(err, store.ErrNoGallery) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Error("the file is changed")
	}
	g, err := Open(path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	storetest.MustBeSound(t, g)
}

// An empty file with a log beside it lost what the log belongs to: SQLite, asked, removes the log.
func TestOpenEmptyFileBesideALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.gallery")
	for name, data := range map[string]string{path: "", path + "-wal": "what was there"} {
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, opts := range []store.Options{{}, {ReadOnly: true}, {Damaged: true}, {Create: true}} {
		if _, err := Open(path, opts); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
	if log, err := os.ReadFile(path + "-wal"); err != nil || string(log) != "what was there" {
		t.Errorf("the log: %q, %v", log, err)
	}
}
