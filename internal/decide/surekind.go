package decide

import "exemplar/internal/scoremodel"

const (
	// sureOfKind is the score of the KindModel from which on a photo is so much like a
	// reference, whatever its contents, that one of another issuer in the same design is none
	// but that: of the strangers among drawn documents (`go run ./bench/kinds -seed 1
	// -documents 110 drawn`) none has more than 1.95. sureLead is by how much it must lead that
	// one then, and sureNoise how much of another form wear and shadows may seem to show: a
	// third of those that were missed show as much.
	sureOfKind, sureLead, sureNoise = 2.1, 0.5, 1.25
	// sureContents is the share of a card's print that is contents of its own, from which on it
	// is no note: see unsteadyContents.
	sureContents = 0.1
	// surelyNoise is up to where so little of another form is shown that this one plainly is.
	// By eye, on drawn documents of seed 1.
	surelyNoise = 0.6 // of noiseOfForm
	// narrowCoverage, narrowCosine and narrowNoise let features agree in a narrower part than
	// LeastCoverage, as in glare and on letters with hardly any form, if the whole looks alike,
	// the head is shown, and hardly any other form is seen. By eye: of the strangers of the
	// same documents that are as narrow none shows so little.
	narrowCoverage, narrowCosine, narrowNoise = 0.15, 0.8, 0.7
)

// isSurelyOfKind says that a photo is as much like the reference, contents left aside, as
// hardly anything of another issuer in the same design is.
func (c *scored) isSurelyOfKind() bool {
	f := c.Evidence.Form
	return c.kindScore() >= sureOfKind && NoiseOfForm(f) <= sureNoise && !(f.Unsteady && f.Contents < sureContents)
}

// surelyOutshows says besides that it is less like another, of which the photo does not
// plainly show the form.
func (c *scored) surelyOutshows(other *scored) bool {
	its := other.Evidence.Form
	return c.isSurelyOfKind() && c.kindScore()-other.kindScore() >= sureLead && (its == nil || NoiseOfForm(its) > surelyNoise)
}

// mayHaveMoved says that another form is no sign of another member of the family: on a strip
// form moves as the contents grow. Another emblem is one.
func mayHaveMoved(f *scoremodel.Form) bool { return f.Strip && !showsOtherEmblem(f) }

// isWide says that features agree in so much of the reference that its form can be judged.
func isWide(e *scoremodel.Evidence) bool {
	return e.Coverage >= LeastCoverage ||
		e.Coverage >= narrowCoverage && e.Cosine >= narrowCosine && e.Form != nil && NoiseOfForm(e.Form) <= narrowNoise && showsHead(e.Form)
}
