package embed

import (
	"fmt"
	"slices"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// onnxHead is the head that was found in the graph.
type onnxHead struct {
	global    bool
	squeeze   *onnxLayer
	activated bool // behind the squeeze
	stages    []onnxLayer
}

func (p *onnxImport) head() error {
	var h onnxHead
	if err := p.pooling(&h); err != nil {
		return err
	}
	if next := p.next(); next != nil && next.Op == "Conv" {
		squeeze, err := p.conv(1, 1, false)
		if err != nil {
			return err
		}
		h.squeeze, h.activated = &squeeze, p.hardSwish()
	}
	if p.take("Flatten", "Reshape") == nil && !h.global {
		return p.unexpected("a flattening")
	}
	for len(h.stages) < 2 && p.linearFollows() {
		stage, err := p.stage()
		if err != nil {
			return err
		}
		h.stages = append(h.stages, stage)
	}
	if err := p.ending(); err != nil {
		return err
	}
	return p.addHead(h)
}

// pooling recognises the operations between the last map and the head.
func (p *onnxImport) pooling(h *onnxHead) error {
	side := p.arch.lastSide()
	if next := p.next(); next != nil && p.isGlobalMean(next, p.at) {
		p.at = next.Outputs[0]
		h.global = true
		return nil
	}
	if side == poolSide {
		return nil
	}
	if n := p.take("AveragePool"); n != nil {
		k := int64(side / poolSide)
		if side%poolSide != 0 || !ints(n, "kernel_shape", 0, k, k) || !ints(n, "strides", 1, k, k) || !ints(n, "pads", 0, 0, 0, 0, 0) {
			return fmt.Errorf("node %q (%s) does not pool a map of side %d to %d", n.Name, n.Op, side, poolSide)
		}
		return nil
	}
	if p.take("Reshape") != nil {
		if n := p.take("MatMul"); n != nil && p.isPooling(n, side) && p.take("Reshape") != nil {
			return nil
		}
	}
	return p.unexpected(fmt.Sprintf("the pooling of a map of side %d to %d", side, poolSide))
}

// isPooling says whether a product is with the matrix of adaptive pooling.
func (p *onnxImport) isPooling(n *tensorfile.OnnxNode, side int) bool {
	t, err := p.constant(n, 1)
	if err != nil {
		return false
	}
	want := nn.AdaptivePool{Channels: 1, Out: poolSide}.Shares(side, side)
	got, err := t.Float32s()
	return err == nil && slices.EqualFunc(got, want, near)
}

func (p *onnxImport) linearFollows() bool {
	n := p.next()
	return n != nil && (n.Op == "Gemm" || n.Op == "MatMul")
}

// stage recognises a linear layer and its normalisations.
func (p *onnxImport) stage() (onnxLayer, error) {
	l, err := p.linear()
	if err != nil {
		return l, err
	}
	if l.ln, err = p.layerNorm(); err != nil {
		return l, err
	}
	l.bn, err = p.batchNorm()
	return l, err
}

// linear recognises a matrix product with its bias: Gemm, or MatMul and Add. It returns the
// weights in the layout of PyTorch's nn.Linear, (out,in).
func (p *onnxImport) linear() (l onnxLayer, err error) {
	n := p.take("Gemm", "MatMul")
	if n == nil {
		return l, p.unexpected("a linear layer")
	}
	if l.weight, err = p.constant(n, 1); err != nil {
		return l, err
	}
	if len(l.weight.Shape) != 2 {
		return l, fmt.Errorf("node %q (%s): weights of shape %v", n.Name, n.Op, l.weight.Shape)
	}
	if n.Op == "Gemm" {
		if float(n, "alpha", 1) != 1 || float(n, "beta", 1) != 1 || integer(n, "transA", 0) != 0 {
			return l, fmt.Errorf("node %q (Gemm) is more than a linear layer", n.Name)
		}
		l.bias, err = p.optional(n, 2)
	} else if next := p.next(); next != nil && next.Op == "Add" {
		l.bias, err = p.addend(next)
	}
	if err != nil || integer(n, "transB", 0) == 1 {
		return l, err
	}
	values, err := l.weight.Float32s()
	in, out := l.weight.Shape[0], l.weight.Shape[1]
	l.weight = tensorfile.NewFloat32(toTorch(values, []int{in, out}, []int{1, 0}), out, in)
	return l, err
}

// addend passes an addition and returns the constant that it adds.
func (p *onnxImport) addend(n *tensorfile.OnnxNode) (*tensorfile.Tensor, error) {
	constant := 1
	if len(n.Inputs) == 2 && n.Inputs[1] == p.at {
		constant = 0
	}
	t, err := p.constant(n, constant)
	p.at = n.Outputs[0]
	return &t, err
}

// ending recognises the end of the graph: the output is the current value, or that value
// divided by its length.
func (p *onnxImport) ending() error {
	output := p.graph.Outputs[0].Name
	if p.at == output {
		return nil
	}
	if p.take("LpNormalization") != nil && p.at == output {
		return nil
	}
	x := p.at
	for _, n := range p.users[x] {
		if n.Op == "Div" && len(n.Inputs) == 2 && n.Inputs[0] == x && n.Outputs[0] == output && p.isLengthOf(n.Inputs[1], x) {
			return nil
		}
	}
	return p.unexpected("the end of the network or the normalisation of its result")
}

// isLengthOf says whether a value is the Euclidean length of x. It follows the value back
// through nodes that bound it from below or broadcast it over the row.
func (p *onnxImport) isLengthOf(value, x string) bool {
	for _, n := range slices.Backward(p.graph.Nodes) {
		if !slices.Contains(n.Outputs, value) || len(n.Inputs) == 0 {
			continue
		}
		switch n.Op {
		case "ReduceL2":
			return n.Inputs[0] == x
		case "Clip", "Max", "Expand":
			value = n.Inputs[0]
		default:
			return false
		}
	}
	return false
}

// addHead identifies the head and stores its tensors with the head's names.
func (p *onnxImport) addHead(h onnxHead) error {
	if len(h.stages) == 0 {
		return p.unexpected("a linear layer")
	}
	p.arch.Head = h.kind()
	if h.canBe(p.declared.Head) {
		p.arch.Head = p.declared.Head
	}
	p.arch.Embedding = h.stages[len(h.stages)-1].weight.Shape[0]
	if err := p.arch.Validate(); err != nil {
		return err
	}
	number := map[string]int{"gap_ln": 2, "flat_bn": 1, "flat_ln": 1}[p.arch.Head] // layers without tensors
	next := func() string {
		number++
		return fmt.Sprintf("head.%d", number-1)
	}
	if h.squeeze != nil {
		if err := p.addSqueeze(*h.squeeze, next); err != nil {
			return err
		}
		next() // the flattening
	}
	for _, s := range h.stages {
		if err := p.addStage(s, next); err != nil {
			return err
		}
	}
	return nil
}

// kind is the head that has the layers of the graph.
func (h onnxHead) kind() string {
	ln, bn := h.stages[0].ln != nil, h.stages[0].bn != nil
	switch {
	case h.global:
		return "gap_ln"
	case h.activated:
		return "squeeze_1"
	case h.squeeze != nil && !ln:
		return "squeeze_bn"
	case h.squeeze != nil && bn:
		return "squeeze_lbn"
	case h.squeeze != nil:
		return "squeeze_ln"
	case ln:
		return "flat_ln"
	}
	return "flat_bn"
}

// canBe says whether the graph may be the declared head although kind returns another one.
// Once its batch normalisations are folded, squeeze_lbn has the layers of squeeze_ln.
func (h onnxHead) canBe(declared string) bool {
	return declared == "squeeze_lbn" && h.kind() == "squeeze_ln"
}

func (p *onnxImport) addSqueeze(l onnxLayer, next func() string) error {
	name, c := next(), l.weight.Shape[0]
	p.tensors[name+".weight"] = l.weight
	if p.arch.Head == "squeeze_1" {
		err := p.addBatchNorm(next(), l.bn, l.bias, c)
		next() // the hardswish
		return err
	}
	if l.bn != nil || l.bias != nil {
		return fmt.Errorf("head %s has no bias behind its 1x1 convolution", p.arch.Head)
	}
	return nil
}

func (p *onnxImport) addStage(l onnxLayer, next func() string) error {
	p.tensors[next()+".weight"] = l.weight
	bias, c := l.bias, l.weight.Shape[0]
	if p.arch.Head != "flat_bn" && p.arch.Head != "squeeze_bn" {
		if l.ln == nil || bias != nil {
			return fmt.Errorf("head %s has linear layers without bias, each with a layer normalisation", p.arch.Head)
		}
		name := next()
		p.tensors[name+".weight"], p.tensors[name+".bias"] = l.ln.gain, l.ln.bias
	}
	switch p.arch.Head {
	case "flat_bn", "squeeze_bn", "squeeze_lbn", "squeeze_1":
		return p.addBatchNorm(next(), l.bn, bias, c)
	}
	if l.bn != nil {
		return fmt.Errorf("head %s has no batch normalisation", p.arch.Head)
	}
	return nil
}
