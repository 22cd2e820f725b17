package embed

import (
	"encoding/json"
	"fmt"
	"strconv"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// Constants of exported networks. Operator set 18 is the first whose reductions take their
// axes as an input; ONNX Runtime supports it since 1.14.
const (
	onnxOpset     = 18
	onnxIRVersion = 8
	onnxInput     = "pixels"
	onnxOutput    = "embedding"
	// onnxTinyLength is the least length by which an output is divided, as in PyTorch's
	// normalize, so that an output of zeros stays zero.
	onnxTinyLength = 1e-12
)

// ExportONNX returns the network in ONNX for other programs. Input "pixels" is float32
// (n,3,Input,Input): RGB between 0 and 1, area-resampled to the square. Output "embedding"
// is float32 (n,Embedding), of length 1. n is a dynamic dimension.
func (b *Bundle) ExportONNX() ([]byte, error) {
	f := b.layers().fold()
	e := exporter{graph: tensorfile.OnnxGraph{Name: "exemplar", Initializers: map[string]tensorfile.Tensor{}}}
	e.network(f)
	arch, err := json.Marshal(b.Arch)
	if err != nil {
		return nil, err
	}
	side := int64(b.Arch.Input)
	e.graph.Inputs = []tensorfile.OnnxValue{{Name: onnxInput, DType: tensorfile.F32, Shape: []tensorfile.OnnxDim{{Name: "n"}, {Size: 3}, {Size: side}, {Size: side}}}}
	e.graph.Outputs = []tensorfile.OnnxValue{{Name: onnxOutput, DType: tensorfile.F32, Shape: []tensorfile.OnnxDim{{Name: "n"}, {Size: int64(b.Arch.Embedding)}}}}
	model := tensorfile.OnnxModel{
		IRVersion: onnxIRVersion, Producer: "exemplar", Opset: onnxOpset, Graph: e.graph,
		Metadata: map[string]string{metaArchitecture: string(arch), metaFingerprint: b.Fingerprint, metaInput: inputText, metaCard: b.Card},
	}
	return model.Encode()
}

// exporter appends nodes to a graph; at is the name of the latest value.
type exporter struct {
	graph tensorfile.OnnxGraph
	at    string
}

type attributes map[string]tensorfile.OnnxAttribute

func intAttr(v int) tensorfile.OnnxAttribute {
	return tensorfile.OnnxAttribute{Type: tensorfile.OnnxInt, Int: int64(v)}
}

func intsAttr(v ...int64) tensorfile.OnnxAttribute {
	return tensorfile.OnnxAttribute{Type: tensorfile.OnnxInts, Ints: v}
}

func floatAttr(v float32) tensorfile.OnnxAttribute {
	return tensorfile.OnnxAttribute{Type: tensorfile.OnnxFloat, Float: v}
}

// node applies an operation to values and returns the name of its result.
func (e *exporter) node(op string, a attributes, inputs ...string) string {
	name := fmt.Sprintf("%s_%d", op, len(e.graph.Nodes))
	e.graph.Nodes = append(e.graph.Nodes, tensorfile.OnnxNode{Name: name, Op: op, Inputs: inputs, Outputs: []string{name}, Attributes: a})
	return name
}

// then applies an operation to the latest value and to constants.
func (e *exporter) then(op string, a attributes, constants ...string) {
	e.at = e.node(op, a, append([]string{e.at}, constants...)...)
}

// constant stores a tensor under a new name, which it returns.
func (e *exporter) constant(values []float32, shape ...int) string {
	return e.tensor(tensorfile.NewFloat32(values, shape...))
}

func (e *exporter) integers(values ...int64) string {
	return e.tensor(tensorfile.NewInt64(values, len(values)))
}

func (e *exporter) tensor(t tensorfile.Tensor) string {
	name := "constant_" + strconv.Itoa(len(e.graph.Initializers))
	e.graph.Initializers[name] = t
	return name
}

func (e *exporter) network(f *folded) {
	e.at = onnxInput
	stem := toTorch(f.stem.weight, []int{3, 3, 3, f.stem.out}, []int{3, 2, 0, 1})
	e.conv(stem, f.stem.bias, []int{f.stem.out, 3, 3, 3}, 2, 1)
	e.then("HardSwish", nil)
	for _, b := range f.blocks {
		e.block(b)
	}
	e.head(f)
	length := e.node("ReduceL2", attributes{"keepdims": intAttr(1)}, e.at, e.integers(1))
	length = e.node("Max", nil, length, e.constant([]float32{onnxTinyLength}))
	e.then("Div", nil, length)
	e.graph.Nodes[len(e.graph.Nodes)-1].Outputs = []string{onnxOutput}
}

// conv adds a convolution with weights (K,C/group,R,R), padded by half of R.
func (e *exporter) conv(weight, bias []float32, shape []int, stride, groups int) {
	inputs := []string{e.constant(weight, shape...)}
	if bias != nil {
		inputs = append(inputs, e.constant(bias, len(bias)))
	}
	r, s := int64(shape[2]), int64(stride)
	e.then("Conv", attributes{
		"kernel_shape": intsAttr(r, r), "strides": intsAttr(s, s),
		"pads": intsAttr(r/2, r/2, r/2, r/2), "group": intAttr(groups),
	}, inputs...)
}

func (e *exporter) pointwise(a affine) {
	e.conv(toTorch(a.weight, []int{a.in, a.out}, []int{1, 0}), a.bias, []int{a.out, a.in, 1, 1}, 1, 1)
}

func (e *exporter) block(b foldedBlock) {
	c, r := b.depthwise.out, b.size
	weight := toTorch(b.depthwise.weight, []int{r, r, c}, []int{2, 0, 1})
	e.conv(weight, b.depthwise.bias, []int{c, 1, r, r}, b.stride, c)
	e.then("HardSwish", nil)
	if b.excite {
		x := e.at
		e.then("GlobalAveragePool", nil)
		e.pointwise(b.reduce)
		e.then("Relu", nil)
		e.pointwise(b.expand)
		e.then("HardSigmoid", attributes{"alpha": floatAttr(1. / 6)})
		e.at = e.node("Mul", nil, x, e.at)
	}
	e.pointwise(b.pointwise)
	e.then("HardSwish", nil)
}

func (e *exporter) head(f *folded) {
	e.pool(f.pool, f.arch.lastSide())
	c := f.pool.Channels
	if f.squeeze != nil {
		e.pointwise(f.squeeze.affine)
		if f.squeeze.activated {
			e.then("HardSwish", nil)
		}
		c = f.squeeze.out
	}
	e.then("Flatten", attributes{"axis": intAttr(1)})
	for i, s := range f.stages {
		cells := 1
		if i == 0 {
			cells = s.linear.in / c
		}
		e.stage(s, cells)
	}
}

// pool averages a last map of the given side if that is not the side that the head needs.
// If AveragePool cannot express it, it is a product with a matrix of shares.
func (e *exporter) pool(p nn.AdaptivePool, side int) {
	switch {
	case p.Out == side:
	case p.Out == 1:
		e.then("GlobalAveragePool", nil)
	case side%p.Out == 0:
		k := int64(side / p.Out)
		e.then("AveragePool", attributes{"kernel_shape": intsAttr(k, k), "strides": intsAttr(k, k)})
	default:
		positions, cells, c := int64(side*side), int64(p.Out*p.Out), int64(p.Channels)
		e.then("Reshape", nil, e.integers(0, c, positions))
		e.then("MatMul", nil, e.constant(p.Shares(side, side), int(positions), int(cells)))
		e.then("Reshape", nil, e.integers(0, c, int64(p.Out), int64(p.Out)))
	}
}

// stage adds a linear layer over the given number of flattened cells, and its
// normalisation.
func (e *exporter) stage(s foldedStage, cells int) {
	l := s.linear
	weight := toTorch(l.weight, []int{cells, l.in / cells, l.out}, []int{2, 1, 0})
	inputs := []string{e.constant(weight, l.out, l.in)}
	if l.bias != nil {
		inputs = append(inputs, e.constant(l.bias, l.out))
	}
	e.then("Gemm", attributes{"transB": intAttr(1)}, inputs...)
	if s.gain != nil {
		e.then("LayerNormalization", attributes{"axis": intAttr(-1), "epsilon": floatAttr(nn.NormEps)},
			e.constant(s.gain, l.out), e.constant(s.bias, l.out))
	}
}
