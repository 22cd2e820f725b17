// Package changedetect says where a photo shows other print than the reference that
// it was laid on, and of which sort it is: other contents (another name, another
// portrait), which every copy of a kind may have, or another form (a changed
// caption, another edition, another company's head). Noise, blur, glare, shadows
// and fingers are to be told from both, which a small convolutional network
// learns from captures of documents whose differences are known. The field calls
// the task change detection (Daudt et al., "Fully Convolutional Siamese Networks
// for Change Detection", 2018; here both pictures enter one network as channels,
// since they lie on each other to the pixel).
//
//	m := changedetect.Default().Detect(ref, laid)
//	for i, judged := range m.Judged { if judged && m.Logit[i] > 0 { ... } }
//
// What to make of a map is the business of those who ask for it. internal/changetrain
// makes the weights.
package changedetect

import (
	_ "embed"
	"fmt"
	"sync"

	"exemplar/internal/cellnet"
	"exemplar/internal/imaging"
)

// Cell is the side, in pixels, of the squares that are judged.
const Cell = 8

// Map has a verdict for every cell of a reference.
type Map struct {
	W, H   int       // cells
	Logit  []float32 // (H,W): ln p/(1-p) of the print being another
	Judged []bool    // (H,W): there is print in the cell or next to it

	// Of a detector of kinds, else nil:
	Form   []float32 // (H,W): ln p/(1-p) of the print being another form, if it seems another
	Filled []float32 // (H,W): ln p/(1-p) of the reference's print being contents
}

// Detector finds changes. It may be used by several goroutines.
type Detector struct {
	net    *cellnet.Network
	passes sync.Pool // of *pass
}

func newDetector(n *cellnet.Network) *Detector {
	return &Detector{net: n, passes: sync.Pool{New: func() any { return new(pass) }}}
}

// Detect compares a reference, at full brightness (0 to 255), with the photo
// laid on it pixel by pixel, at half brightness (0 to 127). What is left of the
// two beside whole cells is not looked at: pictures smaller than a cell have an
// empty map. Detect panics on pictures of different sizes.
func (d *Detector) Detect(ref, laid *imaging.Gray) *Map {
	if ref.W != laid.W || ref.H != laid.H {
		panic(fmt.Sprintf("changedetect: a photo of %dx%d laid on a reference of %dx%d", laid.W, laid.H, ref.W, ref.H))
	}
	m := &Map{W: ref.W / Cell, H: ref.H / Cell}
	if m.W*m.H == 0 {
		return &Map{}
	}
	p := d.passes.Get().(*pass)
	defer d.passes.Put(p)
	p.take(ref, laid)
	d.net.Forward(&p.Pass)
	logits := p.Logits()
	if len(logits) == m.W*m.H {
		m.Logit = append(m.Logit, logits...)
	} else {
		m.Logit, m.Form, m.Filled = make([]float32, m.W*m.H), make([]float32, m.W*m.H), make([]float32, m.W*m.H)
		for i := range m.Logit {
			m.Logit[i], m.Form[i], m.Filled[i] = logits[answers*i], logits[answers*i+1], logits[answers*i+2]
		}
	}
	m.Judged = p.refSums.judged()
	return m
}

// Load reads a detector from a safetensors file, see [cellnet.Load].
func Load(data []byte) (*Detector, error) {
	n, err := cellnet.Load(pictures, layers, data)
	if err != nil {
		return nil, fmt.Errorf("detector of changes: %w", err)
	}
	return newDetector(n), nil
}

// LoadKinds is [Load] of a detector as [Kinds].
func LoadKinds(data []byte) (*Detector, error) {
	n, err := cellnet.Load(pictures, kindLayers, data)
	if err != nil {
		return nil, fmt.Errorf("detector of kinds: %w", err)
	}
	return newDetector(n), nil
}

// Encode returns the file that Load reads, in half precision. About says how the
// detector was made.
func (d *Detector) Encode(about map[string]string) ([]byte, error) { return d.net.Encode(about) }

//go:embed weights.safetensors
var defaultWeights []byte

//go:embed kinds.safetensors
var kindWeights []byte

//go:embed alone.safetensors
var aloneWeights []byte

var loadDefault = sync.OnceValue(func() *Detector { return embedded(layers, defaultWeights) })
var loadKinds = sync.OnceValue(func() *Detector { return embedded(kindLayers, kindWeights) })
var loadAlone = sync.OnceValue(func() *Detector { return embedded(kindLayers, aloneWeights) })

func embedded(table []cellnet.Layer, data []byte) *Detector {
	n, err := cellnet.Load(pictures, table, data)
	if err != nil {
		panic("changedetect: the embedded weights are damaged: " + err.Error())
	}
	return newDetector(n)
}

// Default returns the detector inside the program.
func Default() *Detector { return loadDefault() }

// Kinds returns the detector inside the program that tells other contents from
// another form. On what neither has learnt from it tells other print as well as
// [Default] (docs/results/kinds-network.md); its probabilities are others, so what
// is calibrated on those of one must not be fed with those of the other.
func Kinds() *Detector { return loadKinds() }

// Alone returns the detector inside the program that says best whether a reference, laid on
// itself, is blank: it has learnt from blank forms of lines, boxes and tables. Of what is filled
// in, and of photos, [Kinds] says more.
func Alone() *Detector { return loadAlone() }
