package embed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
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
		return nil, fmt.Errorf("load bundle: %w: %s", err, orDamaged)
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
	if err := checkHead(path); err != nil {
		return nil, fmt.Errorf("read model %q: %w: load bundle: %w", path, ErrBundle, err)
	}
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

// What to do about a file that is no usable bundle.
const (
	orDamaged = "give a bundle that exemplar train or exemplar calibrate wrote; if it is one, it is damaged: copy it again"
	newer     = "it may be of a newer version: update this program, or leave the bundle out for the network inside the program"
	edited    = "it is damaged or was edited: copy it again from where it was made"
)

// checkHead reads the beginning of a file, as far as the program reads it at all, and refuses
// what is no bundle of this version before all of it is in memory. What cannot be read says
// so when it is.
func checkHead(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > MaxBundle {
		return nil
	}
	meta, err := tensorfile.CheckSafetensors(f, info.Size())
	if err != nil {
		return fmt.Errorf("%w: %s", err, orDamaged)
	}
	_, err = checkMetadata(meta)
	return err
}

// checkMetadata returns the network of a bundle of this version.
func checkMetadata(meta map[string]string) (arch Architecture, err error) {
	switch meta[metaFormat] {
	case formatName:
	case "":
		return arch, errors.New("the file has tensors, but does not say of which network: " + orDamaged)
	default:
		return arch, fmt.Errorf("format %q is not known: %s", meta[metaFormat], newer)
	}
	if meta[metaInput] != inputText {
		return arch, fmt.Errorf("preprocessing %q is not known: %s", meta[metaInput], newer)
	}
	if err := json.Unmarshal([]byte(meta[metaArchitecture]), &arch); err != nil {
		return arch, fmt.Errorf("architecture: %w: %s", err, edited)
	}
	if err := arch.Validate(); err != nil {
		return arch, fmt.Errorf("%w: %s", err, newer)
	}
	return arch, nil
}

func fromFile(file *tensorfile.Safetensors) (*Bundle, error) {
	meta := file.Metadata
	arch, err := checkMetadata(meta)
	if err != nil {
		return nil, err
	}
	b, err := fromTensors(arch, file.Tensors)
	if err != nil {
		if errors.Is(err, errNoNumber) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %s", err, edited)
	}
	if b.Fingerprint != meta[metaFingerprint] {
		return nil, fmt.Errorf("fingerprint of the contents is %.12s, the file says %.12s: %s", b.Fingerprint, meta[metaFingerprint], edited)
	}
	b.Card = meta[metaCard]
	if text := meta[metaCalibration]; text != "" {
		b.Calibration = []byte(text)
	}
	if said, known := meta[metaDecision]; known && said != b.DecisionFingerprint() { // older bundles have none
		return nil, fmt.Errorf("fingerprint of the contents with their calibration is %.12s, the file says %.12s: %s", b.DecisionFingerprint(), said, edited)
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
