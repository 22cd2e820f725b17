package embed

import (
	"fmt"
	"math"
	"slices"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
)

// onnxWalk follows a graph from its input to its output. Each method recognises one part of
// the network at the current value and passes it, or returns an error with what it found.
type onnxWalk struct {
	graph     *tensorfile.OnnxGraph
	constants map[string]tensorfile.Tensor
	users     map[string][]*tensorfile.OnnxNode
	at        string
}

func newOnnxWalk(g *tensorfile.OnnxGraph) (*onnxWalk, error) {
	w := &onnxWalk{graph: g, constants: map[string]tensorfile.Tensor{}, users: map[string][]*tensorfile.OnnxNode{}}
	for name, t := range g.Initializers {
		w.constants[name] = t
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if w.foldConstant(n) || n.Op == "Shape" { // shapes are only used to compute other shapes
			continue
		}
		for _, input := range n.Inputs {
			if !slices.Contains(w.users[input], n) {
				w.users[input] = append(w.users[input], n)
			}
		}
	}
	var inputs []string // without constants, which older files list as inputs too
	for _, v := range g.Inputs {
		if _, constant := w.constants[v.Name]; !constant {
			inputs = append(inputs, v.Name)
		}
	}
	if len(inputs) != 1 || len(g.Outputs) != 1 {
		return nil, fmt.Errorf("%d inputs and %d outputs: one of each was expected", len(inputs), len(g.Outputs))
	}
	w.at = inputs[0]
	return w, nil
}

// foldConstant computes nodes that only rearrange constants. Exporters that do not optimise
// write such nodes.
func (w *onnxWalk) foldConstant(n *tensorfile.OnnxNode) bool {
	if len(n.Outputs) != 1 {
		return false
	}
	out := n.Outputs[0]
	if value, found := n.Attributes["value"]; n.Op == "Constant" && found {
		w.constants[out] = value.Tensor
		return true
	}
	if len(n.Inputs) != 1 {
		return false
	}
	from, constant := w.constants[n.Inputs[0]]
	if !constant {
		return false
	}
	switch {
	case n.Op == "Identity":
		w.constants[out] = from
		return true
	case n.Op == "Transpose" && len(from.Shape) == 2 && ints(n, "perm", -1, 1, 0):
		values, err := from.Float32s()
		if err != nil {
			return false
		}
		w.constants[out] = tensorfile.NewFloat32(toTorch(values, from.Shape, []int{1, 0}), from.Shape[1], from.Shape[0])
		return true
	}
	return false
}

// next is the node that uses the current value, or nil if there is not exactly one.
func (w *onnxWalk) next() *tensorfile.OnnxNode {
	if users := w.users[w.at]; len(users) == 1 && len(users[0].Outputs) > 0 {
		return users[0]
	}
	return nil
}

// take passes the next node and returns it if it is one of these operations, else nil.
func (w *onnxWalk) take(ops ...string) *tensorfile.OnnxNode {
	n := w.next()
	if n == nil || !slices.Contains(ops, n.Op) || n.Inputs[0] != w.at {
		return nil
	}
	w.at = n.Outputs[0]
	return n
}

// unexpected is the error for a part that was not found.
func (w *onnxWalk) unexpected(want string) error {
	switch users := w.users[w.at]; len(users) {
	case 0:
		return fmt.Errorf("the graph ends at %q, where %s was expected", w.at, want)
	case 1:
		return fmt.Errorf("node %q (%s) where %s was expected", users[0].Name, users[0].Op, want)
	default:
		return fmt.Errorf("%d nodes use %q, where %s was expected", len(users), w.at, want)
	}
}

// constant returns the constant that is a node's input, with values in float32.
func (w *onnxWalk) constant(n *tensorfile.OnnxNode, input int) (tensorfile.Tensor, error) {
	if len(n.Inputs) <= input {
		return tensorfile.Tensor{}, fmt.Errorf("node %q (%s) has %d inputs", n.Name, n.Op, len(n.Inputs))
	}
	t, found := w.constants[n.Inputs[input]]
	if !found {
		return t, fmt.Errorf("node %q (%s): %q is no constant: export for inference, with constants folded", n.Name, n.Op, n.Inputs[input])
	}
	values, err := t.Float32s()
	if err != nil {
		return t, fmt.Errorf("node %q (%s): %q: %w", n.Name, n.Op, n.Inputs[input], err)
	}
	return tensorfile.NewFloat32(values, t.Shape...), nil
}

// optional is constant for an input that the node may leave out, in which case it returns
// nil.
func (w *onnxWalk) optional(n *tensorfile.OnnxNode, input int) (*tensorfile.Tensor, error) {
	if len(n.Inputs) <= input || n.Inputs[input] == "" {
		return nil, nil
	}
	t, err := w.constant(n, input)
	return &t, err
}

// onnxLayer is a convolution or linear layer with the normalisations of its output. Missing
// parts are nil.
type onnxLayer struct {
	weight tensorfile.Tensor // PyTorch's layout
	bias   *tensorfile.Tensor
	ln     *onnxNorm
	bn     *onnxNorm
}

// onnxNorm is a batch normalisation (all four) or a layer normalisation (gain
// and bias).
type onnxNorm struct {
	gain, bias, mean, variance tensorfile.Tensor
}

// conv recognises a convolution with its batch normalisation.
func (w *onnxWalk) conv(size, stride int, depthwise bool) (layer onnxLayer, err error) {
	n := w.take("Conv")
	if n == nil {
		return layer, w.unexpected("a convolution")
	}
	if layer.weight, err = w.constant(n, 1); err != nil {
		return layer, err
	}
	if layer.bias, err = w.optional(n, 2); err != nil {
		return layer, err
	}
	if err := checkConv(n, layer.weight, size, stride, depthwise); err != nil {
		return layer, err
	}
	layer.bn, err = w.batchNorm()
	return layer, err
}

// checkConv checks that a convolution is the one that the architecture has at its position.
func checkConv(n *tensorfile.OnnxNode, weight tensorfile.Tensor, size, stride int, depthwise bool) error {
	if len(weight.Shape) != 4 {
		return fmt.Errorf("node %q (Conv): weights of shape %v", n.Name, weight.Shape)
	}
	groups, pad := 1, int64(size/2)
	if depthwise {
		groups = weight.Shape[0]
	}
	s := int64(stride)
	ok := weight.Shape[2] == size && weight.Shape[3] == size &&
		ints(n, "strides", 1, s, s) && ints(n, "pads", 0, pad, pad, pad, pad) &&
		ints(n, "dilations", 1, 1, 1) && integer(n, "group", 1) == int64(groups)
	if auto := n.Attributes["auto_pad"].String; auto != "" && auto != "NOTSET" {
		ok = false
	}
	if !ok {
		return fmt.Errorf("node %q (Conv): not the %dx%d convolution with stride %d and %d groups that LCNet has there", n.Name, size, size, stride, groups)
	}
	return nil
}

// ints says whether an attribute has these values. If the node leaves it out, all its values
// are otherwise.
func ints(n *tensorfile.OnnxNode, name string, otherwise int64, want ...int64) bool {
	got := slices.Repeat([]int64{otherwise}, len(want))
	if a, found := n.Attributes[name]; found {
		got = a.Ints
	}
	return slices.Equal(got, want)
}

func integer(n *tensorfile.OnnxNode, name string, otherwise int64) int64 {
	if a, found := n.Attributes[name]; found {
		return a.Int
	}
	return otherwise
}

func float(n *tensorfile.OnnxNode, name string, otherwise float32) float32 {
	if a, found := n.Attributes[name]; found {
		return a.Float
	}
	return otherwise
}

// near says whether constants are equal, up to an exporter's rounding.
func near(a, b float32) bool {
	return math.Abs(float64(a-b)) <= 1e-5*math.Abs(float64(b))
}

// batchNorm recognises a batch normalisation, if there is one. Its epsilon must be NormEps.
func (w *onnxWalk) batchNorm() (*onnxNorm, error) {
	n := w.take("BatchNormalization")
	if n == nil {
		return nil, nil
	}
	var norm onnxNorm
	for i, t := range []*tensorfile.Tensor{&norm.gain, &norm.bias, &norm.mean, &norm.variance} {
		var err error
		if *t, err = w.constant(n, i+1); err != nil {
			return nil, err
		}
	}
	if eps := float(n, "epsilon", 1e-5); !near(eps, nn.NormEps) {
		return nil, fmt.Errorf("node %q (%s): epsilon %g instead of %g", n.Name, n.Op, eps, nn.NormEps)
	}
	return &norm, nil
}

func (w *onnxWalk) layerNorm() (*onnxNorm, error) {
	n := w.take("LayerNormalization")
	if n == nil {
		return nil, nil
	}
	var norm onnxNorm
	var err error
	if norm.gain, err = w.constant(n, 1); err != nil {
		return nil, err
	}
	if norm.bias, err = w.constant(n, 2); err != nil {
		return nil, err
	}
	axis, eps := integer(n, "axis", -1), float(n, "epsilon", 1e-5)
	if (axis != -1 && axis != 1) || !near(eps, nn.NormEps) {
		return nil, fmt.Errorf("node %q (%s): axis %d and epsilon %g instead of -1 and %g", n.Name, n.Op, axis, eps, nn.NormEps)
	}
	return &norm, nil
}

// hardSwish recognises the activation, as one node or as x · HardSigmoid(x).
func (w *onnxWalk) hardSwish() bool {
	if w.take("HardSwish") != nil {
		return true
	}
	users, x := w.users[w.at], w.at
	if len(users) != 2 {
		return false
	}
	for i, gate := range users {
		product := users[1-i]
		if isHardSigmoid(gate) && isProduct(product, x, gate.Outputs[0]) {
			w.at = product.Outputs[0]
			return true
		}
	}
	return false
}

func isHardSigmoid(n *tensorfile.OnnxNode) bool {
	return n.Op == "HardSigmoid" && near(float(n, "alpha", 0.2), 1./6) && near(float(n, "beta", 0.5), 0.5) && len(n.Outputs) == 1
}

// isProduct says whether a node multiplies the two values.
func isProduct(n *tensorfile.OnnxNode, a, b string) bool {
	return n.Op == "Mul" && len(n.Outputs) == 1 && (slices.Equal(n.Inputs, []string{a, b}) || slices.Equal(n.Inputs, []string{b, a}))
}

// excite recognises squeeze-and-excite.
func (w *onnxWalk) excite() (reduce, expand onnxLayer, err error) {
	x := w.at
	users := w.users[x]
	if len(users) != 2 {
		return reduce, expand, w.unexpected("squeeze-and-excite")
	}
	mean, product := users[0], users[1]
	if product.Op != "Mul" {
		mean, product = product, mean
	}
	if !w.isGlobalMean(mean, x) {
		return reduce, expand, w.unexpected("squeeze-and-excite")
	}
	w.at = mean.Outputs[0]
	if reduce, err = w.conv(1, 1, false); err != nil {
		return reduce, expand, err
	}
	if w.take("Relu") == nil {
		return reduce, expand, w.unexpected("a ReLU")
	}
	if expand, err = w.conv(1, 1, false); err != nil {
		return reduce, expand, err
	}
	gate := w.take("HardSigmoid")
	if gate == nil || !isHardSigmoid(gate) || !isProduct(product, x, w.at) {
		return reduce, expand, w.unexpected("a hard sigmoid and the product with it")
	}
	w.at = product.Outputs[0]
	return reduce, expand, nil
}

// isGlobalMean says whether a node averages x over its positions. Axes are an
// attribute before operator set 18 and an input from then on.
func (w *onnxWalk) isGlobalMean(n *tensorfile.OnnxNode, x string) bool {
	if len(n.Inputs) == 0 || n.Inputs[0] != x || len(n.Outputs) != 1 {
		return false
	}
	if n.Op == "GlobalAveragePool" {
		return true
	}
	axes := n.Attributes["axes"].Ints
	if len(n.Inputs) == 2 {
		axes, _ = w.constants[n.Inputs[1]].Int64s()
	}
	return n.Op == "ReduceMean" && len(axes) == 2 && (slices.Contains(axes, 2) || slices.Contains(axes, -2)) && (slices.Contains(axes, 3) || slices.Contains(axes, -1))
}
