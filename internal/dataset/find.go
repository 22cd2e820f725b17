package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Found lists the content of a folder tree.
type Found struct {
	Images   []string       // relative to the root, with forward slashes, sorted byte by byte
	Passed   map[string]int // number of files of other kinds, by kind: "PDF", "other", [Hidden], [NoFile]
	Problems []Problem      // paths that could not be read; the rest is listed
}

// Kinds of files that are passed over, whatever their names.
const (
	Hidden = "hidden"    // the name begins with a dot
	NoFile = "not files" // pipes, devices, sockets
)

// Problem is a path that could not be read, and why.
type Problem struct {
	Path string // relative to the root, with forward slashes
	Err  error
}

// Find lists the images under root by the endings in [Extensions], [Documents] and [Containers], and the messages of a maildir. It
// opens none. It passes over hidden files and folders,
// pipes and devices. It follows links to files and to folders, but each folder once, so that links in a circle end. A
// folder that cannot be read and a link that leads nowhere are Problems. An error means that root itself cannot be listed.
func Find(root string) (*Found, error) { return find(root, true) }

func find(root string, containers bool) (*Found, error) {
	f := &finder{root: root, containers: containers, found: Found{Passed: map[string]int{}}, seen: map[string]bool{}}
	if err := f.folder("."); err != nil {
		return nil, err
	}
	// Links come last, so that a file in the tree itself has its name there.
	for len(f.links) > 0 {
		link := f.links[0]
		f.links = f.links[1:]
		if err := f.folder(link); err != nil {
			return nil, err
		}
	}
	slices.Sort(f.found.Images)
	slices.SortFunc(f.found.Problems, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
	return &f.found, nil
}

// finder is a search in progress.
type finder struct {
	root  string
	found Found

	containers bool            // archives and mail are listed, too
	seen       map[string]bool // folders, by their paths without links
	links      []string        // to folders, still to be followed
}

// folder lists one folder and those below it.
func (f *finder) folder(rel string) error {
	name := filepath.Join(f.root, filepath.FromSlash(rel))
	resolved, err := filepath.EvalSymlinks(name)
	if err == nil {
		if f.seen[resolved] {
			return nil
		}
		f.seen[resolved] = true
		var entries []fs.DirEntry
		if entries, err = os.ReadDir(resolved); err == nil {
			return f.entries(rel, entries)
		}
	}
	if rel == "." {
		return err
	}
	f.problem(rel, err)
	return nil
}

// problem notes a path that could not be read. It takes the path out of the system's error, which repeats it.
func (f *finder) problem(rel string, err error) {
	var onPath *fs.PathError
	if errors.As(err, &onPath) {
		err = onPath.Err
	}
	f.found.Problems = append(f.found.Problems, Problem{rel, err})
}

func (f *finder) entries(folder string, entries []fs.DirEntry) error {
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			if !entry.IsDir() {
				f.found.Passed[Hidden]++
			}
			continue
		}
		rel := path.Join(folder, entry.Name())
		if err := f.entry(rel, entry.Type()); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) entry(rel string, kind fs.FileMode) error {
	if kind&fs.ModeSymlink != 0 {
		info, err := os.Stat(filepath.Join(f.root, filepath.FromSlash(rel)))
		if err != nil {
			f.problem(rel, err)
			return nil
		}
		if info.IsDir() {
			f.links = append(f.links, rel)
			return nil
		}
		kind = info.Mode().Type()
	}
	switch {
	case kind.IsDir():
		return f.folder(rel)
	case !kind.IsRegular():
		f.found.Passed[NoFile]++
	case !isImageName(rel) && !isDocumentName(rel) && !(f.containers && isContainer(filepath.Join(f.root, filepath.FromSlash(rel)))):
		f.found.Passed[kindOf(rel)]++
	case len(f.found.Images) == maxSamples:
		return fmt.Errorf("more than %d images", maxSamples)
	default:
		f.found.Images = append(f.found.Images, rel)
	}
	return nil
}

// kindOf names the kind of a file that cannot be read, by its extension.
func kindOf(name string) string {
	extension := strings.ToUpper(strings.TrimPrefix(path.Ext(name), "."))
	notLetter := func(r rune) bool { return r < 'A' || r > 'Z' }
	if len(extension) < 2 || len(extension) > 5 || strings.ContainsFunc(strings.TrimRight(extension, "0123456789"), notLetter) {
		return "other"
	}
	return extension
}

// ListImages lists the images under root, as [Find] does without containers, and passes over links that lead nowhere. A folder that cannot be
// read gives an error, because a rate of a part of a data set is another rate.
func ListImages(root string) ([]string, error) {
	found, err := find(root, false)
	if err != nil {
		return nil, err
	}
	for _, p := range found.Problems {
		if !errors.Is(p.Err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", p.Path, p.Err)
		}
	}
	return found.Images, nil
}

func isContainer(at string) bool {
	isOne := func(ending string) bool { return strings.HasSuffix(strings.ToLower(at), ending) }
	folder := filepath.Base(filepath.Dir(at))
	return slices.ContainsFunc(Containers, isOne) || (folder == "cur" || folder == "new") && messageName.MatchString(filepath.Base(at))
}

// messageName is the name of a message in the folders cur and new of a maildir, which has no ending: the time in seconds,
// what tells messages of one second apart, and the host.
var messageName = regexp.MustCompile(`^[0-9]{9,}\.[^.]+\.`)

// MayShow says by the name of a file, with its path, whether there may be a document in it: a picture, a PDF, an archive, a
// mail. It is what [Find] lists.
func MayShow(at string) bool {
	name := filepath.Base(at)
	return isImageName(name) || isDocumentName(name) || isContainer(at)
}

func isDocumentName(name string) bool {
	return slices.Contains(Documents, strings.ToLower(path.Ext(name)))
}

func isImageName(name string) bool {
	return !strings.HasPrefix(path.Base(name), ".") && slices.Contains(Extensions, strings.ToLower(path.Ext(name)))
}
