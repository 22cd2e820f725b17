package dataset

import (
	"path"
	"path/filepath"
	"slices"

	"exemplar/internal/fileio"
)

// maxFile is the largest picture file in bytes. Decoding has limits of its own.
const maxFile = 256 << 20

// Read reads the file of a sample.
func (f *Folder) Read(s Sample) ([]byte, error) {
	return fileio.ReadFile(filepath.Join(f.Root, filepath.FromSlash(s.Path)), maxFile)
}

// Leaves returns the references of labels without labels below them, and the captures
// of these labels. If a blank form stands above its filled variants, these are the
// variants.
func (f *Folder) Leaves() (references, captures []Sample) {
	above, referenced := map[string]bool{}, map[string]bool{}
	for _, s := range f.Samples {
		for parent := path.Dir(s.Label); parent != "."; parent = path.Dir(parent) {
			above[parent] = true
		}
		if s.IsReference && s.Label != "" {
			referenced[s.Label] = true
		}
	}
	for _, s := range f.Samples {
		switch {
		case above[s.Label] || !referenced[s.Label]:
		case s.IsReference:
			references = append(references, s)
		default:
			captures = append(captures, s)
		}
	}
	return references, captures
}

// Ignored returns the labels that count neither as right nor as wrong for a capture, by
// ignore.tsv. Its own label is never among them.
func (f *Folder) Ignored(capture Sample) []string {
	var labels []string
	for _, p := range f.Ignore {
		if p.Path == capture.Path && p.Label != capture.Label && !slices.Contains(labels, p.Label) {
			labels = append(labels, p.Label)
		}
	}
	return labels
}
