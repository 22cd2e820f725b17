package changedetect

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// Load reads a detector from a safetensors file with PyTorch's names and
// layouts: of every layer NAME.weight (Out,In,Size,Size) and NAME.bias (Out), in
// any floating-point type.
func Load(data []byte) (*Detector, error) {
	n, err := loadNetwork(layers, data)
	if err != nil {
		return nil, fmt.Errorf("detector of changes: %w", err)
	}
	return newDetector(n), nil
}

// LoadKinds is [Load] of a detector as [Kinds].
func LoadKinds(data []byte) (*Detector, error) {
	n, err := loadNetwork(kindLayers, data)
	if err != nil {
		return nil, fmt.Errorf("detector of kinds: %w", err)
	}
	return newDetector(n), nil
}

func loadNetwork(table []layer, data []byte) (*network, error) {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return nil, err
	}
	n := newNetwork(table)
	for _, t := range n.tensors() {
		values, found := file.Tensors[t.name]
		if !found {
			return nil, fmt.Errorf("tensor %q is missing", t.name)
		}
		if err := t.read(values); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.name, err)
		}
		delete(file.Tensors, t.name)
	}
	if len(file.Tensors) > 0 {
		return nil, fmt.Errorf("tensors %q belong to no layer", slices.Sorted(maps.Keys(file.Tensors)))
	}
	n.pack()
	return n, nil
}

// Encode returns the file that Load reads, in half precision. About says how the
// detector was made.
func (d *Detector) Encode(about map[string]string) ([]byte, error) {
	file := tensorfile.Safetensors{Metadata: about, Tensors: map[string]tensorfile.Tensor{}}
	for _, t := range d.net.tensors() {
		file.Tensors[t.name] = t.half()
	}
	return file.Encode()
}

// tensor is a parameter under its name in the file.
type tensor struct {
	name   string
	shape  []int // there
	inputs int   // of a weight: what is its outermost but one dimension there is innermost but one here; 0 of a bias
	*nn.Param
}

func (n *network) tensors() []tensor {
	var all []tensor
	for i, c := range n.convs {
		name := n.layers[i].name
		all = append(all,
			tensor{name + ".weight", []int{c.Out, c.In, c.Size, c.Size}, c.In, c.Weight},
			tensor{name + ".bias", []int{c.Out}, 0, c.Bias})
	}
	return all
}

// inFile is the place in the file of value i.
func (t *tensor) inFile(i int) int {
	if t.inputs == 0 {
		return i
	}
	outputs := t.shape[0]
	taps := len(t.Value) / t.inputs / outputs
	tap, in, out := i/outputs/t.inputs, i/outputs%t.inputs, i%outputs
	return (out*t.inputs+in)*taps + tap
}

func (t *tensor) read(from tensorfile.Tensor) error {
	if !slices.Equal(from.Shape, t.shape) {
		return fmt.Errorf("shape %v where %v is needed", from.Shape, t.shape)
	}
	values, err := from.Float32s()
	if err != nil {
		return err
	}
	for i := range t.Value {
		v := values[t.inFile(i)]
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("value %d is %v", t.inFile(i), v)
		}
		t.Value[i] = v
	}
	return nil
}

func (t *tensor) half() tensorfile.Tensor {
	values := make([]float32, len(t.Value))
	for i, v := range t.Value {
		values[t.inFile(i)] = v
	}
	return tensorfile.NewFloat16(values, t.shape...)
}
