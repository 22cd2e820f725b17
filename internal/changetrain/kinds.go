package changetrain

import (
	"context"
	"math/rand/v2"
	"slices"

	"exemplar/internal/alignment"
	"exemplar/internal/capturesim"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
)

// Kind is a document of which copies are captured and laid on references of the
// same kind and of look-alikes, with what is known of their differences.
type Kind struct {
	Name     string // of a group of kinds that are no strangers to each other
	Handled  bool   // people carry it and photograph it, so that it wears
	Captures []KindCapture
}

// KindCapture is one document to be captured.
type KindCapture struct {
	Document *imaging.Image
	Against  []Against
}

// Against is a reference that a capture is laid on.
type Against struct {
	Reference *imaging.Image
	// OtherKind says that the document is no copy of the reference's kind.
	OtherKind bool
	// InPlace says that the document is made to the reference's measures. Else it is
	// laid on the reference to see where the two differ.
	InPlace bool
	// Form are two pictures that differ where the forms of reference and document
	// do, the first of the reference's measures. Without them the forms are alike, so
	// what differs is contents.
	Form [2]*imaging.Image
	// FormLaid says that the second of Form is to be laid on the first.
	FormLaid bool
	// Empty is the reference with none of its contents or with others, or nil.
	Empty *imaging.Image
}

// KindSource makes a kind. It is called from any goroutine, once.
type KindSource func() (Kind, error)

// KindSamples captures the documents of every kind and lays each capture on its
// references. The same arguments give the same samples.
func KindSamples(ctx context.Context, sources []KindSource, opts families.Options) ([]Sample, error) {
	run, err := families.NewRun(opts)
	if err != nil {
		return nil, err
	}
	made, err := families.Each(ctx, sources, func(i int, k Kind) ([]Sample, error) {
		defer run.Step()
		var samples []Sample
		for j, c := range k.Captures {
			r := rand.New(rand.NewPCG(opts.Seed^uint64(i)<<20, uint64(j)))
			photo, ok := Capture(run.Studio, c.Document, k.Handled, r)
			if !ok {
				continue
			}
			probe := alignment.NewProbe(photo.Gray())
			for _, a := range c.Against {
				if s, ok := kindSample(probe, c.Document, &a); ok {
					s.Kind, s.OtherKind = k.Name, a.OtherKind
					samples = append(samples, s)
				}
			}
		}
		return samples, nil
	})
	return slices.Concat(made...), err
}

// Capture photographs, scans or merely copies a document: what arrives is mostly
// paper that somebody scanned or a file that was never printed, or the photo of
// what people carry, who handle it. It is not ok where too little of the document is
// on the photo.
func Capture(studio *families.Studio, document *imaging.Image, handled bool, r *rand.Rand) (*imaging.Image, bool) {
	copied, scanned, used := 0.25, 0.35, 0.15
	if handled {
		copied, scanned, used = 0.1, 0.1, 0.5
	}
	kept := r.Float64()
	if kept >= copied && r.Float64() < used {
		document = worn(document, r)
	}
	switch {
	case kept < copied:
		side := 500 + r.IntN(524)
		return imaging.FitWithin(document, side), true
	case kept < copied+scanned:
		return scan(document, r), true
	}
	return studio.Photograph(document, r)
}

// scan lays a document flat and lights it evenly, as scanners do; one in seven
// knows only black and white.
func scan(document *imaging.Image, r *rand.Rand) *imaging.Image {
	long := 560 + r.IntN(464)
	p := capturesim.SceneParams{
		Width: long, Height: long, SizeMin: 0.94, SizeMax: 1, Tilt: 0, Turn: 1.5,
		Blur: 0.1, Dim: 0.2, Noise: 0.1, Quality: 40,
	}
	if document.W < document.H {
		p.Width = max(64, long*document.W/document.H)
	} else {
		p.Height = max(64, long*document.H/document.W)
	}
	m := capturesim.Scene(document, white, p, r.Uint64()).Image
	if r.IntN(7) == 0 {
		threshold := byte(110 + r.IntN(80))
		for i := 0; i < len(m.Pix); i += 3 {
			v := byte(0)
			if sum := int(m.Pix[i]) + 2*int(m.Pix[i+1]) + int(m.Pix[i+2]); sum > 4*int(threshold) {
				v = 255
			}
			m.Pix[i], m.Pix[i+1], m.Pix[i+2] = v, v, v
		}
	}
	return m
}

// white is what lies behind a scanned sheet.
var white = func() *imaging.Image {
	m := imaging.NewImage(64, 64)
	for i := range m.Pix {
		m.Pix[i] = 250
	}
	return m
}()

func kindSample(probe *alignment.Probe, document *imaging.Image, a *Against) (Sample, bool) {
	ref := newShape(a.Reference)
	l, ok := lay(probe, ref)
	if !ok || min(l.Reference.W, l.Reference.H) < minSampleSide {
		return Sample{}, false
	}
	cells, ok := a.cells(document, ref, &l)
	if !ok {
		return Sample{}, false
	}
	s := knownSample(l.Reference, l.Photo, l.Visible, cells, a.sorts(&l))
	return s, true
}

// cells is what is known of the whole cells of a laid reference.
func (a *Against) cells(document *imaging.Image, ref *alignment.Reference, l *alignment.Rectified) ([]Truth, bool) {
	w, h := l.Reference.W, l.Reference.H
	cells, ok := differences(l.Reference, ref, document, a.InPlace)
	if !ok {
		return nil, false
	}
	forms, ok := a.forms(w, h)
	if !ok {
		return nil, false
	}
	for i, form := range forms {
		switch {
		case cells[i] != Changed:
		case form == Changed:
			cells[i] = Form
		case form == Same:
			cells[i] = Contents
		default:
			cells[i] = Changed
		}
	}
	return cells, true
}

// forms says in which whole cells of a reference, compared at a size, the forms
// differ.
func (a *Against) forms(w, h int) ([]Truth, bool) {
	if a.Form[0] == nil {
		return slices.Repeat([]Truth{Same}, w/cell*(h/cell)), true
	}
	own := alignment.Compared(atReferenceSide(a.Form[0]), w, h)
	if !a.FormLaid {
		return differences(own, nil, a.Form[1], true)
	}
	return differences(own, newShape(a.Form[0]), a.Form[1], false)
}

// differences compares a document with a reference as it was compared.
func differences(compared *imaging.Gray, ref *alignment.Reference, document *imaging.Image, inPlace bool) ([]Truth, bool) {
	w, h := compared.W, compared.H
	if inPlace {
		return differing(compared, alignment.Compared(atReferenceSide(document), w, h)), true
	}
	flat, ok := lay(alignment.NewProbe(atReferenceSide(document)), ref)
	if !ok || flat.Photo.W < w {
		return nil, false
	}
	return laidDiffering(compared, alignment.Compared(flat.Photo, w, h)), true
}

// sorts is what is known of the reference's own print.
func (a *Against) sorts(l *alignment.Rectified) []Sort {
	if a.Empty == nil {
		return nil
	}
	differ := differing(l.Reference, alignment.Compared(atReferenceSide(a.Empty), l.Reference.W, l.Reference.H))
	sorts := make([]Sort, len(differ))
	for i, d := range differ {
		switch d {
		case Same:
			sorts[i] = Printed
		case Changed:
			sorts[i] = Filled
		}
	}
	return sorts
}
