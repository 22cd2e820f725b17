package capturesim

import (
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Form is one of the 24 classes that an image is worth in training: 8 turned
// and mirrored forms (Form % 8: quarter turns clockwise, + 4 mirrored before
// turning) of the whole picture, its first half and its second half
// (Form / 8), where halves are of the longer side.
type Form int

// Numbers of forms, for callers that use fewer.
const (
	Turned   Form = 8  // turned and mirrored forms of the whole
	AllForms Form = 24 // with halves
)

// window returns the part of a w by h picture that the form shows.
func (f Form) window(w, h int) window {
	win := window{0, 0, w, h}
	first, second := f/8 == 1, f/8 == 2
	switch {
	case first && w >= h:
		win.x1 = max(1, w/2)
	case first:
		win.y1 = max(1, h/2)
	case second && w >= h:
		win.x0 = w / 2
	case second:
		win.y0 = h / 2
	}
	return win
}

// corners returns the window's corners in the order in which the form shows
// them: upper left, upper right, lower right, lower left.
func (f Form) corners(win window) [4]planar.Point {
	q := rectangle(float64(win.x0), float64(win.y0), float64(win.x1), float64(win.y1))
	if f%8 >= 4 {
		q = [4]planar.Point{q[1], q[0], q[3], q[2]}
	}
	turns := int(f % 4)
	var out [4]planar.Point
	for i := range out {
		out[i] = q[(i+4-turns)%4]
	}
	return out
}

// Apply returns the form as a picture of its own.
func (f Form) Apply(m *imaging.Image) *imaging.Image {
	win := f.window(m.W, m.H)
	m = m.Crop(win.x0, win.y0, win.x1-win.x0, win.y1-win.y0)
	if f%8 >= 4 {
		m = mirrored(m)
	}
	return m.Rotate(int(f % 4))
}

func mirrored(m *imaging.Image) *imaging.Image {
	out := imaging.NewImage(m.W, m.H)
	for y := range m.H {
		src, dst := m.Pix[3*m.W*y:3*m.W*(y+1)], out.Pix[3*m.W*y:3*m.W*(y+1)]
		for i, o := 0, len(dst)-3; o >= 0; i, o = i+3, o-3 {
			copy(dst[o:o+3], src[i:i+3])
		}
	}
	return out
}

// Source is a picture made ready for many captures. It is used by one
// goroutine at a time: copies are made when they are first needed.
type Source struct {
	img    *imaging.Image
	levels []frame // each half the size of the one before; empty until needed
}

// NewSource prepares a picture, which must not change while it is in use.
func NewSource(m *imaging.Image) *Source { return &Source{img: m} }

// tooCoarse is how many source pixels a step may cross before the next smaller
// copy is taken: bilinear sampling reads two of them.
const tooCoarse = 1.6

// level returns the copy from which a map of the full size should read, and
// by what its sides are smaller.
func (s *Source) level(step float64) (f *frame, scaleX, scaleY float64) {
	i := 0
	for w, h := s.img.W, s.img.H; step > tooCoarse && min(w, h) >= 8; i++ {
		step, w, h = step/2, w/2, h/2
	}
	f = s.copy(i)
	return f, float64(f.w) / float64(s.img.W), float64(f.h) / float64(s.img.H)
}

// copy returns the picture halved i times.
func (s *Source) copy(i int) *frame {
	for len(s.levels) <= i {
		s.levels = append(s.levels, frame{})
	}
	f := &s.levels[i]
	switch {
	case f.px != nil:
	case i == 0:
		f.load(s.img)
	case i == 1 && s.levels[0].px == nil:
		f.loadHalf(s.img) // the full size may never be needed
	default:
		s.copy(i - 1).halve(f)
	}
	return f
}
