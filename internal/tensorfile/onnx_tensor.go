package tensorfile

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
)

// tensorProto collects the fields of a TensorProto. They may come in any order, and five of
// them may contain the values.
type tensorProto struct {
	name     string
	dtype    int64
	shape    []int
	raw      []byte // raw_data, or the typed fields in raw_data's layout
	external map[string]string
	outside  bool
}

func (r *onnxReader) tensor(data []byte) (name string, t Tensor, err error) {
	p := tensorProto{shape: []int{}, external: map[string]string{}}
	if err := eachField(data, p.set); err != nil {
		return p.name, t, err
	}
	t = Tensor{DType: onnxDType(p.dtype), Shape: p.shape, Data: p.raw}
	if t.DType == "" {
		return p.name, t, fmt.Errorf("element type %d is not supported", p.dtype)
	}
	if p.outside {
		if t.Data, err = r.fetch(p.external); err != nil {
			return p.name, t, err
		}
	}
	return p.name, t, t.check()
}

func (p *tensorProto) set(f field) error {
	le := binary.LittleEndian
	switch f.number {
	case tensorDims:
		return eachVarint(f, func(v uint64) { p.shape = append(p.shape, int(v)) })
	case tensorType:
		p.dtype = int64(f.num)
	case tensorName:
		p.name = string(f.bytes)
	case tensorRaw:
		p.raw = slices.Clip(f.bytes) // appending to it must not overwrite the file's bytes
	case tensorFloats:
		return eachFixed(f, 4, func(bits uint64) { p.raw = le.AppendUint32(p.raw, uint32(bits)) })
	case tensorDoubles:
		return eachFixed(f, 8, func(bits uint64) { p.raw = le.AppendUint64(p.raw, bits) })
	case tensorInt64s:
		return eachVarint(f, func(v uint64) { p.raw = le.AppendUint64(p.raw, v) })
	case tensorInt32s:
		return p.setInt32s(f)
	case tensorExternal:
		return readPair(f.bytes, p.external)
	case tensorLocation:
		p.outside = f.num == 1
	}
	return nil
}

// setInt32s reads int32_data, which has one number per element for every type of up to 32
// bits. The element type must precede it, as it does in files of all known writers.
func (p *tensorProto) setInt32s(f field) error {
	size := onnxDType(p.dtype).Size()
	return eachVarint(f, func(v uint64) {
		var le [8]byte
		binary.LittleEndian.PutUint64(le[:], v)
		p.raw = append(p.raw, le[:size]...)
	})
}

// fetch returns the part of an external file that is a tensor (onnx docs, ExternalData.md).
func (r *onnxReader) fetch(where map[string]string) ([]byte, error) {
	location := where["location"]
	if r.external == nil {
		return nil, fmt.Errorf("its values lie in another file (%q): export with the weights inside the model", location)
	}
	file, known := r.files[location]
	if !known {
		var err error
		if file, err = r.external(location); err != nil {
			return nil, err
		}
		r.files[location] = file
	}
	offset, err := whole(where["offset"], 0)
	if err != nil {
		return nil, err
	}
	length, err := whole(where["length"], len(file)-min(offset, len(file)))
	if err != nil {
		return nil, err
	}
	if offset > len(file) || length > len(file)-offset {
		return nil, fmt.Errorf("bytes %d+%d of %q, which has %d", offset, length, location, len(file))
	}
	return file[offset : offset+length : offset+length], nil
}

// whole parses a number that is not negative; the empty string stands for otherwise.
func whole(text string, otherwise int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no offset or length", text)
	}
	return n, nil
}
