package store

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Rotations is the number of embeddings of a reference: of its picture turned by
// 0, 90, 180 and 270 degrees clockwise.
const Rotations = 4

// ValidateVectors checks that there are four embeddings of one length, each of
// Euclidean length 1.
func ValidateVectors(vectors []float32) error {
	dim := len(vectors) / Rotations
	if dim < 1 || dim > MaxDim || len(vectors) != Rotations*dim {
		return fmt.Errorf("%d numbers are not %d embeddings", len(vectors), Rotations)
	}
	for r := range Rotations {
		square := 0.0
		for _, v := range vectors[r*dim : (r+1)*dim] {
			square += float64(v) * float64(v)
		}
		if !(math.Abs(square-1) < 1e-3) {
			return fmt.Errorf("embedding at %d degrees has length %.4g, not 1", 90*r, math.Sqrt(square))
		}
	}
	return nil
}

// EncodeVectors writes float32 numbers in little-endian order. All stores and
// archives use this form.
func EncodeVectors(vectors []float32) []byte {
	data := make([]byte, 0, 4*len(vectors))
	for _, v := range vectors {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

// DecodeVectors reads Rotations embeddings of dim numbers that EncodeVectors wrote.
func DecodeVectors(data []byte, dim int) ([]float32, error) {
	vectors := make([]float32, Rotations*dim)
	if err := DecodeVectorsTo(vectors, data); err != nil {
		return nil, err
	}
	return vectors, nil
}

// DecodeVectorsTo is DecodeVectors into memory of the caller's, for those who read many.
func DecodeVectorsTo(vectors []float32, data []byte) error {
	if len(data) != 4*len(vectors) {
		return fmt.Errorf("%w (%d bytes of embeddings, expected %d)", ErrCorrupt, len(data), 4*len(vectors))
	}
	for ; len(vectors) >= 2 && len(data) >= 8; vectors, data = vectors[2:], data[8:] { // without checks of bounds
		two := binary.LittleEndian.Uint64(data)
		vectors[0], vectors[1] = math.Float32frombits(uint32(two)), math.Float32frombits(uint32(two>>32))
	}
	if len(vectors) == 1 {
		vectors[0] = math.Float32frombits(binary.LittleEndian.Uint32(data))
	}
	return nil
}
