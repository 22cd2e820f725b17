package cellnet

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// Load reads a network of a table from a safetensors file with PyTorch's names and
// layouts: of every layer NAME.weight (Out,In,Size,Size) and NAME.bias (Out), in
// any floating-point type.
func Load(channels int, table []Layer, data []byte) (*Network, error) {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return nil, err
	}
	n := New(channels, table)
	for _, t := range n.Tensors() {
		values, found := file.Tensors[t.Name]
		if !found {
			return nil, fmt.Errorf("tensor %q is missing", t.Name)
		}
		if err := t.read(values); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		delete(file.Tensors, t.Name)
	}
	if len(file.Tensors) > 0 {
		return nil, fmt.Errorf("tensors %q belong to no layer", slices.Sorted(maps.Keys(file.Tensors)))
	}
	n.Pack()
	return n, nil
}

// Encode returns the file that Load reads, in half precision. About says how the
// weights were made.
func (n *Network) Encode(about map[string]string) ([]byte, error) {
	file := tensorfile.Safetensors{Metadata: about, Tensors: map[string]tensorfile.Tensor{}}
	for _, t := range n.Tensors() {
		file.Tensors[t.Name] = t.half()
	}
	return file.Encode()
}

// Tensor is a parameter under its name in the file. Changes to Value and Grad are
// changes to the network, after Pack.
type Tensor struct {
	Name   string
	Shape  []int // in the file; the order of the values is ours
	inputs int   // of a weight: what is its outermost but one dimension there is innermost but one here; 0 of a bias
	*nn.Param
}

// Tensors lists the parameters in the order of the layers. A replica's values are
// the original's.
func (n *Network) Tensors() []Tensor {
	var all []Tensor
	for i, c := range n.convs {
		name := n.layers[i].Name
		all = append(all,
			Tensor{name + ".weight", []int{c.Out, c.In, c.Size, c.Size}, c.In, c.Weight},
			Tensor{name + ".bias", []int{c.Out}, 0, c.Bias})
	}
	return all
}

// inFile is the place in the file of value i.
func (t *Tensor) inFile(i int) int {
	if t.inputs == 0 {
		return i
	}
	outputs := t.Shape[0]
	taps := len(t.Value) / t.inputs / outputs
	tap, in, out := i/outputs/t.inputs, i/outputs%t.inputs, i%outputs
	return (out*t.inputs+in)*taps + tap
}

func (t *Tensor) read(from tensorfile.Tensor) error {
	if !slices.Equal(from.Shape, t.Shape) {
		return fmt.Errorf("shape %v where %v is needed", from.Shape, t.Shape)
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

func (t *Tensor) half() tensorfile.Tensor {
	values := make([]float32, len(t.Value))
	for i, v := range t.Value {
		values[t.inFile(i)] = v
	}
	return tensorfile.NewFloat16(values, t.Shape...)
}
