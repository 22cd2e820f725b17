package changetrain

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// kindsToDraw are the kinds of drawn documents that copies are made of; business
// papers and forms, which people have most of, stand more than once.
var kindsToDraw = []string{
	"bill", "form", "roll", "id-card", "bill", "letter", "invoice", "roll", "driving-licence", "form",
	"statement", "certificate", "bill", "ticket", "bank-card", "statement", "receipt", "membership", "id-card-back", "bill", "roll", "label", "statement", "banknote", "form", "cover",
	"id-card", "roll", "driving-licence", "bill", "id-card", "membership", "driving-licence", "id-card-back",
}

// contentsMatter are the kinds whose contents make them another kind: nothing
// else on them is worth a label.
var contentsMatter = map[string]bool{"cover": true, "label": true}

// blankShare is the share of references of a kind that nobody has filled in: forms,
// letterheads and other office paper.
func blankShare(kind string) float64 {
	switch kind {
	case "form":
		return 0.5
	case "bill", "certificate", "invoice", "letter", "statement":
		return 0.2
	}
	return 0
}

// handled are the kinds that people carry and photograph.
var handled = map[string]bool{"id-card": true, "id-card-back": true, "driving-licence": true, "bank-card": true, "membership": true, "ticket": true, "banknote": true, "cover": true}

// DrawnKinds are n kinds of drawn documents: each captured with other contents
// and as it is, and laid on its own reference, on that of another issuer with the
// same template, of another paper of the same one, and of another edition. Photos, which may be nil, are
// what some of them have as contents, in the place of a portrait or anywhere.
func DrawnKinds(n int, seed uint64, photos *Pictures) []KindSource {
	sources := make([]KindSource, n)
	for i := range sources {
		sources[i] = func() (Kind, error) {
			k := &drawnKind{photos: photos, r: rand.New(rand.NewPCG(seed, uint64(i)))}
			return k.kind(i)
		}
	}
	return sources
}

// drawnKind draws the documents of a kind.
type drawnKind struct {
	r      *rand.Rand
	photos *Pictures
	place  [4]float64 // of a photo, as shares of the page: left, top, width, height; of none 0
	grey   bool       // it is
	err    error
}

func (k *drawnKind) kind(i int) (Kind, error) {
	r := k.r
	own := synthdoc.Document{Kind: kindsToDraw[i%len(kindsToDraw)], Template: r.Uint64(), Content: r.Uint64()}
	own.Blank = r.Float64() < blankShare(own.Kind)
	if r.IntN(3) == 0 {
		own.Edition = 1
	}
	copyOf := func(d synthdoc.Document) synthdoc.Document {
		d.Content, d.Blank = r.Uint64(), d.Kind == "form" && r.IntN(5) == 0
		return d
	}
	issuer, edition := copyOf(own), copyOf(own)
	issuer.Issuer, edition.Edition = 1, own.Edition+1
	other, second := copyOf(own), copyOf(own)
	second.Blank = false
	alike := []synthdoc.Document{issuer}
	if paper, has := synthdoc.LookAlikes(own, r.Uint64())["paper"]; has {
		paper.Blank = own.Blank
		alike = append(alike, paper)
	}
	k.choosePlace(own.Kind)
	made := Kind{Name: own.Kind, Handled: handled[own.Kind]}
	add := func(d synthdoc.Document, against ...synthdoc.Document) {
		c := KindCapture{Document: k.draw(d)}
		for _, ref := range against {
			c.Against = append(c.Against, k.against(d, ref, c.Document, contentsMatter[own.Kind]))
		}
		made.Captures = append(made.Captures, c)
	}
	add(other, append(alike, own)...)
	add(second, own, edition)
	if len(alike) > 1 {
		add(alike[1], own)
	}
	if i%2 == 0 || contentsMatter[own.Kind] {
		add(own, own)
	} else {
		line := own
		line.Changed, line.Blank = 1+r.IntN(8), false
		add(line, own)
	}
	return made, k.err
}

// choosePlace chooses where the kind has a photo, if it has one.
func (k *drawnKind) choosePlace(kind string) {
	r := k.r
	k.grey = r.IntN(3) == 0
	switch chance := r.Float64(); {
	case k.photos == nil || contentsMatter[kind] || kind == "roll":
	case (kind == "id-card" || kind == "driving-licence" || kind == "membership" || kind == "id-card-back") && chance < 0.7:
		k.place = [4]float64{0.03 + 0.05*r.Float64(), 0.2 + 0.15*r.Float64(), 0.2 + 0.1*r.Float64(), 0.4 + 0.15*r.Float64()}
		if r.IntN(4) == 0 {
			k.place[0] = 0.97 - k.place[2]
		}
	case chance < 0.2:
		k.place = [4]float64{0.1 + 0.3*r.Float64(), 0.2 + 0.4*r.Float64(), 0.15 + 0.3*r.Float64(), 0.1 + 0.2*r.Float64()}
	}
}

// draw draws a document with its photo.
func (k *drawnKind) draw(d synthdoc.Document) *imaging.Image {
	m := synthdoc.Draw(d)
	w, h := int(k.place[2]*float64(m.W)), int(k.place[3]*float64(m.H))
	if w < 8 || h < 8 || d.Blank {
		return m
	}
	photo, err := k.photos.photo(rand.New(rand.NewPCG(d.Content, 1)))
	if err != nil {
		k.err = err
		return m
	}
	photo = imaging.Resize(photo, w, h)
	if k.grey {
		greyed(photo)
	}
	paste(m, photo, int(k.place[0]*float64(m.W)), int(k.place[1]*float64(m.H)))
	return m
}

// against says how a drawn document differs from a reference of the same
// template.
func (k *drawnKind) against(d, ref synthdoc.Document, document *imaging.Image, fixed bool) Against {
	a := Against{Reference: k.draw(ref)}
	a.InPlace = a.Reference.W == document.W && a.Reference.H == document.H
	if fixed {
		a.OtherKind = d != ref
		a.Form = [2]*imaging.Image{a.Reference, document}
		a.FormLaid = !a.InPlace
		return a
	}
	if d.Issuer != ref.Issuer || d.Edition != ref.Edition || d.Headline != ref.Headline { // with the reference's contents
		a.OtherKind = true
		d.Content, d.Blank, d.Changed = ref.Content, ref.Blank, ref.Changed
		a.Form = [2]*imaging.Image{a.Reference, k.draw(d)}
	}
	other := ref
	other.Content ^= 0x5bd1e995
	if empty := k.draw(other); empty.W == a.Reference.W && empty.H == a.Reference.H {
		a.Empty = empty
	}
	return a
}

// FormKinds are the forms in a folder FAMILY/EDITION.webp, with the boxes of
// their fields in EDITION.json: each filled in a number of times, captured, and
// laid on references of its own edition, blank or filled in otherwise, and of
// another. Of every five families keep decides by number.
func FormKinds(root string, captures int, seed uint64, keep func(family int) bool) ([]KindSource, error) {
	folders, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil || len(folders) == 0 {
		return nil, fmt.Errorf("no families FAMILY/EDITION.webp in %q", root)
	}
	var sources []KindSource
	for number, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.webp"))
		if err != nil {
			return nil, err
		}
		for i := range files {
			if keep(number) {
				sources = append(sources, func() (Kind, error) { return formKind(files, i, captures, seed+uint64(number)<<32) })
			}
		}
	}
	return sources, nil
}

// blankForm is a form with the boxes of its fields.
type blankForm struct {
	picture *imaging.Image
	fields  []synthdoc.Field
}

func readForm(path string) (blankForm, error) {
	picture, err := families.ReadPicture(path)
	if err != nil {
		return blankForm{}, err
	}
	data, err := os.ReadFile(strings.TrimSuffix(path, ".webp") + ".json")
	if err != nil {
		return blankForm{}, err
	}
	var read struct{ Fields []synthdoc.Field }
	if err := json.Unmarshal(data, &read); err != nil {
		return blankForm{}, fmt.Errorf("fields of %q: %w", path, err)
	}
	return blankForm{picture, read.Fields}, nil
}

// filled returns the form blank, or with contents.
func (b *blankForm) filled(r *rand.Rand, blank float64) *imaging.Image {
	if r.Float64() < blank {
		return b.picture
	}
	return synthdoc.FillIn(b.picture, b.fields, r.Uint64())
}

func formKind(files []string, number, captures int, seed uint64) (Kind, error) {
	r := rand.New(rand.NewPCG(seed, uint64(number)))
	own, err := readForm(files[number])
	if err != nil {
		return Kind{}, err
	}
	k := Kind{Name: filepath.Dir(files[number])}
	for range captures {
		c := KindCapture{Document: own.filled(r, 0.1)}
		c.Against = append(c.Against, Against{Reference: own.filled(r, 0.6), InPlace: true, Empty: own.picture})
		if len(files) > 1 {
			other, err := readForm(files[(number+1+r.IntN(len(files)-1))%len(files)])
			if err != nil {
				return Kind{}, err
			}
			c.Against = append(c.Against, Against{
				Reference: other.filled(r, 0.6), OtherKind: true, Empty: other.picture,
				Form: [2]*imaging.Image{other.picture, own.picture}, FormLaid: true,
			})
		}
		k.Captures = append(k.Captures, c)
	}
	return k, nil
}

// SiblingKinds are the families of [PictureFamilies], every member of which is a
// kind of its own.
func SiblingKinds(sources []families.Source) []KindSource {
	kinds := make([]KindSource, len(sources))
	for i, family := range sources {
		kinds[i] = func() (Kind, error) {
			f, err := family()
			k := Kind{Name: f.Name, Handled: f.Name != "page"}
			for _, shot := range f.Shots {
				c := KindCapture{Document: shot.Document, Against: []Against{{Reference: f.Members[shot.Own], InPlace: true}}}
				for _, s := range shot.Siblings[:min(2, len(shot.Siblings))] {
					a := Against{Reference: f.Members[s], OtherKind: true}
					a.Form = [2]*imaging.Image{a.Reference, shot.Document}
					a.FormLaid = true
					c.Against = append(c.Against, a)
				}
				k.Captures = append(k.Captures, c)
			}
			return k, err
		}
	}
	return kinds
}
