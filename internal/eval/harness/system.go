package harness

import (
	"strings"

	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// System is what is judged: one of a gallery with a model (Gallery), a function from
// pictures to vectors (Embed), the vectors of another system for a whole data set
// (Vectors), or its scores (Matrix).
type System struct {
	Name string

	Gallery *recognise.Model // the whole decision of a gallery with this model

	Dim   int
	Embed func(*imaging.Image) []float32
	Turn  func(*imaging.Image) []float32 // (k,dim) of a reference, turned; nil: upright alone

	Vectors string // an npy, or "set.npy,strangers.npy" if there are strangers: a row for each picture, in the order of paths
	Matrix  string // an npy: a row for each capture, a column for each reference, strangers last
}

// Product is the system that users have: a gallery that finds documents in photos,
// compares and decides.
func Product(name string, m *recognise.Model) System { return System{Name: name, Gallery: m} }

// Network is a model's embedding alone.
func Network(name string, m *recognise.Model) System {
	return System{Name: name, Dim: m.Dim(), Embed: m.Embed, Turn: m.EmbedTurned}
}

// Baselines are simple systems to compare with.
func Baselines() []System {
	return []System{
		{Name: "perceptual hash", Dim: eval.HashDim, Embed: eval.HashDCT},
		{Name: "16 x 16 colour", Dim: eval.ColorDim, Embed: eval.Color16},
	}
}

// hasScores reports whether a system has scores and no vectors.
func (s *System) hasScores() bool { return s.Matrix != "" || s.Gallery != nil }

// ofStrangers is the system for the strangers.
func (s System) ofStrangers() System {
	if _, strangers, ok := strings.Cut(s.Vectors, ","); ok {
		s.Vectors = strangers
	}
	return s
}
