package proof

import (
	"exemplar/internal/decide"
	"exemplar/internal/differ"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// Compare is [Photo.Verify] without the closer look: enough where the photo is
// itself a reference, which fills its picture.
func (p *Photo) Compare(r *Reference) Found {
	f := Found{Evidence: geometry.Glance(p.probe, r.shape)}
	f.Weighed = &decide.Geometry{Verifiable: p.canVerify(r.shape)}
	if f.Located {
		f.Weighed = p.weigh(r, &f.Evidence)
	}
	return f
}

// GlanceAt is [Photo.Glance] at a reference of which only the features are at
// hand, as [Reference.Features] returned them. verifiable is false where these
// are too few to say anything.
func (p *Photo) GlanceAt(features []byte) (places int, verifiable bool, err error) {
	shape, err := featuresOnly(features)
	if err != nil {
		return 0, false, err
	}
	fit, _ := geometry.Locate(p.probe, shape)
	return fit.Inliers, p.canVerify(shape), nil
}

func (p *Photo) canVerify(r *geometry.Reference) bool {
	return min(p.probe.Count(), r.Count()) >= enoughFeatures
}

// Differ returns where the photo differs from a reference that was found in it.
// picture is the reference's own, in colour.
func (p *Photo) Differ(r *Reference, picture *imaging.Image, f *Found) differ.Difference {
	w, h := comparedSize(r)
	return differ.Between(p.picture, imaging.Resize(picture, w, h), f.H)
}
