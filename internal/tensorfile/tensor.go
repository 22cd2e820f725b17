package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// DType is the type of a tensor's elements, by its name in safetensors.
type DType string

// The element types that are supported.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
	I32  DType = "I32"
	I8   DType = "I8"
	U8   DType = "U8"
	Bool DType = "BOOL"
)

// Size is the number of bytes of one element, 0 for an unknown type.
func (d DType) Size() int {
	switch d {
	case F64, I64:
		return 8
	case F32, I32:
		return 4
	case F16, BF16:
		return 2
	case I8, U8, Bool:
		return 1
	}
	return 0
}

// Tensor is a dense array in row-major order. Data holds its elements in
// little-endian order; a scalar has an empty shape and one element.
type Tensor struct {
	DType DType
	Shape []int
	Data  []byte
}

// NewFloat32 makes an F32 tensor of a copy of the values. It panics unless the shape has
// exactly as many elements.
func NewFloat32(values []float32, shape ...int) Tensor {
	n, err := elements(shape)
	if err != nil || n != len(values) {
		panic(fmt.Sprintf("tensorfile: shape %v for %d values", shape, len(values)))
	}
	data := make([]byte, 0, 4*n)
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return Tensor{DType: F32, Shape: slices.Clone(shape), Data: data}
}

// NewFloat16 makes an F16 tensor of the values. They are rounded to the nearest, ties to
// even, and to infinity beyond the type's range. It panics unless the shape has exactly as
// many elements.
func NewFloat16(values []float32, shape ...int) Tensor {
	n, err := elements(shape)
	if err != nil || n != len(values) {
		panic(fmt.Sprintf("tensorfile: shape %v for %d values", shape, len(values)))
	}
	data := make([]byte, 0, 2*n)
	for _, v := range values {
		data = binary.LittleEndian.AppendUint16(data, floatToHalf(v))
	}
	return Tensor{DType: F16, Shape: slices.Clone(shape), Data: data}
}

// NewInt64 makes an I64 tensor of a copy of the values. It panics unless the shape has
// exactly as many elements.
func NewInt64(values []int64, shape ...int) Tensor {
	n, err := elements(shape)
	if err != nil || n != len(values) {
		panic(fmt.Sprintf("tensorfile: shape %v for %d values", shape, len(values)))
	}
	data := make([]byte, 0, 8*n)
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	return Tensor{DType: I64, Shape: slices.Clone(shape), Data: data}
}

// Float32s returns the elements of a floating-point tensor. Wider elements are rounded to
// float32.
func (t Tensor) Float32s() ([]float32, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	out := make([]float32, len(t.Data)/t.DType.Size())
	le := binary.LittleEndian
	switch t.DType {
	case F32:
		for i := range out {
			out[i] = math.Float32frombits(le.Uint32(t.Data[4*i:]))
		}
	case F64:
		for i := range out {
			out[i] = float32(math.Float64frombits(le.Uint64(t.Data[8*i:])))
		}
	case F16:
		for i := range out {
			out[i] = halfToFloat(le.Uint16(t.Data[2*i:]))
		}
	case BF16:
		for i := range out {
			out[i] = math.Float32frombits(uint32(le.Uint16(t.Data[2*i:])) << 16)
		}
	default:
		return nil, fmt.Errorf("tensor of %s where floating point was expected", t.DType)
	}
	return out, nil
}

// Int64s returns the elements of an I64 tensor.
func (t Tensor) Int64s() ([]int64, error) {
	if t.DType != I64 {
		return nil, fmt.Errorf("tensor of %s where I64 was expected", t.DType)
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	out := make([]int64, len(t.Data)/8)
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(t.Data[8*i:]))
	}
	return out, nil
}

// check returns an error unless type, shape and data agree.
func (t Tensor) check() error {
	if t.DType.Size() == 0 {
		return fmt.Errorf("element type %q is not supported", string(t.DType))
	}
	n, err := elements(t.Shape)
	if err != nil {
		return err
	}
	if len(t.Data)%t.DType.Size() != 0 || len(t.Data)/t.DType.Size() != n {
		return fmt.Errorf("shape %v of %s in %d bytes", t.Shape, t.DType, len(t.Data))
	}
	return nil
}

// maxElements keeps products of dimensions and element sizes below the limit of int64.
const maxElements = 1 << 40

// elements is the product of the dimensions.
func elements(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("negative dimension in shape %v", shape)
		}
		if d > 0 && n > maxElements/d {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= d
	}
	return n, nil
}

// halfToFloat widens an IEEE 754 binary16 number.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch exponent {
	case 0: // zero or denormal: fraction * 2^-24, exact in float32
		v := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// floatToHalf rounds to the nearest IEEE 754 binary16 number, ties to even.
// Beyond its range it gives infinity.
func floatToHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign := uint16(bits >> 16 & 0x8000)
	switch size := math.Abs(float64(v)); {
	case size >= 65520 || size != size:
		return sign | 0x7c00
	case size < 1.0/(1<<14): // denormal: a multiple of 2^-24
		return sign | uint16(math.RoundToEven(size*(1<<24)))
	}
	bits = bits&0x7fffffff - (127-15)<<23 // the exponent's bias
	return sign | uint16((bits+0xfff+bits>>13&1)>>13)
}
