// Package dataset turns data on disk into samples. It lists and reads files, and
// leaves decoding to package imaging.
//
// For the commands, eval and calibrate it reads folder trees of labelled images: the
// path of a folder is the label (find.go lists files, folder.go and leaves.go make
// samples). For training it makes pools out of folders and tar shards (pool.go,
// shard.go, pack.go), with a cache of decoded images (cache.go), classes (classes.go)
// and near-duplicates (duplicate.go).
package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Sample is one image of a data set.
type Sample struct {
	Path        string // relative to the root, with forward slashes
	Label       string // its folder, "id-card/front"; "" for a file in the root, which belongs to no class
	IsReference bool   // the file's name ends in _ref before the extension
	Condition   string // how it was taken ("canon", "desk"); "" if unknown
}

// PathLabel pairs an image with a label that is not its own.
type PathLabel struct{ Path, Label string }

// Folder is a data set in a folder tree, in which a folder's path is the label
// of the images in it.
type Folder struct {
	Root    string
	Samples []Sample    // sorted by path
	Ignore  []PathLabel // ignore.tsv: pairs that count neither as mated nor as non-mated
	Also    []PathLabel // also.tsv: labels whose documents are in the picture as well
}

const (
	maxSamples = 5_000_000 // in case a user names a whole disk
	maxLine    = 64 << 10  // bytes of one line of a .tsv
)

// ErrNoImages says that a folder holds no file with the ending of an image.
var ErrNoImages = errors.New("no image files")

// Extensions are the file endings of the formats that can be read. Only decoding shows
// whether a file can be used.
var Extensions = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif",
	".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".tga", ".heic", ".heif", ".hif"}

// Documents are the file endings of documents, of which the first page is the image.
var Documents = []string{".pdf"}

// Containers are the file endings of archives and mail. People send pictures in them; in a data set they are no images.
var Containers = []string{".zip", ".tar", ".tgz", ".tar.gz", ".eml", ".mbox"}

// ReadFolder reads the images that [ListImages] finds under root as a data set, and the
// lists ignore.tsv and also.tsv in it.
func ReadFolder(root string) (*Folder, error) {
	paths, err := ListImages(root)
	if err != nil {
		return nil, fmt.Errorf("read data set %q: %w", root, err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("read data set %q: %w (looked for %s)", root, ErrNoImages, strings.Join(Extensions, " "))
	}
	set := &Folder{Root: root}
	for _, p := range paths {
		set.Samples = append(set.Samples, newSample(p))
	}
	nameConditions(set.Samples)
	if set.Ignore, err = set.readPairs("ignore.tsv"); err != nil {
		return nil, err
	}
	if set.Also, err = set.readPairs("also.tsv"); err != nil {
		return nil, err
	}
	return set, nil
}

// Labels returns the distinct labels, sorted.
func (f *Folder) Labels() []string {
	var labels []string
	for _, s := range f.Samples {
		if s.Label != "" {
			labels = append(labels, s.Label)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func newSample(rel string) Sample {
	label := path.Dir(rel)
	if label == "." {
		label = ""
	}
	return Sample{Path: rel, Label: label, IsReference: strings.HasSuffix(stem(rel), "_ref")}
}

// stem returns a file's name without folder and extension.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// nameConditions derives conditions from the names of files. A name tells how a picture
// was taken if at least three classes, and a fifth of all classes with captures, share
// it (dvd001/canon.jpg, dvd002/canon.jpg).
func nameConditions(samples []Sample) {
	classes := map[string]bool{}
	seen := map[string]map[string]bool{}
	for _, s := range samples {
		if s.IsReference || s.Label == "" {
			continue
		}
		classes[s.Label] = true
		name := stem(s.Path)
		if seen[name] == nil {
			seen[name] = map[string]bool{}
		}
		seen[name][s.Label] = true
	}
	for i, s := range samples {
		if n := len(seen[stem(s.Path)]); !s.IsReference && n >= 3 && 5*n >= len(classes) {
			samples[i].Condition = stem(s.Path)
		}
	}
}

// readPairs reads a list of the set, if it is there.
func (f *Folder) readPairs(name string) ([]PathLabel, error) {
	file := filepath.Join(f.Root, name)
	r, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	defer r.Close()
	pairs, err := ReadPathLabels(r)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", file, err)
	}
	for i, p := range pairs {
		_, found := slices.BinarySearchFunc(f.Samples, p.Path, func(s Sample, path string) int { return strings.Compare(s.Path, path) })
		if !found {
			return nil, fmt.Errorf("read %q: entry %d: the set has no image %q", file, i+1, p.Path)
		}
	}
	return pairs, nil
}

// ReadPathLabels reads lines of a path, a tab and a label. It skips empty lines and
// lines that begin with #.
func ReadPathLabels(r io.Reader) ([]PathLabel, error) {
	var pairs []PathLabel
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimRight(lines.Text(), "\r")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		file, label, ok := strings.Cut(text, "\t")
		label = strings.Trim(label, "/")
		if !ok || file == "" || label == "" || strings.Contains(label, "\t") {
			return nil, fmt.Errorf("line %d: want a path, a tab and a label, have %.80q", n, text)
		}
		pairs = append(pairs, PathLabel{Path: file, Label: label})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return pairs, nil
}
