package main

import (
	"fmt"
	"os"
	"path/filepath"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// photo is a picture of a registered document, or of a stranger.
type photo struct {
	set   string
	label string // empty: a stranger
	odd   bool   // the document's place among those of its set, from 1, is odd
	load  func() (*imaging.Image, error)
}

// material holds the references of galleries, and the photos to look up.
type material struct {
	name      string
	reference func(i int) (label string, data []byte, err error) // the i-th, of any number
	photos    []photo
	side      int // longer side of the photos that are asked about, pixels
}

// thin keeps every n-th photo, of all documents or of one half of them.
func (m *material) thin(n int, part string) error {
	if n < 1 || part != "odd" && part != "even" && part != "all" {
		return fmt.Errorf("every %d-th photo of %q documents: want 1 or more, and odd, even or all", n, part)
	}
	kept := m.photos[:0]
	for i, p := range m.photos {
		if i%n == 0 && (part == "all" || p.label == "" || p.odd == (part == "odd")) {
			kept = append(kept, p)
		}
	}
	m.photos = kept
	return nil
}

// hiddenSets are the sets whose photos are looked up. Every leftOut-th document is not
// registered, and its photos are strangers.
var hiddenSets = []string{"bookpages_scene", "banknotes_scene", "dvd_scene"}

const leftOut = 4

// realMaterial puts the documents of the sets among mosaics of training pictures.
func realMaterial(data string) (*material, error) {
	m := &material{name: "real"}
	var documents []hidden
	for _, name := range hiddenSets {
		folder, err := dataset.ReadFolder(filepath.Join(data, "bench", name))
		if err != nil {
			return nil, err
		}
		references, photos, strangers := split(name, folder)
		documents = append(documents, references...)
		m.photos = append(append(m.photos, photos...), strangers...)
	}
	pool, err := dataset.OpenPool(filepath.Join(data, "train"))
	if err != nil {
		return nil, err
	}
	m.reference = func(i int) (string, []byte, error) {
		if i < len(documents) {
			data, err := os.ReadFile(documents[i].path)
			return documents[i].label, data, err
		}
		data, err := mosaic(pool, i-len(documents))
		return fmt.Sprintf("other/%05d", i), data, err
	}
	return m, nil
}

// hidden is a document that is registered among others.
type hidden struct{ label, path string }

// split splits a set into the documents to register, their photos, and the photos of the
// documents that are left out.
func split(set string, folder *dataset.Folder) (documents []hidden, photos, strangers []photo) {
	number, hasReference := map[string]int{}, map[string]bool{}
	for i, label := range folder.Labels() {
		number[label] = i + 1
	}
	for _, s := range folder.Samples {
		if s.IsReference {
			hasReference[s.Label] = true
			if number[s.Label]%leftOut != 0 {
				documents = append(documents, hidden{set + "/" + s.Label, filepath.Join(folder.Root, s.Path)})
			}
		}
	}
	for _, s := range folder.Samples {
		p := photo{set: set, label: set + "/" + s.Label, odd: number[s.Label]%2 == 1, load: loader(filepath.Join(folder.Root, s.Path))}
		switch {
		case s.IsReference || !hasReference[s.Label]:
		case number[s.Label]%leftOut == 0:
			p.set, p.label = set+", left out", ""
			strangers = append(strangers, p)
		default:
			photos = append(photos, p)
		}
	}
	return documents, photos, strangers
}

func loader(path string) func() (*imaging.Image, error) {
	return func() (*imaging.Image, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		picture, _, err := imaging.Decode(data, imaging.DefaultLimits)
		return picture, err
	}
}

// mosaicParts is the number of pictures on each side of a mosaic. One picture alone is
// too small to have as many features as a document.
const mosaicParts = 2

// mosaic is the n-th mosaic of training pictures, as a file.
func mosaic(pool *dataset.Pool, n int) ([]byte, error) {
	picture, err := mosaicPicture(pool, n)
	if err != nil {
		return nil, err
	}
	return imaging.EncodeJPEG(picture, 90), nil
}

func mosaicPicture(pool *dataset.Pool, n int) (*imaging.Image, error) {
	const cell = 240
	out := imaging.NewImage(mosaicParts*cell, mosaicParts*cell)
	for k := range mosaicParts * mosaicParts {
		data, err := pool.Bytes((n*mosaicParts*mosaicParts + k + k*(n/1000)*4001) % pool.Len())
		if err != nil {
			return nil, err
		}
		part, _, err := imaging.Decode(data, imaging.DefaultLimits)
		if err != nil {
			return nil, err
		}
		part = imaging.ResizeArea(part, cell, cell)
		for y := range cell {
			copy(out.Pix[3*((k/mosaicParts*cell+y)*out.W+k%mosaicParts*cell):], part.Pix[3*y*cell:3*(y+1)*cell])
		}
	}
	return out, nil
}

// drawnAsked is the number of drawn documents that are looked up, and drawnStrangers the
// number of those that are not registered.
const drawnAsked, drawnStrangers = 100, 50

// drawnMaterial needs no pictures.
func drawnMaterial() *material {
	kinds := synthdoc.Kinds()
	document := func(i int) synthdoc.Document {
		return synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Content: uint64(i)}
	}
	m := &material{name: "drawn", reference: func(i int) (string, []byte, error) {
		return fmt.Sprintf("%s/%05d", kinds[i%len(kinds)], i), imaging.EncodeJPEG(synthdoc.Draw(document(i)), 90), nil
	}}
	for i := range drawnAsked + drawnStrangers {
		p := photo{set: "drawn", label: fmt.Sprintf("%s/%05d", kinds[i%len(kinds)], i), odd: i%2 == 0}
		shown := document(i)
		if i >= drawnAsked {
			p.set, p.label = "drawn, left out", ""
			shown.Template += 1 << 32
		}
		p.load = func() (*imaging.Image, error) {
			return capturesim.Scene(synthdoc.Draw(shown), nil, capturesim.Everyday(), uint64(i)).Image, nil
		}
		m.photos = append(m.photos, p)
	}
	return m
}
