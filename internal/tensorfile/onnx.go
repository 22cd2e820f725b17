package tensorfile

// The types of this file are the part of ONNX (onnx/onnx, onnx.proto) that a feed-forward
// image network needs. Reading skips the rest (documentation, training information,
// functions, sub-graphs). An attribute of another type is read with its name and type, and
// without its value.

// OnnxModel is a network in ONNX: the graph, and the version of its operators.
type OnnxModel struct {
	IRVersion int64
	Producer  string
	Opset     int64 // version of the default operator set
	Metadata  map[string]string
	Graph     OnnxGraph
}

// OnnxGraph is a list of nodes in topological order, connected by names.
type OnnxGraph struct {
	Name         string
	Nodes        []OnnxNode
	Initializers map[string]Tensor
	Inputs       []OnnxValue
	Outputs      []OnnxValue
}

// OnnxNode is one operation.
type OnnxNode struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	Attributes       map[string]OnnxAttribute
}

// OnnxAttribute is a constant parameter of a node; Type says which field holds it.
type OnnxAttribute struct {
	Type   OnnxAttributeType
	Float  float32
	Int    int64
	String string
	Tensor Tensor
	Floats []float32
	Ints   []int64
}

// OnnxAttributeType is AttributeProto.AttributeType.
type OnnxAttributeType int32

// The types of attributes that are read and written.
const (
	OnnxFloat  OnnxAttributeType = 1
	OnnxInt    OnnxAttributeType = 2
	OnnxString OnnxAttributeType = 3
	OnnxTensor OnnxAttributeType = 4
	OnnxFloats OnnxAttributeType = 6
	OnnxInts   OnnxAttributeType = 7
)

// OnnxValue describes an input or output of the graph.
type OnnxValue struct {
	Name  string
	DType DType
	Shape []OnnxDim
}

// OnnxDim is a fixed dimension, or a named one if Name is not empty.
type OnnxDim struct {
	Size int64
	Name string
}

// onnxTypes maps our element types to TensorProto.DataType.
var onnxTypes = map[DType]int64{F32: 1, U8: 2, I8: 3, I32: 6, I64: 7, Bool: 9, F16: 10, F64: 11, BF16: 16}

// onnxDType is the inverse of onnxTypes; "" for an unknown type.
func onnxDType(code int64) DType {
	for dtype, c := range onnxTypes {
		if c == code {
			return dtype
		}
	}
	return ""
}

// Numbers of the fields that are read and written, by message.
const (
	modelIRVersion, modelProducer, modelGraph, modelOpsets, modelMetadata = 1, 2, 7, 8, 14
	opsetDomain, opsetVersion                                             = 1, 2
	pairKey, pairValue                                                    = 1, 2
	graphNode, graphName, graphInitializer, graphInput, graphOutput       = 1, 2, 5, 11, 12
	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute, nodeDomain    = 1, 2, 3, 4, 5, 7
	attrName, attrFloat, attrInt, attrString, attrTensor                  = 1, 2, 3, 4, 5
	attrFloats, attrInts, attrType                                        = 7, 8, 20
	tensorDims, tensorType, tensorFloats, tensorInt32s, tensorInt64s      = 1, 2, 4, 5, 7
	tensorName, tensorRaw, tensorDoubles, tensorExternal, tensorLocation  = 8, 9, 10, 13, 14
	valueName, valueType                                                  = 1, 2
	typeTensor, tensorTypeElem, tensorTypeShape                           = 1, 1, 2
	shapeDim, dimValue, dimName                                           = 1, 1, 2
)
