package exemplar

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/decide"
)

// benchReferences are the references of bench sets, labelled by set and folder.
func benchReferences(t *testing.T, sets ...string) (items []Item) {
	t.Helper()
	for _, set := range sets {
		root := filepath.Join("../shared/data/bench", set)
		if _, err := os.Stat(root); err != nil {
			if os.Getenv("EXEMPLAR_REQUIRE_SHARED") == "1" {
				t.Fatal(err)
			}
			t.Skipf("%s is not here", root)
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.Contains(d.Name(), "_ref.") {
				return err
			}
			data, err := os.ReadFile(path)
			folder, _ := filepath.Rel(root, filepath.Dir(path))
			items = append(items, Item{Label: set + "/" + filepath.ToSlash(folder), Source: path, Data: data})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return items
}

// Rivals are looked for among the labels with the most alike embeddings: no
// reference that is found elsewhere by its features is missed by that.
func TestTheMostAlikeLabelsHoldTheRivals(t *testing.T) {
	if testing.Short() {
		t.Skip("compares all references of six sets")
	}
	ctx := context.Background()
	g, err := Open(filepath.Join(t.TempDir(), "g.db"), Options{Mode: ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	items := benchReferences(t, "forms", "banknotes_scene", "rupiah", "bookpages_scene", "dvd_located", "vinyl_located")
	if _, err := g.Register(ctx, items, RegisterOptions{}); err != nil {
		t.Fatal(err)
	}
	references, err := g.List(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	rivals := 0
	for i, r := range references {
		family := strings.HasPrefix(r.Label, "forms") || strings.HasPrefix(r.Label, "banknotes") || strings.HasPrefix(r.Label, "rupiah")
		if !family && i%12 != 0 {
			continue
		}
		n, err := g.newcomer(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, s := range n.suspects {
			listed[s.Reference] = true
		}
		for _, other := range references {
			if decide.Label(r.Label).Contains(decide.Label(other.Label)) || decide.Label(other.Label).Contains(decide.Label(r.Label)) {
				continue
			}
			if alike := isRival(t, g, n, other.ID); alike {
				if rivals++; !listed[other.ID] {
					t.Errorf("%s is not among the %d labels most like %s", other.Label, rivalLabels, r.Label)
				}
			}
		}
	}
	if t.Logf("%d rivals among %d references", rivals, len(references)); rivals < 50 {
		t.Error("too few to say anything")
	}
}

// isRival looks for a reference in a newcomer by its features.
func isRival(t *testing.T, g *Gallery, n *newcomer, id string) bool {
	t.Helper()
	sketch, err := g.shapes.sketch(context.Background(), g, id)
	if err != nil {
		t.Fatal(err)
	}
	if n.photo.Glance(sketch) < fewShared {
		return false
	}
	o, err := g.lay(context.Background(), n, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.alike
}
