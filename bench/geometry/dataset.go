package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"exemplar/internal/imaging"
)

// picture is one file of a set.
type picture struct {
	name  string // path in the set
	label string // path of the leaf
	class int    // position of the label among the sorted labels
}

// set is a folder of references (X_ref.jpg) and captures.
type set struct {
	name       string
	root       string
	labels     []string
	references []picture
	captures   []picture
	ignore     map[[2]string]bool // capture, label: neither mated nor non-mated
}

// loadSet lists a set; references of inner nodes are left out.
func loadSet(root string) (*set, error) {
	s := &set{name: filepath.Base(root), root: root, ignore: map[[2]string]bool{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".jpg") {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		p := picture{name: filepath.ToSlash(rel), label: filepath.ToSlash(filepath.Dir(rel))}
		if strings.HasSuffix(path, "_ref.jpg") {
			s.references = append(s.references, p)
		} else {
			s.captures = append(s.captures, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list set %q: %w", root, err)
	}
	s.keepLeaves()
	return s, s.readIgnore()
}

// keepLeaves drops the references of labels that are parents of others, and
// numbers the labels.
func (s *set) keepLeaves() {
	parent := map[string]bool{}
	for _, p := range append(s.references, s.captures...) {
		for dir := filepath.Dir(p.label); dir != "."; dir = filepath.Dir(dir) {
			parent[filepath.ToSlash(dir)] = true
		}
	}
	class := map[string]int{}
	kept := s.references[:0]
	for _, p := range s.references {
		if !parent[p.label] {
			kept = append(kept, p)
			s.labels = append(s.labels, p.label)
		}
	}
	sort.Strings(s.labels)
	for i, l := range s.labels {
		class[l] = i
	}
	s.references = kept
	for i := range s.references {
		s.references[i].class = class[s.references[i].label]
	}
	captures := s.captures[:0]
	for _, p := range s.captures {
		if c, ok := class[p.label]; ok {
			p.class = c
			captures = append(captures, p)
		}
	}
	s.captures = captures
}

func (s *set) readIgnore() error {
	f, err := os.Open(filepath.Join(s.root, "ignore.tsv"))
	if os.IsNotExist(err) {
		return nil
	} else if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if capture, label, ok := strings.Cut(lines.Text(), "\t"); ok {
			s.ignore[[2]string{capture, strings.TrimSpace(label)}] = true
		}
	}
	return lines.Err()
}

func (s *set) open(p picture) (*imaging.Gray, error) {
	return openGray(filepath.Join(s.root, p.name))
}

func openGray(path string) (*imaging.Gray, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.Limits{Bytes: 1 << 26, Pixels: 1 << 26})
	if err != nil {
		return nil, fmt.Errorf("decode %q: %w", path, err)
	}
	return m.Gray(), nil
}
