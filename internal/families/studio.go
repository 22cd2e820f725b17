package families

import (
	"math/rand/v2"
	"os"
	"path/filepath"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
)

// minVisible is how much of a document a photo must show to be of use.
const minVisible = 0.5

// Studio takes simulated photos. It may be used by several goroutines.
type Studio struct{ backgrounds []string }

// NewStudio lists the pictures of a folder to lay documents on, besides drawn
// surfaces. The folder may be "".
func NewStudio(folder string) (*Studio, error) {
	s := new(Studio)
	if folder == "" {
		return s, nil
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !f.IsDir() {
			s.backgrounds = append(s.backgrounds, filepath.Join(folder, f.Name()))
		}
	}
	return s, nil
}

// Photograph takes a photo as people do, with some care or none; ok says that
// enough of the document is on it. It draws from r alone.
func (s *Studio) Photograph(document *imaging.Image, r *rand.Rand) (photo *imaging.Image, ok bool) {
	taken := capturesim.Scene(document, s.background(r), conditions(r), r.Uint64())
	return taken.Image, taken.Visible >= minVisible
}

// background returns a picture to lay a document on, or nil for a drawn
// surface.
func (s *Studio) background(r *rand.Rand) *imaging.Image {
	if len(s.backgrounds) == 0 || r.IntN(2) == 0 {
		return nil
	}
	picture, err := ReadPicture(s.backgrounds[r.IntN(len(s.backgrounds))])
	if err != nil {
		return nil
	}
	return picture
}

// conditions draws how a photo is taken: with some care or none, or cut to the
// document, by the phone or by what found it.
func conditions(r *rand.Rand) capturesim.SceneParams {
	switch r.IntN(5) {
	case 0, 1:
		return capturesim.Everyday()
	case 2:
		return capturesim.Hard()
	}
	p := capturesim.Everyday()
	p.SizeMin, p.SizeMax = 0.9, 1
	if r.IntN(2) == 0 {
		p.Width, p.Height = 480, 360
	}
	return p
}
