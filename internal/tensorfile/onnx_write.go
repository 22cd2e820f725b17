package tensorfile

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Encode writes the model. Equal models give equal bytes.
func (m *OnnxModel) Encode() ([]byte, error) {
	graph, err := m.Graph.encode()
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	var w message
	w.number(modelIRVersion, m.IRVersion)
	w.text(modelProducer, m.Producer)
	w.bytes(modelGraph, graph)
	w.sub(modelOpsets, func(w *message) {
		w.text(opsetDomain, "")
		w.number(opsetVersion, m.Opset)
	})
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		w.sub(modelMetadata, func(w *message) {
			w.text(pairKey, key)
			w.text(pairValue, m.Metadata[key])
		})
	}
	return w, nil
}

// message is a protobuf message that is being composed.
type message []byte

func (w *message) number(field protowire.Number, v int64) {
	*w = protowire.AppendTag(*w, field, protowire.VarintType)
	*w = protowire.AppendVarint(*w, uint64(v))
}

func (w *message) float(field protowire.Number, v float32) {
	*w = protowire.AppendTag(*w, field, protowire.Fixed32Type)
	*w = protowire.AppendFixed32(*w, math.Float32bits(v))
}

func (w *message) bytes(field protowire.Number, v []byte) {
	*w = protowire.AppendTag(*w, field, protowire.BytesType)
	*w = protowire.AppendBytes(*w, v)
}

func (w *message) text(field protowire.Number, v string) {
	w.bytes(field, []byte(v))
}

func (w *message) sub(field protowire.Number, fill func(*message)) {
	var inner message
	fill(&inner)
	w.bytes(field, inner)
}

func (g *OnnxGraph) encode() ([]byte, error) {
	var w message
	for _, n := range g.Nodes {
		node, err := n.encode()
		if err != nil {
			return nil, fmt.Errorf("node %q: %w", n.Name, err)
		}
		w.bytes(graphNode, node)
	}
	w.text(graphName, g.Name)
	for _, name := range slices.Sorted(maps.Keys(g.Initializers)) {
		tensor, err := encodeTensor(name, g.Initializers[name])
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		w.bytes(graphInitializer, tensor)
	}
	for _, v := range g.Inputs {
		w.sub(graphInput, v.encode)
	}
	for _, v := range g.Outputs {
		w.sub(graphOutput, v.encode)
	}
	return w, nil
}

func (n *OnnxNode) encode() ([]byte, error) {
	var w message
	for _, name := range n.Inputs {
		w.text(nodeInput, name)
	}
	for _, name := range n.Outputs {
		w.text(nodeOutput, name)
	}
	w.text(nodeName, n.Name)
	w.text(nodeOp, n.Op)
	for _, name := range slices.Sorted(maps.Keys(n.Attributes)) {
		attribute, err := n.Attributes[name].encode(name)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", name, err)
		}
		w.bytes(nodeAttribute, attribute)
	}
	if n.Domain != "" {
		w.text(nodeDomain, n.Domain)
	}
	return w, nil
}

func (a OnnxAttribute) encode(name string) ([]byte, error) {
	var w message
	w.text(attrName, name)
	switch a.Type {
	case OnnxFloat:
		w.float(attrFloat, a.Float)
	case OnnxInt:
		w.number(attrInt, a.Int)
	case OnnxString:
		w.text(attrString, a.String)
	case OnnxTensor:
		tensor, err := encodeTensor("", a.Tensor)
		if err != nil {
			return nil, err
		}
		w.bytes(attrTensor, tensor)
	case OnnxFloats:
		for _, v := range a.Floats {
			w.float(attrFloats, v)
		}
	case OnnxInts:
		for _, v := range a.Ints {
			w.number(attrInts, v)
		}
	default:
		return nil, fmt.Errorf("type %d is not supported", a.Type)
	}
	w.number(attrType, int64(a.Type))
	return w, nil
}

func encodeTensor(name string, t Tensor) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	var w message
	for _, d := range t.Shape {
		w.number(tensorDims, int64(d))
	}
	w.number(tensorType, onnxTypes[t.DType])
	w.text(tensorName, name)
	w.bytes(tensorRaw, t.Data)
	return w, nil
}

func (v *OnnxValue) encode(w *message) {
	w.text(valueName, v.Name)
	w.sub(valueType, func(w *message) {
		w.sub(typeTensor, func(w *message) {
			w.number(tensorTypeElem, onnxTypes[v.DType])
			w.sub(tensorTypeShape, func(w *message) {
				for _, d := range v.Shape {
					w.sub(shapeDim, d.encode)
				}
			})
		})
	})
}

func (d OnnxDim) encode(w *message) {
	if d.Name != "" {
		w.text(dimName, d.Name)
		return
	}
	w.number(dimValue, d.Size)
}
