package embed

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// ImportONNX makes a bundle of an ONNX network with one of our architectures, as
// ExportONNX or PyTorch's exporter writes it: with batch normalisations folded or not, with
// or without the normalisation of the result. Pixels must be RGB between 0 and 1. The error
// for any other network names the node that differs.
//
// A folded normalisation becomes one that changes nothing. The bundle then computes the
// same function as the exported one, with other tensors and another fingerprint. external
// is as in [tensorfile.ParseOnnx].
func ImportONNX(data []byte, external tensorfile.OnnxExternal) (*Bundle, error) {
	m, err := tensorfile.ParseOnnx(data, external)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	b, err := importGraph(m)
	if err != nil {
		return nil, fmt.Errorf("import onnx: %w", err)
	}
	return b, nil
}

func importGraph(m *tensorfile.OnnxModel) (*Bundle, error) {
	w, err := newOnnxWalk(&m.Graph)
	if err != nil {
		return nil, err
	}
	p := onnxImport{onnxWalk: w, tensors: map[string]tensorfile.Tensor{}}
	if p.arch.Input, err = inputSide(&m.Graph, w.at); err != nil {
		return nil, err
	}
	if text := m.Metadata[metaArchitecture]; text != "" {
		if err := json.Unmarshal([]byte(text), &p.declared); err != nil {
			return nil, fmt.Errorf("architecture: %w", err)
		}
	}
	if err := p.backbone(); err != nil {
		return nil, err
	}
	if err := p.head(); err != nil {
		return nil, err
	}
	b, err := fromTensors(p.arch, p.tensors)
	if err == nil {
		b.Card = m.Metadata[metaCard]
	}
	return b, err
}

// inputSide returns the side S of the graph's input, whose shape must be (n,3,S,S).
func inputSide(g *tensorfile.OnnxGraph, name string) (int, error) {
	for _, v := range g.Inputs {
		if v.Name != name {
			continue
		}
		if len(v.Shape) == 4 && v.Shape[1].Size == 3 && v.Shape[2].Size > 0 && v.Shape[2] == v.Shape[3] && v.Shape[2].Size <= maxInput {
			return int(v.Shape[2].Size), nil
		}
	}
	return 0, fmt.Errorf("input %q is not (n,3,S,S) with a fixed side S of at most %d", name, maxInput)
}

// onnxImport collects tensors with PyTorch's names while it walks the graph.
type onnxImport struct {
	*onnxWalk
	arch     Architecture
	declared Architecture // what the file says itself, if it does
	tensors  map[string]tensorfile.Tensor
}

func (p *onnxImport) backbone() error {
	stem, err := p.conv(3, 2, false)
	if err != nil {
		return err
	}
	if err := p.addConv("backbone.conv_stem", "backbone.bn1", stem); err != nil {
		return err
	}
	if !p.hardSwish() {
		return p.unexpected("hardswish")
	}
	widths := []int{stem.weight.Shape[0]}
	for i, stage := range stages {
		for j, spec := range stage {
			out, err := p.block(fmt.Sprintf("backbone.blocks.%d.%d.", i, j), spec)
			if err != nil {
				return err
			}
			widths = append(widths, out)
		}
	}
	p.arch.Backbone = "lcnet"
	p.arch.Width, err = widthOf(widths, p.declared.Width)
	return err
}

func (p *onnxImport) block(name string, spec blockSpec) (out int, err error) {
	depthwise, err := p.conv(spec.size, spec.stride, true)
	if err != nil {
		return 0, err
	}
	if err := p.addConv(name+"conv_dw", name+"bn1", depthwise); err != nil {
		return 0, err
	}
	if !p.hardSwish() {
		return 0, p.unexpected("hardswish")
	}
	if spec.squeezeExcite {
		reduce, expand, err := p.excite()
		if err != nil {
			return 0, err
		}
		if err := p.addBiased(name+"se.conv_reduce", reduce); err != nil {
			return 0, err
		}
		if err := p.addBiased(name+"se.conv_expand", expand); err != nil {
			return 0, err
		}
	}
	pointwise, err := p.conv(1, 1, false)
	if err != nil {
		return 0, err
	}
	if err := p.addConv(name+"conv_pw", name+"bn2", pointwise); err != nil {
		return 0, err
	}
	if !p.hardSwish() {
		return 0, p.unexpected("hardswish")
	}
	return pointwise.weight.Shape[0], nil
}

// widthOf finds a width that gives these channels. Several widths may; it tries the
// declared one first, then those in use.
func widthOf(got []int, declared float64) (float64, error) {
	candidates := []float64{declared, 0.5, 0.35, 0.75, 1, 1.5, 2, 2.5, 0.25, 3}
	for w := minWidth; w <= maxWidth; w += 0.01 {
		candidates = append(candidates, math.Round(100*w)/100)
	}
	for _, width := range candidates {
		want := []int{channels(stemChannels, width)}
		for _, spec := range slices.Concat(stages...) {
			want = append(want, channels(spec.channels, width))
		}
		if slices.Equal(got, want) {
			return width, nil
		}
	}
	return 0, fmt.Errorf("channels %v are of no LCNet", got)
}

// addConv stores a convolution without bias, and its batch normalisation. If the
// normalisation was folded, it makes one that only adds the bias.
func (p *onnxImport) addConv(name, norm string, l onnxLayer) error {
	p.tensors[name+".weight"] = l.weight
	return p.addBatchNorm(norm, l.bn, l.bias, l.weight.Shape[0])
}

// addBatchNorm stores a normalisation of c channels, which includes the bias before it if
// there is one.
func (p *onnxImport) addBatchNorm(name string, n *onnxNorm, bias *tensorfile.Tensor, c int) error {
	if n == nil {
		n = neutralNorm(c)
	}
	if bias != nil {
		// gain·(x+bias-mean)/s = gain·(x-(mean-bias))/s
		shifted, err := subtract(n.mean, *bias)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		n.mean = shifted
	}
	p.tensors[name+".weight"], p.tensors[name+".bias"] = n.gain, n.bias
	p.tensors[name+".running_mean"], p.tensors[name+".running_var"] = n.mean, n.variance
	return nil
}

// neutralNorm is a batch normalisation that changes nothing.
func neutralNorm(c int) *onnxNorm {
	fill := func(v float32) tensorfile.Tensor { return tensorfile.NewFloat32(slices.Repeat([]float32{v}, c), c) }
	return &onnxNorm{gain: fill(1), bias: fill(0), mean: fill(0), variance: fill(1 - nn.NormEps)}
}

func subtract(a, b tensorfile.Tensor) (tensorfile.Tensor, error) {
	x, err := a.Float32s()
	if err != nil {
		return a, err
	}
	y, err := b.Float32s()
	if err != nil {
		return a, err
	}
	if len(x) != len(y) {
		return a, fmt.Errorf("bias of %d values for %d channels", len(y), len(x))
	}
	for i, v := range y {
		x[i] -= v
	}
	return tensorfile.NewFloat32(x, len(x)), nil
}

// addBiased stores a layer that has a bias and no normalisation.
func (p *onnxImport) addBiased(name string, l onnxLayer) error {
	if l.bias == nil || l.bn != nil {
		return fmt.Errorf("%s has no bias, or a batch normalisation", name)
	}
	p.tensors[name+".weight"], p.tensors[name+".bias"] = l.weight, *l.bias
	return nil
}
