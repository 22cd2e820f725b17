package sqlite

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// occupy fills a disk to the last byte.
func occupy(t *testing.T, folder string) {
	t.Helper()
	f, err := os.Create(filepath.Join(folder, "other"))
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 16; size > 0; size /= 2 {
		for err = nil; err == nil; _, err = f.Write(make([]byte, size)) {
		}
	}
	f.Close()
	if err := os.WriteFile(filepath.Join(folder, "more"), make([]byte, 4096), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
}

// Removing works on a full disk, whoever filled it, in an open gallery and in one that is
// opened then. The removed bytes are gone, and their space is used again.
func TestRemoveOnAFullDisk(t *testing.T) {
	papertest.SkipLong(t)
	ctx := context.Background()
	cases := []struct {
		name           string
		fill, occupied bool // by the gallery, by others
		closed         bool
		bytes          int // of each picture that fills it
	}{
		{"filled by the gallery", true, false, false, 20_000},
		{"filled by the gallery, closed", true, false, true, 20_000},
		{"filled by large pictures", true, false, false, 1_200_000},
		{"filled by large pictures, closed", true, false, true, 600_000},
		{"filled by others", false, true, false, 0},
		{"filled by others, closed", false, true, true, 0},
		{"filled by both", true, true, false, 20_000},
		{"filled by both, closed", true, true, true, 20_000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder := smallDisk(t)
			path := filepath.Join(folder, "full.gallery")
			g := openGallery(t, path)
			marked := storetest.Entry("b", 77_777)
			marked.Picture = append(marked.Picture, bytes.Repeat([]byte("to be gone "), 9000)...)
			storetest.Put(t, g, marked, storetest.Entry("c", 1))
			if c.fill {
				fillUp(t, g, c.bytes)
			}
			if c.closed {
				g.Close()
			}
			if c.occupied {
				occupy(t, folder)
			}
			if c.closed {
				mustReadOnAFullDisk(t, path)
				var err error
				if g, err = Open(path, store.Options{}); err != nil {
					t.Fatal(err)
				}
				defer g.Close()
			}
			if n, err := g.RemoveLabel(ctx, "b"); n != 1 || err != nil {
				t.Fatalf("removed %d, %v", n, err)
			}
			if found := filesWith(t, folder, "to be gone"); len(found) > 0 {
				t.Errorf("its picture is still in %v", found)
			}
			if !c.occupied {
				storetest.Put(t, g, marked)
				if n, err := g.RemoveLabel(ctx, "b"); n != 1 || err != nil {
					t.Fatalf("removed %d, %v", n, err)
				}
			}
			if err := g.Remove(ctx, storetest.List(t, g, store.Filter{Under: "c"})[0].ID); err != nil {
				t.Error(err)
			}
			storetest.MustBeSound(t, g)
		})
	}
}

// mustReadOnAFullDisk reads from a gallery on a full disk.
func mustReadOnAFullDisk(t *testing.T, path string) {
	t.Helper()
	g, err := Open(path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if _, err := follow(t, g).Search(context.Background(), storetest.Entry("", 1).Vectors[:storetest.Dim], 3); err != nil {
		t.Error(err)
	}
}

// A gallery that was copied to a disk has its reserve there before the disk gets full,
// although nothing was added to it.
func TestReserveIsMadeWhenOpened(t *testing.T) {
	ctx := context.Background()
	folder := smallDisk(t)
	path := filepath.Join(t.TempDir(), "g.gallery")
	g := openGallery(t, path)
	storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))
	g.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(folder, "g.gallery")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	openGallery(t, path).Close()
	occupy(t, folder)
	g, err = Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if n, err := g.RemoveLabel(ctx, "a"); n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
}

// A removal without space says how many references are gone, and that the disk is full.
func TestRemoveWithoutAnyRoom(t *testing.T) {
	folder := smallDisk(t)
	path := filepath.Join(folder, "full.gallery")
	g := openGallery(t, path)
	huge := storetest.Entry("b", 2)
	huge.Picture = append(huge.Picture, make([]byte, 3<<19)...) // what goes is overwritten: by way of the log
	storetest.Put(t, g, storetest.Entry("a", 1), huge)
	g.Close()
	occupy(t, folder)
	g, err := Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if n, err := g.RemoveLabel(context.Background(), "b"); n != 0 || !errors.Is(err, store.ErrDiskFull) || !strings.Contains(err.Error(), "takes 1 MB") {
		t.Errorf("removed %d, %v", n, err)
	}
	if n := len(storetest.List(t, g, store.Filter{})); n != 2 {
		t.Errorf("%d references are left", n)
	}
	storetest.MustBeSound(t, g)
}

// filesWith returns the files in a folder that hold some bytes.
func filesWith(t *testing.T, folder, text string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			names = append(names, f.Name())
		}
	}
	return names
}
