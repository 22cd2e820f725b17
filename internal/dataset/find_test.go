package dataset

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Skip("no links here:", err)
	}
}

// Links to files and folders are followed, each folder once. Paths that cannot be read are named, and the rest is found.
func TestFindFollowsLinksAndGoesOn(t *testing.T) {
	elsewhere := writeTree(t, map[string]string{"deep/x.jpg": "", "y.png": ""})
	root := writeTree(t, map[string]string{"a/1.jpg": "", "a/2.PDF": "", "a/b/3.jpg": "", "c/4.avif": "", "c/5.avif": "", "noext": "", ".hidden.jpg": "", ".folder/7.jpg": "", "scan.Tga": "", "d/8.ppm": "", "d/9.heic": "", "closed/6.jpg": "", "x.my-own": ""})
	link(t, elsewhere, filepath.Join(root, "out"))
	link(t, root, filepath.Join(root, "a", "circle"))
	link(t, filepath.Join(root, "a"), filepath.Join(root, "again"))
	link(t, filepath.Join(root, "absent.jpg"), filepath.Join(root, "dangling.jpg"))
	closed := filepath.Join(root, "closed")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(closed, 0o755) })
	images, problems := []string{"a/1.jpg", "a/2.PDF", "a/b/3.jpg", "d/8.ppm", "d/9.heic", "out/deep/x.jpg", "out/y.png", "scan.Tga"}, []string{"closed", "dangling.jpg"}
	if _, err := os.ReadDir(closed); err == nil { // by root or on Windows
		images, problems = append(append(slices.Clone(images[:3]), "closed/6.jpg"), images[3:]...), problems[1:]
	}

	alias := filepath.Join(t.TempDir(), "alias")
	link(t, root, alias)
	for _, start := range []string{root, alias} {
		found, err := Find(start)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(found.Images, images) {
			t.Errorf("images %q, want %q", found.Images, images)
		}
		if want := map[string]int{"AVIF": 2, Hidden: 1, "other": 2}; !maps.Equal(found.Passed, want) {
			t.Errorf("passed over %v, want %v", found.Passed, want)
		}
		var named []string
		for _, p := range found.Problems {
			named = append(named, p.Path)
		}
		if !slices.Equal(named, problems) {
			t.Errorf("problems %v, want %q", found.Problems, problems)
		}
	}
}

func TestFindRefusesWhatIsNoFolder(t *testing.T) {
	root := writeTree(t, map[string]string{"file.jpg": ""})
	for _, path := range []string{filepath.Join(root, "absent"), filepath.Join(root, "file.jpg")} {
		if _, err := Find(path); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

func TestFindListsArchivesAndMail(t *testing.T) {
	const message = "1730000000.M1P2.host,S=5:2,S"
	tree := map[string]string{"a.ZIP": "", "b.tar.gz": "", "c.gz": "", "d.eml": "", "cur/" + message: "", "new/" + message: "", "new/notes.txt": "", "other/" + message: "", "e.png": ""}
	root := writeTree(t, tree)
	found, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.ZIP", "b.tar.gz", "cur/" + message, "d.eml", "e.png", "new/" + message}; !slices.Equal(found.Images, want) {
		t.Errorf("%q, want %q", found.Images, want)
	}
	if found, err = Find(filepath.Join(root, "cur")); err != nil || !slices.Equal(found.Images, []string{message}) {
		t.Errorf("%+v, %v", found, err)
	}
	if images, err := ListImages(root); err != nil || !slices.Equal(images, []string{"e.png"}) {
		t.Errorf("a data set has %q, %v", images, err)
	}
}
