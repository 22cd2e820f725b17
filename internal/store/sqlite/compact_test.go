package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/archive"
	"exemplar/internal/store/storetest"
)

// The files hold nothing of a removed reference: the picture and its derived parts are
// gone at once, the last trace of its names after Compact.
func TestRemovedIsGone(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	g := openGallery(t, filepath.Join(folder, "g.gallery"))
	for i := range 60 { // so that pages are split and joined
		storetest.Put(t, g, secretEntry(i, false))
	}
	var ids []string
	for i := range 40 {
		ids = append(ids, storetest.Put(t, g, secretEntry(100+i, true))[0].ID)
	}
	if _, err := g.Rename(ctx, "secret-label", "renamed-secret-label"); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(g.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Remove(ctx, ids[:39]...); err != nil {
		t.Fatal(err)
	}
	if n, err := g.RemoveLabel(ctx, "renamed-secret-label"); n != 1 || err != nil {
		t.Fatalf("removed %d, %v", n, err)
	}
	for _, text := range []string{"secret picture", "secret features", "secret words"} {
		if found := filesWith(t, folder, text); len(found) > 0 {
			t.Errorf("%q is in %v after the removal", text, found)
		}
	}
	for i := range 40 {
		if vectors := store.EncodeVectors(secretEntry(100+i, true).Vectors); len(filesWith(t, folder, string(vectors[:16]))) > 0 {
			t.Error("an embedding of a removed image is still there")
		}
	}
	if err := g.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, folder, "secret"); len(found) > 0 {
		t.Errorf("something secret is in %v after compacting", found)
	}
	for i := range 40 {
		if hash := secretEntry(100+i, true).Hash; len(filesWith(t, folder, string(hash[:]))) > 0 {
			t.Error("the hash of a removed image is still there")
		}
	}
	if after, err := os.Stat(g.path); err != nil || after.Size() >= before.Size()*3/4 {
		t.Errorf("%d bytes became %d, %v", before.Size(), after.Size(), err)
	}
	if n := len(storetest.List(t, g, store.Filter{})); n != 60 {
		t.Errorf("%d references are left", n)
	}
	storetest.MustBeSound(t, g)
}

// While somebody reads, removed bytes cannot be overwritten. Removing and compacting say
// so, and compacting wipes them when the reader is done.
func TestRemovedLingersWhileSomebodyReads(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the reader twice")
	}
	ctx := context.Background()
	folder := t.TempDir()
	g := openGallery(t, filepath.Join(folder, "g.gallery"))
	other := openGallery(t, g.path)
	r := storetest.Put(t, g, secretEntry(1, true))[0]
	if err := g.emptyLog(ctx); err != nil {
		t.Fatal(err)
	}
	err := other.Snapshot(ctx, func(s store.Snapshot) error {
		if _, err := s.Stats(ctx); err != nil {
			t.Error(err)
		}
		if err := g.Remove(ctx, r.ID); !errors.Is(err, store.ErrLingers) {
			t.Errorf("remove: %v", err)
		}
		if err := g.Compact(ctx); !errors.Is(err, store.ErrLingers) {
			t.Errorf("compact: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := g.Compact(ctx); err != nil {
		t.Error(err)
	}
	if found := filesWith(t, folder, "secret"); len(found) > 0 {
		t.Errorf("something secret is in %v", found)
	}
	if n := len(storetest.List(t, g, store.Filter{})); n != 0 {
		t.Errorf("%d references are left", n)
	}
}

func secretEntry(i int, secret bool) store.Entry {
	e := storetest.Entry(store.Label(fmt.Sprintf("open/%d", i%7)), uint64(i))
	word := "open"
	if secret {
		word, e.Label = "secret", store.Label(fmt.Sprintf("secret-label/%d", i%7))
	}
	e.Source, e.Note = fmt.Sprintf("%s source %d", word, i), word+" note"
	e.Picture = append(e.Picture, bytes.Repeat([]byte(word+" picture "), 700)...)
	e.Features = bytes.Repeat([]byte(word+" features "), 300)
	e.Words.Data = bytes.Repeat([]byte(word+" words "), 30)
	return e
}

// Files are for their owner alone, whatever the umask.
func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	for _, mask := range []int{0, 0o077, 0o777} {
		t.Run(fmt.Sprintf("%#o", mask), func(t *testing.T) {
			tmp := t.TempDir()
			before := setUmask(mask)
			defer setUmask(before)
			mustHaveModes(t, tmp)
		})
	}
}

func mustHaveModes(t *testing.T, tmp string) {
	t.Helper()
	folder := filepath.Join(tmp, "made")
	g := openGallery(t, filepath.Join(folder, "g.gallery"))
	storetest.Put(t, g, storetest.Entry("a", 1))
	if err := archive.Export(context.Background(), g, filepath.Join(folder, "export.zip")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) < 4 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v, %v", f.Name(), info.Mode(), err)
		}
	}
}
