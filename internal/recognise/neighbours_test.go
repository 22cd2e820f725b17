package recognise

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/store"
)

// benchReferences are the references of bench sets, labelled by set and folder.
func benchReferences(t *testing.T, sets ...string) (entries []store.Entry) {
	t.Helper()
	for _, set := range sets {
		root := papertest.Shared(t, filepath.Join("../../../shared/data/bench", set))
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.Contains(d.Name(), "_ref.") {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			picture, _, err := imaging.DecodeAtLeast(data, ReferenceSide, imaging.DefaultLimits)
			folder, _ := filepath.Rel(root, filepath.Dir(path))
			if err == nil {
				entries = append(entries, newEntry(set+"/"+filepath.ToSlash(folder), picture))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return entries
}

// Neighbours are looked for among the labels with the most alike embeddings, and those
// below the same label: no reference that is found elsewhere by its features is missed by that.
// What is listed cannot be missed, so few of that are compared: to see that there is something.
func TestTheMostAlikeLabelsHoldTheNeighbours(t *testing.T) {
	if testing.Short() {
		t.Skip("compares all references of five sets")
	}
	ctx := context.Background()
	g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
	references, err := g.store.Put(ctx, benchReferences(t, "forms", "banknotes_scene", "bookpages_scene", "dvd_located", "vinyl_located")...)
	if err != nil {
		t.Fatal(err)
	}
	rivals, enough := 0, 8
	for i, r := range references {
		set, _, _ := strings.Cut(string(r.Label), "/")
		family := set == "forms" || set == "banknotes_scene"
		if family && i%2 != 1 || !family && i%24 != 0 {
			continue
		}
		n, err := g.subject(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, c := range n.candidates {
			listed[c.Candidate.Reference] = true
		}
		for _, other := range references {
			if r.Label.InLine(other.Label) || listed[other.ID] && rivals >= enough || !isRival(t, g, n, other.ID) {
				continue
			}
			if rivals++; !listed[other.ID] {
				t.Errorf("%s is not among the labels most like %s", other.Label, r.Label)
			}
		}
	}
	if t.Logf("%d rivals or more among %d references", rivals, len(references)); rivals < enough {
		t.Error("too few to say anything")
	}
}

// isRival looks for a reference in another one by its features.
func isRival(t *testing.T, g *Engine, n *subject, id string) bool {
	t.Helper()
	found, err := g.references.features(context.Background(), g, id)
	if err != nil {
		t.Fatal(err)
	}
	if n.photo.CoarseMatch(found) < fewShared {
		return false
	}
	o, err := g.align(context.Background(), n, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.alike
}
