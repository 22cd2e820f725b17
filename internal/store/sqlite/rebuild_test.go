package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/archive"
	"exemplar/internal/store/storetest"
)

// spoilRoot fills the first page of a table, through which all others are found.
func spoilRoot(t *testing.T, path, table string, with byte) {
	t.Helper()
	g := openGallery(t, path)
	var page int64
	if err := g.db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = ?`, table).Scan(&page); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{with}, 4096), (page-1)*4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Repair makes derived tables with unreadable pages anew. Before that Check names each
// reference, and an export has all of them.
func TestDerivedTablesAreMadeAnew(t *testing.T) {
	ctx := context.Background()
	whole := filepath.Join(t.TempDir(), "whole.gallery")
	g := openGallery(t, whole)
	var ids []string
	for i := range 40 { // more than one page
		e := storetest.Entry("a", uint64(i))
		e.Words.Data = bytes.Repeat([]byte{byte(i)}, 900)
		ids = append(ids, storetest.Put(t, g, e)[0].ID)
	}
	if err := g.Remove(ctx, ids[39]); err != nil {
		t.Fatal(err)
	}
	g.Close()
	file, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"words", "checksum", "removal"} {
		for _, with := range []byte{0x00, 0xff, 0x05} {
			if testing.Short() && with != 0x05 {
				continue
			}
			t.Run(fmt.Sprintf("%s filled with %#x", table, with), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "g.gallery")
				if err := os.WriteFile(path, file, 0o600); err != nil {
					t.Fatal(err)
				}
				spoilRoot(t, path, table, with)
				g, err := Open(path, store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				problems, err := g.Check(ctx, nil)
				if said := strings.Join(problems, "\n"); err != nil || table == "words" && !strings.Contains(said, ids[7]) || len(problems) == 0 {
					t.Errorf("check says %q, %v", said, err)
				}
				if table == "words" {
					export := filepath.Join(t.TempDir(), "e.zip")
					if err := archive.Export(ctx, g, export); !errors.Is(err, archive.ErrPartly) {
						t.Errorf("export: %v", err)
					}
					if done, err := archive.Import(ctx, newGallery(t), export, nil); err != nil || done.Added != 39 {
						t.Errorf("imported %+v, %v", done, err)
					}
				}
				done, err := g.Repair(ctx, storetest.SameMaker(), nil)
				if err != nil || len(done.Rebuilt) == 0 || len(done.Left) > 0 || len(done.Pages) > 0 {
					t.Errorf("rebuilt %q, left %v, pages %q, %v", done.Rebuilt, done.Left, done.Pages, err)
				}
				storetest.MustBeSound(t, g)
				if n := len(storetest.List(t, g, store.Filter{})); n != 39 || len(storetest.WordsOf(t, g)) != 39 || follow(t, g).Index().Len() != 39 {
					t.Errorf("%d references, %d words", n, len(storetest.WordsOf(t, g)))
				}
			})
		}
	}
}

// A part without its checksum is not given out, but it is not lost.
func TestLostChecksumsAreMadeAnew(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	r := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))[0]
	if _, err := g.db.Exec(`DELETE FROM checksum; UPDATE picture SET jpeg = x'00' WHERE reference <> '` + r.ID + `'`); err != nil {
		t.Fatal(err)
	}
	done, err := g.Repair(ctx, storetest.SameMaker(), nil)
	if err != nil || len(done.Left) == 0 || slices.ContainsFunc(done.Left, func(d *store.Damage) bool { return d.ID == r.ID }) {
		t.Errorf("left %v, %v", done.Left, err)
	}
	if picture, err := g.Picture(ctx, r.ID); err != nil || !bytes.Equal(picture, storetest.Entry("a", 1).Picture) {
		t.Errorf("the picture is %q, %v", picture, err)
	}
	if view := follow(t, g); view.Index().Len() != 1 && view.Index().Len() != 2 {
		t.Errorf("a view has %d references", view.Index().Len())
	}
	export := filepath.Join(t.TempDir(), "e.zip")
	if err := archive.Export(ctx, g, export); !errors.Is(err, archive.ErrPartly) {
		t.Errorf("export: %v", err)
	}
	if done, err := archive.Import(ctx, newGallery(t), export, nil); err != nil || done.Added != 1 {
		t.Errorf("imported %+v, %v", done, err)
	}
}

// A damaged row of the gallery itself stops no reader, because the references tell its
// content. Changes must wait for the repair, which says what it did.
func TestOwnRowDamaged(t *testing.T) {
	ctx := context.Background()
	for _, damage := range []string{"dim = 1000000000", "dim = 0", "dim = -1", "seq = 9223372036854775807", "seq = -5", "model = 'other'", "model = ''", "created = 0"} {
		t.Run(damage, func(t *testing.T) {
			g := newGallery(t)
			r := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))[0]
			if _, err := g.db.Exec(`UPDATE gallery SET ` + damage); err != nil {
				t.Fatal(err)
			}
			if view := follow(t, g); view.Index().Len() != 2 || len(view.Damaged()) > 0 {
				t.Errorf("a view has %d references, damaged %v", view.Index().Len(), view.Damaged())
			}
			if _, err := g.Features(ctx, r.ID); err != nil {
				t.Error(err)
			}
			export := filepath.Join(t.TempDir(), "e.zip")
			if err := archive.Export(ctx, g, export); err != nil {
				t.Error(err)
			}
			if done, err := archive.Import(ctx, newGallery(t), export, nil); err != nil || done.Added != 2 {
				t.Errorf("imported %+v, %v", done, err)
			}
			if _, err := g.Put(ctx, storetest.Entry("c", 3)); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("put: %v", err)
			}
			if problems, err := g.Check(ctx, nil); err != nil || !strings.Contains(strings.Join(problems, " "), "own row") {
				t.Errorf("check says %q, %v", problems, err)
			}
			if done, err := g.Repair(ctx, storetest.SameMaker(), nil); err != nil || len(done.Rebuilt) != 1 || !strings.Contains(done.Rebuilt[0], "own row") {
				t.Errorf("repair says %q, %v", done.Rebuilt, err)
			}
			storetest.Put(t, g, storetest.Entry("c", 3))
			storetest.MustBeSound(t, g)
		})
	}
}

// Many problems of one kind are counted after the first ones, and rows of unknown parts are
// named.
func TestCheckIsBrief(t *testing.T) {
	g := newGallery(t)
	r := storetest.Put(t, g, storetest.Entry("a", 1))[0]
	if _, err := g.db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000)
		INSERT INTO removal SELECT 'x' || i, i, 0 FROM n; INSERT INTO checksum VALUES ('` + r.ID + `', 'zebra', '', 5)`); err != nil {
		t.Fatal(err)
	}
	problems, err := g.Check(context.Background(), nil)
	said := strings.Join(problems, "\n")
	if err != nil || len(problems) > 60 || !strings.Contains(said, "more like this") || !strings.Contains(said, "zebra") {
		t.Errorf("%d problems: %.2000s, %v", len(problems), said, err)
	}
	if _, err := g.Repair(context.Background(), storetest.SameMaker(), nil); err != nil {
		t.Error(err)
	}
	storetest.MustBeSound(t, g)
}
