// Package families has documents that look alike, drawn ones and those of a
// folder, and takes photos of them: what calibrations and trainings are made of.
//
//	sources := families.DrawnFamilies(100, seed)
//	studio, err := families.NewStudio("desks/")
//	photo, ok := studio.Photograph(document, r)
package families

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// Family is a set of documents that look alike, and which of them are captured.
type Family struct {
	Name    string           // of its kind
	Members []*imaging.Image // what is registered
	Shots   []Shot
}

// Shot is a document to be captured.
type Shot struct {
	Document *imaging.Image
	Relation string // between the document and its siblings
	Own      int    // the member that the document is an instance of
	Siblings []int  // the members that look like it and are not it
}

// Source makes a family. It is called from any goroutine, once or more.
type Source func() (Family, error)

// PictureFamilies lists the families of a folder KIND/FAMILY/MEMBER: every
// member is a document of its own that looks like the others of its family,
// captured a number of times.
func PictureFamilies(root string, captures int) ([]Source, error) {
	folders, err := filepath.Glob(filepath.Join(root, "*", "*"))
	if err != nil || len(folders) == 0 {
		return nil, fmt.Errorf("no families KIND/FAMILY/MEMBER in %q", root)
	}
	var sources []Source
	for _, folder := range folders {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		sources = append(sources, func() (Family, error) { return pictureFamily(folder, captures) })
	}
	return sources, nil
}

func pictureFamily(folder string, captures int) (Family, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return Family{}, err
	}
	f := Family{Name: filepath.Base(filepath.Dir(folder))}
	for _, file := range files {
		picture, err := ReadPicture(filepath.Join(folder, file.Name()))
		if err != nil {
			return Family{}, err
		}
		f.Members = append(f.Members, picture)
	}
	for i, member := range f.Members {
		shot := Shot{Document: member, Relation: "sibling", Own: i}
		for j := range f.Members {
			if j != i {
				shot.Siblings = append(shot.Siblings, j)
			}
		}
		for range captures {
			f.Shots = append(f.Shots, shot)
		}
	}
	return f, nil
}

// ReadPicture decodes a file, within the usual limits.
func ReadPicture(path string) (*imaging.Image, error) {
	data, err := fileio.ReadFile(path, imaging.DefaultLimits.Bytes)
	if err != nil {
		return nil, err
	}
	picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	return picture, nil
}

// DrawnFamilies are n families of drawn documents: a document with each of its
// siblings, and its blank form, of which the filled one is an instance.
func DrawnFamilies(n int, seed uint64) []Source {
	sources := make([]Source, n)
	for i := range sources {
		sources[i] = func() (Family, error) { return drawnFamily(seed, i), nil }
	}
	return sources
}

// DrawnCaptures is the number of captures of a drawn family.
const DrawnCaptures = 5

func drawnFamily(seed uint64, i int) Family {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	kinds := synthdoc.Kinds()
	document := synthdoc.Document{Kind: kinds[i%len(kinds)], Template: r.Uint64(), Content: r.Uint64()}
	siblings := synthdoc.Siblings(document)
	f := Family{Name: document.Kind}
	register := func(d synthdoc.Document) int {
		f.Members = append(f.Members, synthdoc.Draw(d))
		return len(f.Members) - 1
	}
	own := register(document)
	for _, relation := range []string{"contents", "edition", "line", "design"} {
		other := register(siblings[relation])
		f.Shots = append(f.Shots, Shot{f.Members[own], relation, own, []int{other}})
	}
	edition := siblings["edition"]
	edition.Blank = true
	blank, other := register(siblings["blank"]), register(edition)
	f.Shots = append(f.Shots, Shot{f.Members[own], "blank edition", blank, []int{other}})
	return f
}
