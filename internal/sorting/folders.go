package sorting

import (
	"os"
	"path"
)

// folder holds the names of the files in a folder of the result, by what they are [spelt].
type folder map[string]string

// occupied returns the place of a file that lies at a place, or at one of its folder that is
// [spelt] the same; "": there is none. A folder is read once, because it may have hundreds of
// thousands of files: what others put there meanwhile is seen if it has the very name.
func (s *Sorter) occupied(target string) string {
	if s.isThere(target) {
		return target
	}
	in, name := path.Split(target)
	other, ok := s.look(in)[spelt(name)]
	if !ok || !s.isThere(in+other) { // or it was taken away meanwhile
		return ""
	}
	return in + other
}

// occupy notes that a file was put into its place.
func (s *Sorter) occupy(target string) {
	if in, name := path.Split(target); s.folders[in] != nil {
		s.folders[in][spelt(name)] = name
	}
}

// look reads the names in a folder.
func (s *Sorter) look(in string) folder {
	if s.folders[in] == nil {
		s.folders[in] = folder{}
		entries, _ := os.ReadDir(s.target(in)) // what cannot be read may still be written to
		for _, entry := range entries {
			s.folders[in][spelt(entry.Name())] = entry.Name()
		}
	}
	return s.folders[in]
}

func (s *Sorter) isThere(target string) bool {
	_, err := os.Lstat(s.target(target))
	return err == nil
}
