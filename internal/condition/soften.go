package condition

import "exemplar/internal/imaging"

// softenReference makes the colours of the reference those of a picture as soft as the
// photo: in an unsharp photo small light things on a dark ground are darker, dark ones on
// a light ground lighter, and look stained beside sharp ones.
func (m *maps) softenReference() {
	k := m.softness * float64(m.v.Reference.W) / float64(m.v.Fine.W)
	passes := int(2*k*k + 0.5) // a pass of Soften is a blur of variance 1/2
	if passes == 0 {
		return
	}
	m.plainRef = cellsOf(softened(m.v.Reference, passes), 0, m.w, m.h)
	m.ref = lightest(m.plainRef, m.w, m.h)
}

// softened filters each colour of a picture some times.
func softened(p *imaging.Image, passes int) *imaging.Image {
	out := imaging.NewImage(p.W, p.H)
	for c := range 3 {
		one := &imaging.Gray{W: p.W, H: p.H, Pix: make([]byte, p.W*p.H)}
		for i := range one.Pix {
			one.Pix[i] = p.Pix[3*i+c]
		}
		for range passes {
			one = one.Soften()
		}
		for i, v := range one.Pix {
			out.Pix[3*i+c] = v
		}
	}
	return out
}
