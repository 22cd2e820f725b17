package exemplar

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
	"exemplar/internal/recognise"
)

// ErrModel says that a file is not a usable model bundle.
var ErrModel = errors.New("not a usable model bundle")

// Model turns pictures into embeddings, and knows how often impostors reach a
// score. It is safe for concurrent use.
type Model struct{ inner *recognise.Model }

// DefaultModel returns the model inside the program.
var DefaultModel = sync.OnceValue(func() *Model {
	m, err := newModel(model.Default())
	if err != nil {
		panic("exemplar: the model inside the program: " + err.Error()) // a broken build
	}
	return m
})

// OpenModel reads a bundle. The empty path means [DefaultModel]. A bundle
// without a calibration can embed, and be judged, but a gallery refuses it.
func OpenModel(path string) (*Model, error) {
	if path == "" {
		return DefaultModel(), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	bundle, err := model.Load(data)
	if err != nil {
		return nil, fmt.Errorf("read model %q: %w: %w", path, ErrModel, err)
	}
	m, err := newModel(bundle)
	if err != nil {
		return nil, fmt.Errorf("read model %q: %w", path, err)
	}
	return m, nil
}

func newModel(bundle *model.Bundle) (*Model, error) {
	inner, err := recognise.NewModel(bundle)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return &Model{inner}, nil
}

// Fingerprint names the model: embeddings of different fingerprints cannot be
// compared.
func (m *Model) Fingerprint() string { return m.inner.Fingerprint }

// Dim is the length of an embedding.
func (m *Model) Dim() int { return m.inner.Dim() }

// Embed returns the L2-normalised embedding of a picture file (JPEG, PNG, GIF,
// BMP, TIFF or WebP). The error says why it cannot be used.
func (m *Model) Embed(data []byte) ([]float32, error) {
	picture, _, err := imaging.DecodeAtLeast(data, m.inner.DecodeSide(), imaging.DefaultLimits)
	if err != nil {
		return nil, err
	}
	return m.inner.Embed(picture), nil
}

// EmbedImage returns the L2-normalised embedding of an upright picture.
func (m *Model) EmbedImage(picture *imaging.Image) []float32 { return m.inner.Embed(picture) }

// EmbedTurned returns the (4,dim) embeddings of a picture turned clockwise by
// 0, 90, 180 and 270 degrees.
func (m *Model) EmbedTurned(picture *imaging.Image) []float32 { return m.inner.EmbedTurned(picture) }

// Calibration says how often impostors reach a score; nil if the bundle does not
// say, and then it embeds but decides nothing.
func (m *Model) Calibration() *decide.Calibration { return m.inner.Calibration }
