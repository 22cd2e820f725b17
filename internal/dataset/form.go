package dataset

import "exemplar/internal/imaging"

// Form is a fixed variant of an image that counts as a class of its own: turned, mirrored, or one of its halves. A
// document upside down is not the document, and the other form of the same image is the hardest negative there is.
type Form int

// Forms are numbered so that the first n of them make the x1, x4, x8 and x24 of the published story: four turns; the
// same mirrored; then the same eight of the upper and of the lower half (left and right after a turn).
const (
	turns   = 4
	mirrors = 2
	parts   = 3
	// MaxForms is the number of forms of one image.
	MaxForms = turns * mirrors * parts
)

// FormCounts are the numbers of forms per image that make sense.
var FormCounts = []int{1, turns, turns * mirrors, MaxForms}

// Apply returns the form of an image. The result may share m's pixels.
func (f Form) Apply(m *imaging.Image) *imaging.Image {
	turn, mirror, part := int(f)%turns, int(f)/turns%mirrors == 1, int(f)/(turns*mirrors)
	switch half := max(1, m.H/2); part {
	case 1:
		m = m.Crop(0, 0, m.W, half)
	case 2:
		m = m.Crop(0, m.H-half, m.W, half)
	}
	if mirror {
		m = mirrored(m)
	}
	return m.Rotate(turn)
}

func mirrored(m *imaging.Image) *imaging.Image {
	out := imaging.NewImage(m.W, m.H)
	for y := range m.H {
		for x := range m.W {
			copy(out.Pix[3*(y*m.W+m.W-1-x):][:3], m.Pix[3*(y*m.W+x):][:3])
		}
	}
	return out
}
