package postgres

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/pgtest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// A page of the database that cannot be read harms the references that lie in it alone.
func testAPageThatCannotBeRead(t *testing.T, server *pgtest.Server) {
	ctx := context.Background()
	name := inCollection(server.Database(t), "c")
	g := openGallery(t, name)
	e := storetest.Entry("a", 1)
	mark := []byte("the picture that is hit")
	e.Picture = append(e.Picture, bytes.Repeat(mark, 400)...) // a page of its own
	references := storetest.Put(t, g, e, storetest.Entry("b", 2), storetest.Entry("c", 3))
	if err := execute(name, `CHECKPOINT`); err != nil {
		t.Fatal(err)
	}
	g.Close()
	server.Stop(t)
	hitPage(t, filepath.Join(server.Folder(), "base"), mark)
	server.Continue(t)
	g = openGallery(t, name)
	if v := follow(t, g); v.Index().Len() != 3 {
		t.Errorf("an index of %d references", v.Index().Len())
	}
	var damage *store.Damage
	if _, err := g.Picture(ctx, references[0].ID); !errors.As(err, &damage) || damage.Part != store.PartPicture {
		t.Errorf("the picture: %v", err)
	}
	if _, err := g.Picture(ctx, references[1].ID); err != nil {
		t.Errorf("another picture: %v", err)
	}
	err := g.Snapshot(ctx, func(now store.Snapshot) error { // as an export reads
		for i, r := range references {
			e, damaged, err := now.Entry(ctx, r.ID)
			if err != nil || (len(damaged) > 0) != (i == 0) || e.Vectors == nil {
				t.Errorf("entry %d: damaged %v, %v", i, damaged, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	problems, err := g.Check(ctx, nil)
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0], "picture: "+whyPages) {
		t.Errorf("check: %q, %v", problems, err)
	}
	done, err := g.Repair(ctx, storetest.SameMaker(), nil)
	if err != nil || len(done.Left) != 1 || len(done.Pages) != 1 {
		t.Errorf("repaired %+v, %v", done, err)
	}
}

// hitPage flips bits in the middle of the first copy of a text in the files of a folder.
func hitPage(t *testing.T, folder string, text []byte) {
	t.Helper()
	hit := false
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if at := bytes.Index(data, text); err == nil && at >= 0 {
			data[at+3] ^= 0x10
			hit = true
			return os.WriteFile(path, data, 0o600)
		}
		return err
	})
	if err != nil || !hit {
		t.Fatalf("no page was hit, %v", err)
	}
}
