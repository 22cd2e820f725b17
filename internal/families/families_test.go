package families

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"exemplar/internal/imaging"
)

func TestPictureFamilies(t *testing.T) {
	root := t.TempDir()
	if _, err := PictureFamilies(root, 1); err == nil {
		t.Error("an empty folder has families")
	}
	for _, name := range []string{"card/a/fr", "card/a/pl", "page/b/1"} {
		path := filepath.Join(root, filepath.FromSlash(name)+".png")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, imaging.EncodePNG(imaging.NewImage(40, 30)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := PictureFamilies(root, 3)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%d families, %v", len(sources), err)
	}
	family, err := sources[0]()
	if err != nil || family.Name != "card" || len(family.Members) != 2 || len(family.Shots) != 6 {
		t.Fatalf("%q with %d members and %d shots, %v", family.Name, len(family.Members), len(family.Shots), err)
	}
	for _, shot := range family.Shots {
		if len(shot.Siblings) != 1 || shot.Siblings[0] == shot.Own || shot.Document != family.Members[shot.Own] {
			t.Errorf("shot of %d with siblings %v", shot.Own, shot.Siblings)
		}
	}
}

func TestDrawnFamily(t *testing.T) {
	family, _ := DrawnFamilies(1, 7)[0]()
	if len(family.Shots) != DrawnCaptures {
		t.Errorf("%d shots, not %d", len(family.Shots), DrawnCaptures)
	}
	for _, shot := range family.Shots {
		own, other := family.Members[shot.Own], family.Members[shot.Siblings[0]]
		if reflect.DeepEqual(own.Pix, other.Pix) {
			t.Errorf("%s: the sibling is the document itself", shot.Relation)
		}
	}
}
