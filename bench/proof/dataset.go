package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
)

// set is a data set whose classes all have references and captures.
type set struct {
	name, root           string
	labels               []string // of the references, sorted
	references, captures []dataset.Sample
	ignore               map[dataset.PathLabel]bool // neither mated nor non-mated
}

func loadSet(root string) (*set, error) {
	folder, err := dataset.ReadFolder(root)
	if err != nil {
		return nil, err
	}
	s := &set{name: filepath.Base(root), root: root, ignore: map[dataset.PathLabel]bool{}}
	for _, p := range folder.Ignore {
		s.ignore[p] = true
	}
	for _, x := range folder.Samples {
		if x.IsReference {
			s.references = append(s.references, x)
		} else {
			s.captures = append(s.captures, x)
		}
	}
	s.keepLeaves()
	return s, nil
}

// keepLeaves drops references of labels that have no captures themselves, and
// captures of labels without a reference.
func (s *set) keepLeaves() {
	captured, referenced := map[string]bool{}, map[string]bool{}
	for _, x := range s.captures {
		captured[x.Label] = true
	}
	s.references = slices.DeleteFunc(s.references, func(x dataset.Sample) bool { return !captured[x.Label] })
	for _, x := range s.references {
		if !referenced[x.Label] {
			referenced[x.Label] = true
			s.labels = append(s.labels, x.Label)
		}
	}
	slices.Sort(s.labels)
	s.captures = slices.DeleteFunc(s.captures, func(x dataset.Sample) bool { return !referenced[x.Label] })
}

func (s *set) open(x dataset.Sample) (*imaging.Image, error) { return openPicture(s.root, x.Path) }

// openPicture reads the picture at a path under root.
func openPicture(root, path string) (*imaging.Image, error) {
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", path, err)
	}
	return m, nil
}
