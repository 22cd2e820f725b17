package recognise

import (
	"sync"

	"exemplar/internal/alignment"
	"exemplar/internal/condition"
	"exemplar/internal/emblem"
	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/quadfinder"
	"exemplar/internal/wordindex"
)

const (
	// ReferenceSide is the longer side, in pixels, at which a reference is kept:
	// what a person needs to see, a later model to embed anew and the comparison
	// to compare with.
	ReferenceSide = alignment.ReferenceSide
	// referenceBytes is what a reference's picture and features, with their
	// visual words, may take together, so that a million fit on a disk.
	referenceBytes = 100_000
)

// Reference is a registered picture that can be looked for.
type Reference struct {
	target *alignment.Reference
	vector []float32 // embedding of the upright picture
	w, h   int       // of the picture, pixels
	small  func() *imaging.Image
	colors *imaging.Image // as conditions are looked for by
	plain  func() bool    // it is print on plain paper
	inks   func() *inkGrid

	outlines func() [][4]planar.Point // where the document may end in the picture, in shares of its sides

	itselves itselves

	zone  func() int  // lines of its machine-readable zone
	blank func() bool // it is a form that nobody has filled in
}

func newReference(target *alignment.Reference, vector []float32, picture *imaging.Image) *Reference {
	colors := condition.Prepare(picture)
	return &Reference{
		target: target, vector: vector, w: picture.W, h: picture.H, colors: colors,
		outlines: sync.OnceValue(func() [][4]planar.Point { return outlinesOf(colors) }),

		inks:  sync.OnceValue(func() *inkGrid { return inksOf(colors) }),
		small: sync.OnceValue(func() *imaging.Image { return smallOf(target.Picture()) }),
		plain: sync.OnceValue(func() bool { return isPlain(target.Picture()) }),

		zone:  sync.OnceValue(func() int { return emblem.MachineZoneLines(target.Picture()) }),
		blank: sync.OnceValue(func() bool { return isBlankForm(target.Picture()) }),
	}
}

// outlinesOf proposes where the document ends in a picture that may show a table around it.
func outlinesOf(picture *imaging.Image) [][4]planar.Point {
	quads := quadfinder.Quads(picture)
	for i := range quads {
		for k, p := range quads[i] {
			quads[i][k] = planar.Pt((p.X+0.5)/float64(picture.W), (p.Y+0.5)/float64(picture.H))
		}
	}
	return quads
}

// Made is a reference with all that a gallery keeps of it.
type Made struct {
	*Reference
	Picture *imaging.Image // at most ReferenceSide long
	Vectors []float32      // (4,dim): see [Embedder.EmbedTurned]
}

// NewReference makes a reference of an upright picture of any size. It is the
// only way to make one.
func NewReference(e *Embedder, picture *imaging.Image) Made {
	picture = imaging.FitWithin(picture, ReferenceSide)
	vectors := e.EmbedTurned(picture)
	return Made{
		Reference: newReference(alignment.NewReference(picture.Gray()), vectors[:e.Dim()], picture),
		Picture:   picture, Vectors: vectors,
	}
}

// storedReference is a reference as a gallery kept it: by its features instead
// of those of the picture.
func storedReference(found *features.Features, picture *imaging.Image, vector []float32) *Reference {
	return newReference(alignment.StoredReference(found, picture.Gray()), vector, picture)
}

// Features returns what is to be kept of a reference beside its picture, and
// their visual words for package wordindex.
func (r *Reference) Features() (found, words []byte) {
	return r.target.Features().Marshal(), wordindex.Words(r.target.Features())
}

// CanBeFound is false where the reference has too few features to be looked for:
// then only its embedding speaks for it.
func (r *Reference) CanBeFound() bool { return len(r.target.Features().Points) >= enoughFeatures }

// Size is the size in pixels of the picture whose pixels evidence speaks of.
func (r *Reference) Size() (w, h int) {
	picture := r.target.Picture()
	return picture.W, picture.H
}

// Blocks returns the corners of the blocks of the evidence, in pixels of the
// reference.
func (r *Reference) Blocks(f *Found) [][4]planar.Point {
	return alignment.BlockCorners(r.target, &f.Evidence)
}

// EncodePicture compresses the picture so that it fits what a reference may
// take beside its features and words; the lowest quality is taken whatever its
// size.
func (m *Made) EncodePicture(features, words []byte) []byte {
	most := referenceBytes - len(features) - len(words)
	var jpeg []byte
	for _, quality := range []int{88, 80, 70, 60, 45, 30} {
		if jpeg = imaging.EncodeJPEG(m.Picture, quality); len(jpeg) <= most {
			break
		}
	}
	return jpeg
}
