package proof

import (
	"exemplar/internal/differ"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// Compare is [Photo.Verify] without the closer look: enough where the photo is
// itself a reference, which fills its picture.
func (p *Photo) Compare(r *Reference) Found {
	f := Found{Evidence: geometry.Glance(p.probe, r.shape)}
	p.weigh(r, &f)
	return f
}

// Differ returns where the photo differs from a reference that was found in it.
// picture is the reference's own, in colour.
func (p *Photo) Differ(r *Reference, picture *imaging.Image, f *Found) differ.Difference {
	w, h := comparedSize(r)
	return p.subject().Differs(imaging.Resize(picture, w, h), f.H)
}
