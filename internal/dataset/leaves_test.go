package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLeaves(t *testing.T) {
	root := writeTree(t, map[string]string{
		"T/T_ref.jpg": "blank", "T/a/a_ref.jpg": "", "T/a/1.jpg": "picture", "T/b/1.jpg": "", "U/U_ref.jpg": "", "U/2.jpg": "", "U/1.jpg": "", "W/W_ref.jpg": "", "x.jpg": "", "x_ref.jpg": "",
		"ignore.tsv": "U/1.jpg\tT/a\nU/1.jpg\tU\nT/a/1.jpg\tU\n",
	})
	folder, err := ReadFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	references, captures := folder.Leaves()
	if got, want := pathsOf(references), []string{"T/a/a_ref.jpg", "U/U_ref.jpg", "W/W_ref.jpg"}; !slices.Equal(got, want) {
		t.Errorf("references %q, want %q", got, want)
	}
	if got, want := pathsOf(captures), []string{"T/a/1.jpg", "U/1.jpg", "U/2.jpg"}; !slices.Equal(got, want) {
		t.Errorf("captures %q, want %q", got, want)
	}
	if got := folder.Ignored(captures[1]); !slices.Equal(got, []string{"T/a"}) {
		t.Errorf("ignored of %s: %q", captures[1].Path, got)
	}
	if data, err := folder.Read(captures[0]); err != nil || string(data) != "picture" {
		t.Errorf("read %q, %v", data, err)
	}
	os.Remove(filepath.Join(root, "U", "1.jpg"))
	if _, err := folder.Read(captures[1]); err == nil {
		t.Error("a file that is gone was read")
	}
}

func pathsOf(samples []Sample) []string {
	var paths []string
	for _, s := range samples {
		paths = append(paths, s.Path)
	}
	return paths
}
