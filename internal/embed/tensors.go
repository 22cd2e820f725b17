package embed

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// tensor is a parameter or a running statistic, with its name and layout in PyTorch.
type tensor struct {
	name   string
	shape  []int // in PyTorch
	dims   []int // dimensions in this package, without those of 1
	order  []int // indices of dims in PyTorch's order
	values []float32
	param  *nn.Param // nil for a running statistic
}

// torch returns the values in PyTorch's layout.
func (t tensor) torch() tensorfile.Tensor {
	return tensorfile.NewFloat32(toTorch(t.values, t.dims, t.order), t.shape...)
}

// setTorch sets the values from PyTorch's layout.
func (t tensor) setTorch(w tensorfile.Tensor) error {
	from, err := t.read(w)
	if err != nil {
		return err
	}
	if t.order == nil {
		copy(t.values, from)
		return nil
	}
	eachPair(t.dims, t.order, func(ours, torch int) { t.values[ours] = from[torch] })
	return nil
}

// toTorch transposes values of the given dimensions so that dimension order[0] comes first,
// then order[1], and so on. If order is nil, it returns the values themselves.
func toTorch(values []float32, dims, order []int) []float32 {
	if order == nil {
		return values
	}
	out := make([]float32, len(values))
	eachPair(dims, order, func(ours, torch int) { out[torch] = values[ours] })
	return out
}

// eachPair visits the offsets of every element in the layout of dims and in the transposed
// one, in the order of the former.
func eachPair(dims, order []int, visit func(ours, torch int)) {
	strides := make([]int, len(dims)) // of each of dims in the transposed layout
	size := 1
	for _, d := range slices.Backward(order) {
		strides[d] = size
		size *= dims[d]
	}
	index := make([]int, len(dims))
	torch := 0
	for ours := range size {
		visit(ours, torch)
		for d := len(dims) - 1; d >= 0; d-- {
			index[d]++
			torch += strides[d]
			if index[d] < dims[d] {
				break
			}
			torch -= index[d] * strides[d]
			index[d] = 0
		}
	}
}

// check returns the network's tensors from those of a file, as float32. It returns an error
// if one is missing or if there is any other one except PyTorch's counters of batches.
func (l *layers) check(file map[string]tensorfile.Tensor) (map[string]tensorfile.Tensor, error) {
	own := map[string]tensorfile.Tensor{}
	for _, t := range l.tensors {
		w, found := file[t.name]
		if !found {
			return nil, fmt.Errorf("tensor %q is missing for %s", t.name, l.arch)
		}
		var err error
		if own[t.name], err = t.check(w); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		if _, known := own[name]; !known && !strings.HasSuffix(name, ".num_batches_tracked") {
			return nil, fmt.Errorf("tensor %q does not belong to %s", name, l.arch)
		}
	}
	return own, nil
}

// errNoNumber is what is wrong with a network whose training came to nothing.
var errNoNumber = errors.New("the network cannot be used: its training diverged; take a bundle from before that, or train it with a lower rate")

// check returns w, which comes from a file, as float32. It returns an error if its shape is wrong or one of its values is
// no number.
func (t tensor) check(w tensorfile.Tensor) (tensorfile.Tensor, error) {
	values, err := t.read(w)
	if err != nil {
		return w, err
	}
	for i, v := range values {
		if v-v != 0 { // NaN, or infinite
			return w, fmt.Errorf("tensor %q: value %d is %v: %w", t.name, i, v, errNoNumber)
		}
	}
	if w.DType == tensorfile.F32 {
		return w, nil
	}
	return tensorfile.NewFloat32(values, w.Shape...), nil
}

// read returns the values of w, or an error if its shape is wrong. A training that diverges may give values that are no
// numbers.
func (t tensor) read(w tensorfile.Tensor) ([]float32, error) {
	if !slices.Equal(w.Shape, t.shape) {
		return nil, fmt.Errorf("tensor %q has shape %v where %v is needed", t.name, w.Shape, t.shape)
	}
	values, err := w.Float32s()
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", t.name, err)
	}
	return values, nil
}

// torchTensors returns all tensors by their names, in PyTorch's layout.
func (l *layers) torchTensors() map[string]tensorfile.Tensor {
	all := map[string]tensorfile.Tensor{}
	for _, t := range l.tensors {
		all[t.name] = t.torch()
	}
	return all
}

func (t tensor) isBackbone() bool { return strings.HasPrefix(t.name, "backbone.") }
