package change

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"exemplar/internal/nn"
	"exemplar/internal/weights"
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

func loadNetwork(table []layer, data []byte) (*network, error) {
	file, err := weights.ParseSafetensors(data)
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
	file := weights.Safetensors{Metadata: about, Tensors: map[string]weights.Tensor{}}
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

func (t *tensor) read(from weights.Tensor) error {
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

func (t *tensor) half() weights.Tensor {
	data := make([]byte, 2*len(t.Value))
	for i, v := range t.Value {
		binary.LittleEndian.PutUint16(data[2*t.inFile(i):], toHalf(v))
	}
	return weights.Tensor{DType: weights.F16, Shape: t.shape, Data: data}
}

// toHalf rounds to the nearest IEEE 754 binary16 number, ties to even. Beyond
// its range it gives infinity, which Load refuses.
func toHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign := uint16(bits >> 16 & 0x8000)
	switch size := math.Abs(float64(v)); {
	case size >= 65520 || size != size:
		return sign | 0x7c00
	case size < 1.0/(1<<14): // denormal: a multiple of 2^-24
		return sign | uint16(math.RoundToEven(size*(1<<24)))
	}
	bits = bits&0x7fffffff - (127-15)<<23 // the exponent's bias
	return sign | uint16((bits+0xfff+bits>>13&1)>>13)
}
