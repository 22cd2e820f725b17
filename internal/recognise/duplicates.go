package recognise

import (
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
)

const (
	// smallSide is the side of the square at which two references are compared pixel
	// by pixel: a letter takes a pixel or two.
	smallSide = 128
	// duplicateLevels is by how many of 255 grey levels a pixel may differ if the two
	// are one picture, saved twice or at two sizes. Saving moves a pixel by 29 at
	// most; another line, edition or filling moves one by 38 at least
	// (TestTwinsOfDrawnDocuments). duplicateCosine is the least cosine of their
	// embeddings: it is 0.999 there.
	duplicateLevels = 32
	duplicateCosine = 0.99
)

// smallOf is a picture at smallSide, in grey.
func smallOf(g *imaging.Gray) *imaging.Image {
	m := imaging.NewImage(g.W, g.H)
	for i, v := range g.Pix {
		m.Pix[3*i], m.Pix[3*i+1], m.Pix[3*i+2] = v, v, v
	}
	return imaging.Resize(m, smallSide, smallSide)
}

// isDuplicateOf says whether two references are one picture, registered twice.
func (r *Reference) isDuplicateOf(other *Reference) bool {
	return kernel.Dot(r.vector, other.vector) >= duplicateCosine && r.differs(other) <= duplicateLevels
}

// differs returns by how many grey levels the two differ where they differ most.
func (r *Reference) differs(other *Reference) int {
	a, b, most := r.small(), other.small(), 0
	for i := 0; i < len(a.Pix); i += 3 {
		most = max(most, int(a.Pix[i])-int(b.Pix[i]), int(b.Pix[i])-int(a.Pix[i]))
	}
	return most
}

// markDuplicates tells the decision which candidates were found by one picture.
func (e *evidenceSet) markDuplicates() {
	var found []*Hypothesis // of candidates so far
	for i := range e.candidates {
		c := &e.candidates[i]
		c.Picture = 0
		h := e.seen[c.Reference]
		if c.Evidence == nil || !c.Evidence.Located || h == nil || h.Reference == nil {
			continue
		}
		found = append(found, h)
		c.Picture = len(found)
		for j, other := range found[:len(found)-1] {
			if h.Reference.isDuplicateOf(other.Reference) {
				c.Picture = j + 1
				break
			}
		}
	}
}
