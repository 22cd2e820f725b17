package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// OnnxExternal reads a file with tensors that are stored outside of the model's file. name
// is what the model states; the function decides which names it trusts.
type OnnxExternal func(name string) ([]byte, error)

// ParseOnnx reads a model. Tensors that the file stores raw refer to data. If external is
// nil, a model with external tensors is refused.
func ParseOnnx(data []byte, external OnnxExternal) (*OnnxModel, error) {
	r := onnxReader{external: external, files: map[string][]byte{}}
	m, err := r.model(data)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	if len(m.Graph.Nodes) == 0 {
		return nil, fmt.Errorf("onnx: no graph: not an ONNX model?")
	}
	return m, nil
}

type onnxReader struct {
	external OnnxExternal
	files    map[string][]byte // external files that were read
}

// field is a field of a message: bytes if it is length-delimited, else num, the value of a
// varint or the bits of a fixed-width number.
type field struct {
	number protowire.Number
	kind   protowire.Type
	bytes  []byte
	num    uint64
}

// eachField walks the fields of a message.
func eachField(message []byte, visit func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			f.num, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			f.num = uint64(v)
		case protowire.Fixed64Type:
			f.num, n = protowire.ConsumeFixed64(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

func (r *onnxReader) model(data []byte) (*OnnxModel, error) {
	m := &OnnxModel{Metadata: map[string]string{}}
	err := eachField(data, func(f field) error {
		var err error
		switch f.number {
		case modelIRVersion:
			m.IRVersion = int64(f.num)
		case modelProducer:
			m.Producer = string(f.bytes)
		case modelGraph:
			m.Graph, err = r.graph(f.bytes)
		case modelOpsets:
			err = readOpset(f.bytes, m)
		case modelMetadata:
			err = readPair(f.bytes, m.Metadata)
		}
		return err
	})
	return m, err
}

func readOpset(data []byte, m *OnnxModel) error {
	var domain string
	var version int64
	err := eachField(data, func(f field) error {
		switch f.number {
		case opsetDomain:
			domain = string(f.bytes)
		case opsetVersion:
			version = int64(f.num)
		}
		return nil
	})
	if domain == "" || domain == "ai.onnx" {
		m.Opset = version
	}
	return err
}

func readPair(data []byte, into map[string]string) error {
	var key, value string
	err := eachField(data, func(f field) error {
		switch f.number {
		case pairKey:
			key = string(f.bytes)
		case pairValue:
			value = string(f.bytes)
		}
		return nil
	})
	into[key] = value
	return err
}

func (r *onnxReader) graph(data []byte) (OnnxGraph, error) {
	g := OnnxGraph{Initializers: map[string]Tensor{}}
	err := eachField(data, func(f field) error {
		switch f.number {
		case graphNode:
			node, err := r.node(f.bytes)
			g.Nodes = append(g.Nodes, node)
			return err
		case graphName:
			g.Name = string(f.bytes)
		case graphInitializer:
			name, t, err := r.tensor(f.bytes)
			if err != nil {
				return fmt.Errorf("tensor %q: %w", name, err)
			}
			g.Initializers[name] = t
		case graphInput, graphOutput:
			value, err := readValue(f.bytes)
			if f.number == graphInput {
				g.Inputs = append(g.Inputs, value)
			} else {
				g.Outputs = append(g.Outputs, value)
			}
			return err
		}
		return nil
	})
	return g, err
}

func (r *onnxReader) node(data []byte) (OnnxNode, error) {
	n := OnnxNode{Attributes: map[string]OnnxAttribute{}}
	err := eachField(data, func(f field) error {
		switch f.number {
		case nodeInput:
			n.Inputs = append(n.Inputs, string(f.bytes))
		case nodeOutput:
			n.Outputs = append(n.Outputs, string(f.bytes))
		case nodeName:
			n.Name = string(f.bytes)
		case nodeOp:
			n.Op = string(f.bytes)
		case nodeDomain:
			n.Domain = string(f.bytes)
		case nodeAttribute:
			name, a, err := r.attribute(f.bytes)
			if err != nil {
				return fmt.Errorf("attribute %q: %w", name, err)
			}
			n.Attributes[name] = a
		}
		return nil
	})
	return n, err
}

func (r *onnxReader) attribute(data []byte) (name string, a OnnxAttribute, err error) {
	err = eachField(data, func(f field) error {
		var err error
		switch f.number {
		case attrName:
			name = string(f.bytes)
		case attrType:
			a.Type = OnnxAttributeType(f.num)
		case attrFloat:
			a.Float = math.Float32frombits(uint32(f.num))
		case attrInt:
			a.Int = int64(f.num)
		case attrString:
			a.String = string(f.bytes)
		case attrTensor:
			_, a.Tensor, err = r.tensor(f.bytes)
		case attrFloats:
			err = eachFixed(f, 4, func(bits uint64) { a.Floats = append(a.Floats, math.Float32frombits(uint32(bits))) })
		case attrInts:
			err = eachVarint(f, func(v uint64) { a.Ints = append(a.Ints, int64(v)) })
		}
		return err
	})
	return name, a, err
}

func readValue(data []byte) (OnnxValue, error) {
	var v OnnxValue
	err := eachField(data, func(f field) error {
		switch f.number {
		case valueName:
			v.Name = string(f.bytes)
		case valueType:
			return eachField(f.bytes, func(f field) error {
				if f.number != typeTensor {
					return nil
				}
				return readTensorType(f.bytes, &v)
			})
		}
		return nil
	})
	return v, err
}

func readTensorType(data []byte, v *OnnxValue) error {
	return eachField(data, func(f field) error {
		switch f.number {
		case tensorTypeElem:
			v.DType = onnxDType(int64(f.num))
		case tensorTypeShape:
			return eachField(f.bytes, func(f field) error {
				if f.number != shapeDim {
					return nil
				}
				dim, err := readDim(f.bytes)
				v.Shape = append(v.Shape, dim)
				return err
			})
		}
		return nil
	})
}

func readDim(data []byte) (OnnxDim, error) {
	var d OnnxDim
	err := eachField(data, func(f field) error {
		switch f.number {
		case dimValue:
			d.Size = int64(f.num)
		case dimName:
			d.Name = string(f.bytes)
		}
		return nil
	})
	return d, err
}

// eachVarint visits the numbers of a repeated integer field, packed or not.
func eachVarint(f field, visit func(uint64)) error {
	if f.kind == protowire.VarintType {
		visit(f.num)
		return nil
	}
	for rest := f.bytes; len(rest) > 0; {
		v, n := protowire.ConsumeVarint(rest)
		if n < 0 {
			return protowire.ParseError(n)
		}
		visit(v)
		rest = rest[n:]
	}
	return nil
}

// eachFixed visits the numbers of a repeated float (width 4) or double (width 8) field,
// packed or not.
func eachFixed(f field, width int, visit func(bits uint64)) error {
	if f.kind == protowire.Fixed32Type || f.kind == protowire.Fixed64Type {
		visit(f.num)
		return nil
	}
	if len(f.bytes)%width != 0 {
		return fmt.Errorf("%d bytes of packed numbers of %d bytes", len(f.bytes), width)
	}
	for rest := f.bytes; len(rest) > 0; rest = rest[width:] {
		if width == 4 {
			visit(uint64(binary.LittleEndian.Uint32(rest)))
		} else {
			visit(binary.LittleEndian.Uint64(rest))
		}
	}
	return nil
}
