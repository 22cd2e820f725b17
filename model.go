package exemplar

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
)

// ErrModel says that a file is not a usable model bundle.
var ErrModel = errors.New("not a usable model bundle")

// Model turns pictures into embeddings, and knows how often impostors reach a
// score. It is safe for concurrent use.
type Model struct {
	bundle      *model.Bundle
	network     *model.Network
	calibration *decide.Calibration
}

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
	m := &Model{bundle: bundle, network: bundle.Freeze()}
	if len(bundle.Calibration) == 0 { // as training leaves it
		return m, nil
	}
	var err error
	if m.calibration, err = decide.ParseCalibration(bundle.Calibration); err != nil {
		return nil, fmt.Errorf("%w: %w: make one with exemplar calibrate", ErrModel, err)
	}
	return m, nil
}

// Fingerprint names the model: embeddings of different fingerprints cannot be
// compared.
func (m *Model) Fingerprint() string { return m.bundle.Fingerprint }

// Dim is the length of an embedding.
func (m *Model) Dim() int { return m.bundle.Arch.Embedding }

// Embed returns the L2-normalised embedding of a picture file (JPEG, PNG, GIF,
// BMP, TIFF or WebP). The error says why it cannot be used.
func (m *Model) Embed(data []byte) ([]float32, error) {
	picture, _, err := imaging.DecodeAtLeast(data, m.decodeSide(), imaging.DefaultLimits)
	if err != nil {
		return nil, err
	}
	return m.EmbedImage(picture), nil
}

// decodeSide is the longer side from which a picture may be scaled down to the
// network's input without loss that matters.
func (m *Model) decodeSide() int { return 2 * m.bundle.Arch.Input }

// EmbedImage returns the L2-normalised embedding of an upright picture.
func (m *Model) EmbedImage(picture *imaging.Image) []float32 {
	out := make([]float32, m.Dim())
	m.network.Embed(out, m.input(picture).Pix, 1)
	return out
}

// EmbedTurned returns the (4,dim) embeddings of a picture turned clockwise by
// 0, 90, 180 and 270 degrees.
func (m *Model) EmbedTurned(picture *imaging.Image) []float32 {
	const rotations = 4
	upright := m.input(picture)
	var inputs []byte
	for turn := range rotations {
		inputs = append(inputs, upright.Rotate(turn).Pix...)
	}
	out := make([]float32, rotations*m.Dim())
	m.network.Embed(out, inputs, rotations)
	return out
}

// input squashes a picture to the network's square.
func (m *Model) input(picture *imaging.Image) *imaging.Image {
	return imaging.ResizeArea(picture, m.bundle.Arch.Input, m.bundle.Arch.Input)
}

// closeFMR is how rarely an impostor may score as high as two labels do with each
// other before they are called too alike.
const closeFMR = 1e-4

// close reports whether the references of two labels score so high that
// captures of one may be taken for the other.
func (m *Model) close(score float64) bool { return m.calibration.FMR(score) <= closeFMR }

// Calibration says how often impostors reach a score; nil if the bundle does not
// say, and then it embeds but decides nothing.
func (m *Model) Calibration() *decide.Calibration { return m.calibration }
