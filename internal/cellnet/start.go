package cellnet

import (
	"fmt"
	"slices"

	"exemplar/internal/tensorfile"
)

// Start takes over the weights in a file of Encode, also of a smaller network: tensors of the same names, whose
// outputs and inputs are the first of these. What takes in more than there was
// ignores it to begin with, and layers that are new add nothing to others.
func (n *Network) Start(data []byte) error {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return fmt.Errorf("weights to start from: %w", err)
	}
	joined := map[string]bool{} // layers that are added to others
	for _, l := range n.layers {
		for _, p := range l.Plus {
			joined[p+".weight"], joined[p+".bias"] = true, true
		}
	}
	for _, t := range n.Tensors() {
		from, found := file.Tensors[t.Name]
		switch {
		case found:
			if err := t.startFrom(from); err != nil {
				return fmt.Errorf("weights to start from: tensor %q: %w", t.Name, err)
			}
		case joined[t.Name]:
			clear(t.Value)
		}
	}
	n.Pack()
	return nil
}

// startFrom copies the outputs and inputs that are there.
func (t *Tensor) startFrom(from tensorfile.Tensor) error {
	values, err := from.Float32s()
	if err != nil {
		return err
	}
	if len(from.Shape) != len(t.Shape) || len(t.Shape) > 1 && !slices.Equal(from.Shape[2:], t.Shape[2:]) {
		return fmt.Errorf("shape %v, where %v is needed", from.Shape, t.Shape)
	}
	outputs, inputs, taps := from.Shape[0], 1, 1
	if t.inputs > 0 {
		inputs, taps = from.Shape[1], t.Shape[2]*t.Shape[3]
	}
	for i := range t.Value {
		at := t.inFile(i)
		in, out := at/taps%max(1, t.inputs), at/taps/max(1, t.inputs)
		switch {
		case out >= outputs:
		case in >= inputs:
			t.Value[i] = 0
		default:
			t.Value[i] = values[(out*inputs+in)*taps+at%taps]
		}
	}
	return nil
}
