//go:build unix

package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// exportBudget is the memory in bytes that refusing an export may take.
const exportBudget = 200 << 20

// hostileExports imports archives that seem small and hold much.
func hostileExports(l *lab, s *score) {
	for name, fill := range map[string]func(*zip.Writer) error{
		"zeros in the manifest": func(z *zip.Writer) error { return entry(z, "manifest.json", io.LimitReader(zeros{}, 1<<30)) },
		"3 million references": func(z *zip.Writer) error {
			return entry(z, "manifest.json", io.MultiReader(
				strings.NewReader(`{"format":"exemplar gallery","version":1,"references":[{}`),
				io.LimitReader(&repeated{text: ",{}"}, 9_000_000), strings.NewReader("]}")))
		},
		"100,000 entries": func(z *zip.Writer) error {
			for i := range 100_000 {
				if err := entry(z, fmt.Sprintf("pictures/%d.jpg", i), strings.NewReader("x")); err != nil {
					return err
				}
			}
			return nil
		},
		"deep brackets": func(z *zip.Writer) error {
			return entry(z, "manifest.json", io.LimitReader(&repeated{text: "["}, 50<<20))
		},
	} {
		path := filepath.Join(l.folder, "hostile.zip")
		if err := writeZip(path, fill); err != nil {
			s.fault("%v", err)
			return
		}
		fresh := filepath.Join(l.folder, "hostile.db")
		r := s.note(l.run("gallery", "import", path, "--gallery", fresh))
		if r.code == 0 {
			s.fault("%s: imported", name)
		}
		if r.peak > exportBudget {
			s.over++
			s.fault("%s: %d MB", name, r.peak>>20)
		}
		os.Remove(path)
		os.Remove(fresh)
	}
}

func writeZip(path string, fill func(*zip.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z := zip.NewWriter(f)
	if err := fill(z); err != nil {
		return err
	}
	return z.Close()
}

func entry(z *zip.Writer, name string, content io.Reader) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, content)
	return err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// repeated is a reader that repeats its text.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}
