package condition

import (
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
)

// uncropped is a photo that ends a little beyond the document, against a reference that
// shows more of the table about it, plain or woven. cut are pixels of the document that
// the photo lacks on the left.
func uncropped(kind string, woven bool, cut int) *Pair {
	const table, rim = 150, 40
	s := newShot(kind, 41, 41)
	reference := imaging.NewImage(s.w+2*table, s.h+2*table)
	for i := range reference.Pix {
		reference.Pix[i] = 60
		if x := i / 3 % reference.W; woven && (x/7+i/3/reference.W/7)%2 == 0 {
			reference.Pix[i] = 120
		}
	}
	for y := range s.h {
		copy(reference.Pix[3*((y+table)*reference.W+table):][:3*s.w], s.reference.Pix[3*y*s.w:][:3*s.w])
	}
	from := left - rim
	if cut > 0 {
		from = left + cut
	}
	photo := s.photo.Crop(from, top-rim, s.w+2*left-from-left+rim, s.h+2*rim)
	at := func(p planar.Point) planar.Point {
		return planar.Pt(p.X*float64(reference.W)-table+float64(left-from)-0.5, p.Y*float64(reference.H)-table+rim-0.5)
	}
	laid := &imaging.Gray{W: reference.W, H: reference.H, Pix: make([]byte, reference.W*reference.H)}
	grey := photo.Gray()
	for y := range laid.H {
		for x := range laid.W {
			u, v := x-table+left-from, y-table+rim
			if u >= 0 && v >= 0 && u < grey.W && v < grey.H {
				laid.Pix[y*laid.W+x] = grey.Pix[v*grey.W+u] / 2
			}
		}
	}
	return &Pair{Reference: Prepare(reference), Photo: photo, At: at, Fine: reference.Gray(), Laid: laid, Length: 940, ReferenceLength: 940, Outlines: func() [][4]planar.Point {
		w, h := float64(reference.W), float64(reference.H)
		sheet := planar.Rectangle(table/w, table/h, float64(table+s.w)/w, float64(table+s.h)/h)
		return [][4]planar.Point{planar.Rectangle(0.3, 0.4, 0.6, 0.7), sheet}
	}}
}

// A reference that was photographed with its table is not cut off where the photo shows
// less of that; a document is.
func TestAReferencesTableIsNotCutOff(t *testing.T) {
	papertest.SkipUnderRace(t)
	for _, kind := range testDocuments() {
		for _, woven := range []bool{false, true} {
			if got := said(Look(uncropped(kind, woven, 0))); slices.Contains(got, CutOff) {
				t.Errorf("%s: a whole one is seen as %v", kind, got)
			}
			if got := said(Look(uncropped(kind, woven, 140))); !slices.Contains(got, CutOff) {
				t.Errorf("%s: one that is cut off is seen as %v", kind, got)
			}
		}
	}
}

// An unsharp photo of a card is not stained: what is small and bright on a dark ground is
// darker in it, as it is in a picture of the reference that is as soft.
func TestTheReferenceIsSoftenedLikeThePhoto(t *testing.T) {
	sharp, soft := newShot("driving-licence", 45, 45), newShot("driving-licence", 45, 45)
	spoilings[Blurred](soft)
	m := newMaps(newView(soft.pair()))
	if m.softness < 1.5 {
		t.Fatalf("the photo has a softness of %.2f", m.softness)
	}
	off := func(ref []level) (sum float64) {
		for i, l := range ref {
			sum += max(l.luma()*0.77-m.bare[i].luma(), m.bare[i].luma()-l.luma()*0.77) / float64(len(ref))
		}
		return sum
	}
	unsoftened := newMaps(newView(sharp.pair())).plainRef
	if a, b := off(m.plainRef), off(unsoftened); a > 0.9*b {
		t.Errorf("the colours are %.2f levels off, %.2f without softening", a, b)
	}
}

// Another receipt may be shorter than the reference: it is not cut off.
func TestAShorterReceiptIsNotCutOff(t *testing.T) {
	s := newShot("receipt", 42, 43)
	p := s.pair()
	p.Photo = p.Photo.Crop(0, 0, p.Photo.W, top+s.h*3/4)
	if got := said(Look(p)); !slices.Contains(got, CutOff) {
		t.Errorf("a receipt whose end is out of the picture is seen as %v", got)
	}
	p.Grows = true
	if got := said(Look(p)); slices.Contains(got, CutOff) {
		t.Errorf("a shorter receipt is seen as %v", got)
	}
}

// A tear beside what seems to be a smaller sheet is seen.
func TestTearsBesideASheetAreSeen(t *testing.T) {
	papertest.SkipUnderRace(t)
	for _, kind := range testDocuments() {
		s := newShot(kind, 41, 41)
		spoilings[Torn](s)
		p := s.pair()
		p.Outlines = func() [][4]planar.Point { return [][4]planar.Point{planar.Rectangle(0.5, 0.02, 0.98, 0.98)} }
		if got := said(Look(p)); !slices.Contains(got, Torn) {
			t.Errorf("a torn %s is seen as %v", kind, got)
		}
	}
}
