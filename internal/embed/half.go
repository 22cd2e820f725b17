package embed

import (
	"bytes"
	"maps"

	"exemplar/internal/tensorfile"
)

// HalfPrecision returns the network with its kernels and matrices rounded to half precision, of which a file takes half as
// many bytes: see [Bundle.Encode]. Vectors stay, since statistics of batches may be smaller than half precision tells from
// 0. There is neither card nor calibration.
func (b *Bundle) HalfPrecision() (*Bundle, error) {
	rounded := maps.Clone(b.tensors)
	for name, t := range b.tensors {
		if len(t.Shape) < 2 {
			continue
		}
		values, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		if rounded[name], err = widened(tensorfile.NewFloat16(values, t.Shape...)); err != nil {
			return nil, err
		}
	}
	return newBundle(b.Arch, rounded), nil
}

func widened(t tensorfile.Tensor) (tensorfile.Tensor, error) {
	values, err := t.Float32s()
	if err != nil {
		return t, err
	}
	return tensorfile.NewFloat32(values, t.Shape...), nil
}

// compact returns the tensors, in half precision where that loses nothing.
func compact(tensors map[string]tensorfile.Tensor) (map[string]tensorfile.Tensor, error) {
	out := maps.Clone(tensors)
	for name, t := range tensors {
		values, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		half := tensorfile.NewFloat16(values, t.Shape...)
		if back, err := widened(half); err == nil && bytes.Equal(back.Data, t.Data) {
			out[name] = half
		}
	}
	return out, nil
}
