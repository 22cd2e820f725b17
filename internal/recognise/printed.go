package recognise

import (
	"image"

	"exemplar/internal/changedetect"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// PrintState says what a photo shows of a reference's print in a place.
type PrintState int

// The states. Form is what is printed alike on every copy, contents what is filled in.
const (
	NoPrint PrintState = iota // nothing is printed there
	NotSeen                   // it lies outside the photo, or under something
	FormAgrees
	FormDiffers
	ContentsAgree
	ContentsDiffer
)

// PrintMap has the state of the print of every cell of a reference.
type PrintMap struct {
	W, H  int // cells
	State []PrintState

	// OtherForm is how much of another form the photo shows in the place, about as
	// large as a word or an emblem, where it shows most of it: cells.
	OtherForm float64

	corner func(x, y int) (reference, photo planar.Point)
}

// Run returns the corners of a row of cells, those from x0 up to x1, clockwise from
// the upper left: in pixels of the reference, and in pixels of the photo.
func (m *PrintMap) Run(y, x0, x1 int) (reference, photo [4]planar.Point) {
	for i, at := range [4][2]int{{x0, y}, {x1, y}, {x1, y + 1}, {x0, y + 1}} {
		reference[i], photo[i] = m.corner(at[0], at[1])
	}
	return reference, photo
}

// Count is the number of cells in a state.
func (m *PrintMap) Count(of PrintState) int {
	n := 0
	for _, s := range m.State {
		if s == of {
			n++
		}
	}
	return n
}

// Differing counts the cells of a rectangle of the photo in which contents and in which
// form differs.
func (m *PrintMap) Differing(within image.Rectangle) (contents, form int) {
	for i, s := range m.State {
		if s != ContentsDiffer && s != FormDiffers {
			continue
		}
		_, from := m.corner(i%m.W, i/m.W)
		_, to := m.corner(i%m.W+1, i/m.W+1)
		switch {
		case !image.Pt(int((from.X+to.X)/2), int((from.Y+to.Y)/2)).In(within):
		case s == ContentsDiffer:
			contents++
		default:
			form++
		}
	}
	return contents, form
}

const (
	// sameFormCells is up to which [PrintMap.OtherForm] two references are taken to have
	// one form. Of drawn documents three in five copies with other contents show less,
	// and one in fifteen of other editions. By eye, on thirty of each.
	sameFormCells = 4
	// fewestContents cells must show other contents for two references to differ in
	// them. By eye.
	fewestContents = 12
)

// OnlyContentsDiffer says that the same form is shown, with other contents.
func (m *PrintMap) OnlyContentsDiffer() bool {
	contents, form := m.Count(ContentsDiffer), m.Count(FormDiffers)
	return m.OtherForm <= sameFormCells && contents >= fewestContents && contents > form && m.Count(FormAgrees) > contents/2
}

// ContentsShare is the share of what agrees that is taken for contents.
func (m *PrintMap) ContentsShare() float64 {
	contents, form := m.Count(ContentsAgree), m.Count(FormAgrees)
	return float64(contents) / float64(max(1, contents+form))
}

// fewestFormCells of another form lie together in a place that is worth showing, and none so thin
// that it may be the edge of a document that lies a little elsewhere. By eye.
const fewestFormCells = 6

// OtherFormPlaces are the places that show another form, at most as many as places of other print:
// their corners, clockwise from the upper left, in pixels of the photo.
func (m *PrintMap) OtherFormPlaces() (places [][4]planar.Point) {
	other := make([]bool, len(m.State))
	for i, state := range m.State {
		other[i] = state == FormDiffers
	}
	isWorth := func(at image.Rectangle, cells int) bool {
		return cells >= fewestFormCells && min(at.Dx(), at.Dy()) >= 2
	}
	for _, at := range patchesOf(other, m.W, isWorth) {
		_, upper := m.Run(at.Min.Y, at.Min.X, at.Max.X)
		_, lower := m.Run(at.Max.Y-1, at.Min.X, at.Max.X)
		places = append(places, [4]planar.Point{upper[0], upper[1], lower[2], lower[3]})
	}
	return places
}

// Print says what a photo shows of the print of a reference that was located in it.
func (f *Found) Print(r *Reference) *PrintMap {
	rectified := f.rectified
	asKept := r.pixelsOf(rectified)
	return newPrintMap(f.seenKinds(), rectified.Visible, func(x, y int) (reference, photo planar.Point) {
		q := cellCorner(x, y)
		return asKept(q), rectified.At(q)
	})
}

// OwnPrint says what of a reference's print is taken for form and what for contents,
// from its picture alone.
func OwnPrint(picture *imaging.Gray) *PrintMap { return ownPrint(picture, changedetect.Kinds()) }

func ownPrint(picture *imaging.Gray, network *changedetect.Detector) *PrintMap {
	seen := ofItself(picture, network)
	for i := range seen.Logit {
		seen.Logit[i] = -1 // nothing differs from itself
	}
	m := newPrintMap(seen, nil, func(x, y int) (reference, photo planar.Point) { return cellCorner(x, y), cellCorner(x, y) })
	m.closeGaps()
	return m
}

// contentsGap is up to how many cells of form between contents in a row are taken for
// contents, since words are filled in whole. By eye.
const contentsGap = 2

// closeGaps makes short gaps between contents in a row contents.
func (m *PrintMap) closeGaps() {
	for y := range m.H {
		row, last := m.State[y*m.W:][:m.W], -1
		for x, s := range row {
			if s != ContentsAgree {
				continue
			}
			if last >= 0 && x-last <= contentsGap+1 {
				for i := last + 1; i < x; i++ {
					if row[i] == FormAgrees {
						row[i] = ContentsAgree
					}
				}
			}
			last = x
		}
	}
}

func cellCorner(x, y int) planar.Point {
	return planar.Point{X: float64(changedetect.Cell*x) - 0.5, Y: float64(changedetect.Cell*y) - 0.5}
}

// newPrintMap makes a map of what was detected. A nil visible means that all is.
func newPrintMap(seen *changedetect.Map, visible []bool, corner func(x, y int) (reference, photo planar.Point)) *PrintMap {
	m := &PrintMap{W: seen.W, H: seen.H, State: make([]PrintState, len(seen.Logit)), corner: corner}
	if visible == nil {
		visible = make([]bool, len(seen.Logit))
		for i := range visible {
			visible[i] = true
		}
	}
	for i := range m.State {
		m.State[i] = stateOf(seen, i, visible[i])
	}
	m.OtherForm = seen.Tally(visible).Cluster
	return m
}

func stateOf(m *changedetect.Map, i int, visible bool) PrintState {
	switch differs := m.Logit[i] > 0; {
	case !visible:
		return NotSeen
	case !m.Judged[i]:
		return NoPrint
	case differs && m.Form[i] > 0:
		return FormDiffers
	case differs:
		return ContentsDiffer
	case m.Filled[i] > 0:
		return ContentsAgree
	}
	return FormAgrees
}
