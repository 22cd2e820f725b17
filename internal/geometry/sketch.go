package geometry

import "exemplar/internal/imaging"

// Sketch is a reference without its picture: enough for a look at whether it
// may be in a photo, and a tenth of its memory. It may be used by several
// goroutines.
type Sketch struct{ features *Features }

// UnmarshalSketch makes a sketch of what [Reference.MarshalBinary] stored. The
// error wraps [ErrFeatures].
func UnmarshalSketch(features []byte) (*Sketch, error) {
	f, err := unmarshalFeatures(features)
	if err != nil {
		return nil, err
	}
	return &Sketch{f}, nil
}

// Sketch returns the reference without its picture.
func (r *Reference) Sketch() *Sketch { return &Sketch{r.features} }

// Complete returns the reference that the sketch and its picture are, which is
// kept.
func (s *Sketch) Complete(picture *imaging.Gray) *Reference {
	return newReference(s.features, Shrink(picture, compareSide))
}

// Words returns the visual words of the features, 11 bytes each, for
// [Index.AddWords].
func (s *Sketch) Words() []byte { return marshalWords(wordsOf(s.features)) }

// Inliers is the number of places of the sketch that lie in the photo as those
// of one flat thing would, by the features of the first look.
func (p *Probe) Inliers(s *Sketch) int { return inliers(s.features, p.features()) }

// InliersCloser is Inliers by the photo's features of the closer look.
func (p *Probe) InliersCloser(s *Sketch) int { return inliers(s.features, p.closer()) }

func inliers(ref *Features, probe *searchable) int {
	fit, _ := locate(ref, probe)
	return fit.Inliers
}
