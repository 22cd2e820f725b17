package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/imaging"
)

// picture is one file of a set; its folder is its label.
type picture struct{ name, label string }

// set is a folder of references (X_ref.jpg) and captures.
type set struct {
	name, root           string
	labels               []string // leaves with a reference, sorted
	references, captures []picture
	ignore               map[[2]string]bool // capture, label: neither mated nor non-mated
}

func loadSet(root string) (*set, error) {
	s := &set{name: filepath.Base(root), root: root, ignore: map[[2]string]bool{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".jpg") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		p := picture{filepath.ToSlash(rel), filepath.ToSlash(filepath.Dir(rel))}
		if strings.HasSuffix(path, "_ref.jpg") {
			s.references = append(s.references, p)
		} else {
			s.captures = append(s.captures, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.keepLeaves()
	return s, s.readIgnore()
}

// keepLeaves drops references of labels that have no captures themselves, and
// captures of labels without a reference.
func (s *set) keepLeaves() {
	captured, referenced := map[string]bool{}, map[string]bool{}
	for _, p := range s.captures {
		captured[p.label] = true
	}
	s.references = slices.DeleteFunc(s.references, func(p picture) bool { return !captured[p.label] })
	for _, p := range s.references {
		if !referenced[p.label] {
			referenced[p.label] = true
			s.labels = append(s.labels, p.label)
		}
	}
	slices.Sort(s.labels)
	s.captures = slices.DeleteFunc(s.captures, func(p picture) bool { return !referenced[p.label] })
}

func (s *set) readIgnore() error {
	data, err := os.ReadFile(filepath.Join(s.root, "ignore.tsv"))
	if os.IsNotExist(err) {
		return nil
	}
	for line := range strings.Lines(string(data)) {
		if capture, label, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			s.ignore[[2]string{capture, label}] = true
		}
	}
	return err
}

func (s *set) open(p picture) (*imaging.Image, error) {
	data, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(p.name)))
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", p.name, err)
	}
	return m, nil
}
