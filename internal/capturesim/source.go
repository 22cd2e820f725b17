package capturesim

import (
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Form is a transform of a picture, by the word that recipes use. Each of the 24 forms
// is a class of its own in training. Form % 4 is the number of clockwise quarter turns;
// 4 of Form % 8 says that the picture is mirrored before it is turned; Form / 8 is 0 for
// the whole picture, 1 and 2 for the first and second half of its longer side.
type Form int

// Numbers of forms, for callers that use only the first ones.
const (
	Turned   Form = 8  // rotations and mirror images of the whole picture
	AllForms Form = 24 // those of its halves as well
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

// corners returns the corners of the window that appear upper left, upper right, lower
// right and lower left in the form.
func (f Form) corners(win window) [4]planar.Point {
	q := planar.Rectangle(float64(win.x0), float64(win.y0), float64(win.x1), float64(win.y1))
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

// Source is a picture prepared for many captures. One goroutine at a time may use it,
// since reduced copies are made when they are first needed.
type Source struct {
	img    *imaging.Image
	levels []frame // each half the size of the one before; empty until needed
}

// NewSource prepares a picture. The picture must not change while the source is in use.
func NewSource(m *imaging.Image) *Source { return &Source{img: m} }

// tooCoarse is the largest step between samples, in source pixels, before the next
// smaller copy is used. Bilinear sampling reads two pixels, and larger steps would alias.
const tooCoarse = 1.6

// level returns the copy to sample when neighbouring samples are step pixels of the full
// size apart, and the scale of its sides.
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
