package recognise

import (
	"fmt"
	"sync"

	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
)

// Embedder turns pictures into embeddings. It is safe for concurrent use.
type Embedder struct {
	arch    embed.Architecture
	network *embed.Network
}

// NewEmbedder makes the bundle's network ready to run.
func NewEmbedder(b *embed.Bundle) *Embedder { return &Embedder{b.Arch, b.Freeze()} }

// Dim is the length of an embedding.
func (e *Embedder) Dim() int { return e.arch.Embedding }

// DecodeSide is the longer side, in pixels, down to which a picture may be scaled
// before it is embedded: what is lost does not matter.
func (e *Embedder) DecodeSide() int { return 2 * e.arch.Input }

// Embed returns the L2-normalised embedding of an upright picture.
func (e *Embedder) Embed(picture *imaging.Image) []float32 {
	return e.embedInput(e.input(picture))
}

// EmbedSent returns the embedding of a picture as it was sent. The error says why
// it cannot be used.
func (e *Embedder) EmbedSent(in Input) ([]float32, error) {
	picture, _, err := in.decode(e.DecodeSide())
	if err != nil {
		return nil, err
	}
	return e.Embed(picture), nil
}

// EmbedTurned returns the (4,dim) embeddings of a picture turned clockwise by
// 0, 90, 180 and 270 degrees.
func (e *Embedder) EmbedTurned(picture *imaging.Image) []float32 {
	const rotations = 4
	upright := e.input(picture)
	var inputs []byte
	for turn := range rotations {
		inputs = append(inputs, upright.Rotate(turn).Pix...)
	}
	out := make([]float32, rotations*e.Dim())
	e.network.Embed(out, inputs, rotations)
	return out
}

// input squashes a picture to the network's square.
func (e *Embedder) input(picture *imaging.Image) *imaging.Image {
	return imaging.ResizeArea(picture, e.arch.Input, e.arch.Input)
}

// embedInput embeds a picture that has the size of the network's input.
func (e *Embedder) embedInput(square *imaging.Image) []float32 {
	out := make([]float32, e.Dim())
	e.network.Embed(out, square.Pix, 1)
	return out
}

// Model is an embedder and how often impostors reach its scores.
type Model struct {
	*Embedder
	Fingerprint string // of what makes embeddings: those of another one cannot be compared
	Decides     string // fingerprint of that and the calibration
	Calibration *scoremodel.Calibration
}

// ErrModel says that a file is not a usable model bundle.
var ErrModel = embed.ErrBundle

// DefaultModel returns the model inside the program.
var DefaultModel = sync.OnceValue(func() *Model {
	m, err := NewModel(embed.Default())
	if err != nil {
		panic("exemplar: the model inside the program: " + err.Error()) // a broken build
	}
	return m
})

// OpenModel reads a bundle. The empty path means [DefaultModel].
func OpenModel(path string) (*Model, error) {
	if path == "" {
		return DefaultModel(), nil
	}
	bundle, err := embed.Open(path)
	if err != nil {
		return nil, err
	}
	m, err := NewModel(bundle)
	if err != nil {
		return nil, fmt.Errorf("read model %q: %w", path, err)
	}
	return m, nil
}

// NewModel makes a model of a bundle. A bundle as training leaves it has no
// calibration: then the model has none, and decides nothing.
func NewModel(b *embed.Bundle) (*Model, error) {
	m := &Model{Embedder: NewEmbedder(b), Fingerprint: b.Fingerprint, Decides: b.DecisionFingerprint()}
	if len(b.Calibration) == 0 {
		return m, nil
	}
	var err error
	if m.Calibration, err = scoremodel.ParseCalibration(b.Calibration); err != nil {
		return nil, fmt.Errorf("%w: %w: make one with exemplar calibrate", ErrModel, err)
	}
	return m, nil
}

// closeFMR is the highest FMR of the cosine of two references whose labels are called too
// alike. By eye.
const closeFMR = 1e-4

// isClose reports whether the references of two labels are so alike that captures of
// one may be taken for the other.
func (m *Model) isClose(score float64) bool { return m.Calibration.FMR(score) <= closeFMR }
