package exemplar

import (
	"sync"

	"exemplar/internal/recognise"
)

// ErrModel says that a file is not a usable model bundle.
var ErrModel = recognise.ErrModel

// Model turns pictures into embeddings, and knows how often impostors reach a
// score. It is safe for concurrent use.
type Model struct{ inner *recognise.Model }

// DefaultModel returns the model inside the program.
var DefaultModel = sync.OnceValue(func() *Model { return &Model{recognise.DefaultModel()} })

// OpenModel reads a bundle. The empty path means [DefaultModel]. A bundle
// without a calibration can embed, and be judged, but a gallery refuses it.
func OpenModel(path string) (*Model, error) {
	if path == "" {
		return DefaultModel(), nil
	}
	inner, err := recognise.OpenModel(path)
	if err != nil {
		return nil, err
	}
	return &Model{inner}, nil
}

// Fingerprint names the model: embeddings of different fingerprints cannot be
// compared.
func (m *Model) Fingerprint() string { return m.inner.Fingerprint }

// DecisionFingerprint names the model together with its calibration, on which
// answers depend as well.
func (m *Model) DecisionFingerprint() string { return m.inner.Decides }

// Dim is the length of an embedding.
func (m *Model) Dim() int { return m.inner.Dim() }

// Embed returns the L2-normalised embedding of a picture. The error says why it
// cannot be used.
func (m *Model) Embed(p Picture) ([]float32, error) {
	input := p.open()
	defer input.release()
	return m.inner.EmbedSent(input.Input)
}

// Calibrated reports whether the model knows how often impostors reach a score.
// One that does not embeds, but decides nothing.
func (m *Model) Calibrated() bool { return m.inner.Calibration != nil }

// FMR is the share of impostors whose cosine with a label reaches the given one; 1
// if the model is not calibrated.
func (m *Model) FMR(cosine float64) float64 {
	if !m.Calibrated() {
		return 1
	}
	return m.inner.Calibration.FMR(cosine)
}

// Likeness is what [Model.Alike] compares pictures by: embeddings of the picture and of
// the parts of it in which documents may lie.
type Likeness []float32

// Likeness returns that of a picture. The error says why it cannot be used.
func (m *Model) Likeness(p Picture) (Likeness, error) {
	input := p.open()
	defer input.release()
	return m.inner.Likeness(input.Input)
}

// Alike returns how alike two pictures are, as a cosine in [-1, 1], whatever is
// registered: photos of one document lie above those of different ones.
func (m *Model) Alike(a, b Likeness) float64 { return recognise.Alike(a, b, m.Dim()) }
