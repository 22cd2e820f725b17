package changetrain

import (
	"math/rand/v2"

	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// documentKinds are the kinds of real pictures that documents are made of; notes
// and cards, which wear and are photographed, stand more than once.
var documentKinds = []string{"money", "money", "card", "card", "cover", "page", "doc", "doc", "label", "web"}

// PictureKinds are n kinds made of real pictures: each gets places for text, signatures and
// photos, which every copy has filled in otherwise, and a look-alike in which parts of
// the form were replaced. A copy is laid on itself, worn as well, on another copy
// and on the look-alike.
func PictureKinds(n int, seed uint64, pictures *Pictures) []KindSource {
	sources := make([]KindSource, n)
	for i := range sources {
		sources[i] = func() (Kind, error) {
			k := &pictureKind{pictures: pictures, r: rand.New(rand.NewPCG(seed, uint64(i)))}
			return k.kind(documentKinds[i%len(documentKinds)])
		}
	}
	return sources
}

// pictureKind makes the documents of a kind.
type pictureKind struct {
	r        *rand.Rand
	pictures *Pictures
	form     *imaging.Image // with no contents
	other    *imaging.Image // the form of a look-alike
	fields   []synthdoc.Field
	photo    [4]int // left, top, width, height; of none 0
	grey     bool
	err      error
}

func (k *pictureKind) kind(name string) (Kind, error) {
	r := k.r
	base, err := k.pictures.oneOf(r, name)
	if err != nil {
		return Kind{}, err
	}
	scale := poolScale * (1 + r.Float64()/2)
	k.form = imaging.Resize(base, int(scale*float64(base.W)), int(scale*float64(base.H)))
	k.choosePlaces()
	k.other = cloned(k.form)
	from := k.form
	if another, err := k.pictures.oneOf(r, name); err == nil && r.IntN(2) == 0 {
		from = imaging.Resize(another, k.form.W, k.form.H)
	}
	for range 1 + r.IntN(mostEdits) {
		replacePart(k.other, from, r)
	}
	own, second := r.Uint64(), r.Uint64()
	reference, document := k.filled(k.form, own), k.filled(k.form, second)
	itself := Against{Reference: reference, InPlace: true, Empty: k.form}
	alike := Against{Reference: k.filled(k.other, own), OtherKind: true, InPlace: true, Empty: k.other, Form: [2]*imaging.Image{k.other, k.form}}
	return Kind{Name: "picture " + name, Handled: true, Captures: []KindCapture{
		{Document: reference, Against: []Against{itself}},
		{Document: document, Against: []Against{itself, alike}},
	}}, k.err
}

// choosePlaces chooses where contents are, some on a panel that is part of the
// form.
func (k *pictureKind) choosePlaces() {
	r, w, h := k.r, float32(k.form.W), float32(k.form.H)
	panels := r.IntN(2) == 0
	for range r.IntN(6) {
		kind := "text"
		if r.IntN(5) == 0 {
			kind = "signature"
		}
		fw, fh := w*(0.12+0.4*r.Float32()), h*(0.025+0.05*r.Float32())
		left, top := r.Float32()*(w-fw), r.Float32()*(h-fh)
		k.fields = append(k.fields, synthdoc.Field{Kind: kind, Box: [4]float32{left, top, left + fw, top + fh}})
		if panels {
			lighten(k.form, int(left), int(top), int(left+fw), int(top+fh))
		}
	}
	if r.IntN(5) < 3 {
		pw, ph := w*(0.15+0.3*r.Float32()), h*(0.15+0.3*r.Float32())
		k.photo = [4]int{int(r.Float32() * (w - pw)), int(r.Float32() * (h - ph)), int(pw), int(ph)}
		k.grey = r.IntN(3) == 0
	}
}

// lighten makes a panel of a part of a picture.
func lighten(m *imaging.Image, left, top, right, bottom int) {
	for y := top; y < bottom; y++ {
		for i := 3 * (y*m.W + left); i < 3*(y*m.W+right); i++ {
			m.Pix[i] = 235 + m.Pix[i]/16
		}
	}
}

// filled is a copy with contents.
func (k *pictureKind) filled(form *imaging.Image, content uint64) *imaging.Image {
	m := form
	if k.photo[2] >= 8 && k.photo[3] >= 8 {
		photo, err := k.pictures.photo(rand.New(rand.NewPCG(content, 1)))
		if err != nil {
			k.err = err
			return m
		}
		photo = imaging.Resize(photo, k.photo[2], k.photo[3])
		if k.grey {
			greyed(photo)
		}
		m = cloned(form)
		paste(m, photo, k.photo[0], k.photo[1])
	}
	return synthdoc.FillIn(m, k.fields, content)
}
