package embed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"exemplar/internal/fileio"
	"exemplar/internal/tensorfile"
)

// Bundle is a network as a file holds it: everything that is needed to embed pictures and
// to decide on scores.
type Bundle struct {
	Arch        Architecture
	Calibration []byte // JSON of package scoremodel; nil if there is none
	Card        string // for people: what the network is, how it was made, under what terms
	// Fingerprint identifies the function that the bundle computes: the SHA-256 of
	// architecture and tensors, in hexadecimal. Embeddings can be compared only if
	// their fingerprints are equal; a gallery therefore belongs to one fingerprint.
	// [Bundle.DecisionFingerprint] includes the calibration.
	Fingerprint string

	tensors map[string]tensorfile.Tensor // float32, PyTorch's names and layout; never changed
}

// The metadata of a bundle's file.
const (
	metaFormat       = "format"
	metaArchitecture = "architecture"
	metaInput        = "preprocessing"
	metaCalibration  = "calibration"
	metaCard         = "card"
	metaFingerprint  = "fingerprint"
	metaDecision     = "decision-fingerprint"

	formatName = "exemplar-bundle/1"
	// inputText is the preprocessing, the same for all networks. A bundle with another
	// one was made by a later version of the program.
	inputText = "RGB, area-resampled to the square, divided by 255"
)

// New makes a bundle with random weights. The same seed gives the same weights.
func New(arch Architecture, seed uint64) (*Bundle, error) {
	if err := arch.Validate(); err != nil {
		return nil, err
	}
	l := newLayers(arch)
	l.randomise(rand.New(rand.NewPCG(seed, 0)))
	return l.bundle(), nil
}

// Load reads a bundle that Save wrote. It refuses a file whose contents do not have the
// fingerprint that it states. The bundle refers to data, which must not be changed
// afterwards.
func Load(data []byte) (*Bundle, error) {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return nil, fmt.Errorf("load bundle: %w", err)
	}
	b, err := fromFile(file)
	if err != nil {
		return nil, fmt.Errorf("load bundle: %w", err)
	}
	return b, nil
}

// MaxBundle is the largest file that Open reads, in bytes: a hundred times the bundle inside
// the program.
const MaxBundle = 256 << 20

// ErrBundle says that a file is not a usable model bundle.
var ErrBundle = errors.New("not a usable model bundle")

// Open reads the bundle at path: see [Load]. The error is [ErrBundle] if the file can
// be read and is none.
func Open(path string) (*Bundle, error) {
	data, err := fileio.ReadFile(path, MaxBundle)
	if err != nil {
		return nil, err
	}
	b, err := Load(data)
	if err != nil {
		return nil, fmt.Errorf("read model %q: %w: %w", path, ErrBundle, err)
	}
	return b, nil
}

func fromFile(file *tensorfile.Safetensors) (*Bundle, error) {
	meta := file.Metadata
	switch meta[metaFormat] {
	case formatName:
	case "":
		return nil, fmt.Errorf("the file has tensors but does not say of which network: import it with its description")
	default:
		return nil, fmt.Errorf("format %q is not known: made by a newer version?", meta[metaFormat])
	}
	if meta[metaInput] != inputText {
		return nil, fmt.Errorf("preprocessing %q is not known: made by a newer version?", meta[metaInput])
	}
	var arch Architecture
	if err := json.Unmarshal([]byte(meta[metaArchitecture]), &arch); err != nil {
		return nil, fmt.Errorf("architecture: %w", err)
	}
	b, err := fromTensors(arch, file.Tensors)
	if err != nil {
		return nil, err
	}
	if b.Fingerprint != meta[metaFingerprint] {
		return nil, fmt.Errorf("fingerprint of the contents is %.12s, the file says %.12s: damaged or edited", b.Fingerprint, meta[metaFingerprint])
	}
	b.Card = meta[metaCard]
	if text := meta[metaCalibration]; text != "" {
		b.Calibration = []byte(text)
	}
	if said, known := meta[metaDecision]; known && said != b.DecisionFingerprint() { // older bundles have none
		return nil, fmt.Errorf("fingerprint of the contents with their calibration is %.12s, the file says %.12s: damaged or edited", b.DecisionFingerprint(), said)
	}
	return b, nil
}

// fromTensors makes a bundle of tensors with their PyTorch names.
func fromTensors(arch Architecture, tensors map[string]tensorfile.Tensor) (*Bundle, error) {
	if err := arch.Validate(); err != nil {
		return nil, err
	}
	own, err := newLayers(arch).check(tensors)
	if err != nil {
		return nil, err
	}
	return newBundle(arch, own), nil
}

func newBundle(arch Architecture, tensors map[string]tensorfile.Tensor) *Bundle {
	return &Bundle{Arch: arch, tensors: tensors, Fingerprint: fingerprint(arch, tensors)}
}

// bundle copies the tensors of the network into a bundle.
func (l *layers) bundle() *Bundle {
	return newBundle(l.arch, l.torchTensors())
}

// layers makes the network of the bundle's tensors.
func (b *Bundle) layers() *layers {
	l := newLayers(b.Arch)
	for _, t := range l.tensors {
		if err := t.setTorch(b.tensors[t.name]); err != nil {
			panic("embed: " + err.Error()) // every way to make a bundle has checked it
		}
	}
	return l
}

// WithInput returns a bundle with the same weights and another input size. It is another
// network with another fingerprint, and has neither card nor calibration.
func (b *Bundle) WithInput(side int) (*Bundle, error) {
	arch := b.Arch
	arch.Input = side
	if err := arch.Validate(); err != nil {
		return nil, err
	}
	return newBundle(arch, b.tensors), nil
}

// Save writes the bundle to a file, in one step.
func (b *Bundle) Save(path string) error {
	data, err := b.Encode()
	if err != nil {
		return fmt.Errorf("save bundle %q: %w", path, err)
	}
	return tensorfile.WriteFile(path, data)
}

// Encode returns the bytes that Save writes. Tensors that half precision holds exactly take half as many.
func (b *Bundle) Encode() ([]byte, error) {
	arch, err := json.Marshal(b.Arch)
	if err != nil {
		return nil, err
	}
	tensors, err := compact(b.tensors)
	if err != nil {
		return nil, err
	}
	file := tensorfile.Safetensors{Tensors: tensors, Metadata: map[string]string{
		metaFormat:       formatName,
		metaArchitecture: string(arch),
		metaInput:        inputText,
		metaFingerprint:  b.Fingerprint,
		metaDecision:     b.DecisionFingerprint(),
		metaCard:         b.Card,
		metaCalibration:  string(b.Calibration),
	}}
	return file.Encode()
}

// DecisionFingerprint identifies everything that answers depend on: the SHA-256 of the
// fingerprint, the preprocessing and the calibration, in hexadecimal. It differs between
// bundles of one network with other calibrations.
func (b *Bundle) DecisionFingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", formatName, b.Fingerprint, inputText)
	h.Write(b.Calibration)
	return hex.EncodeToString(h.Sum(nil))
}

// fingerprint hashes architecture, names, shapes and values.
func fingerprint(arch Architecture, tensors map[string]tensorfile.Tensor) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s %g %s %d %d\n", formatName, arch.Backbone, arch.Width, arch.Head, arch.Embedding, arch.Input)
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		fmt.Fprintf(h, "%s %v\n", name, tensors[name].Shape)
		h.Write(tensors[name].Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
