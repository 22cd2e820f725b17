package tensorfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// npyMagic begins every npy file (NumPy Enhancement Proposal 1 and numpy.lib.format). Two
// bytes of version and the length of the header follow it.
const npyMagic = "\x93NUMPY"

// npyTypes names element types as NumPy does: order, kind, size.
var npyTypes = map[string]DType{"<f4": F32, "<f8": F64, "|u1": U8, "<i8": I64}

var (
	npyHeader = regexp.MustCompile(`^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\),? *\}[ \n]*$`)
	maxRank   = 32 // NumPy's own limit
)

// ParseNpy reads an npy file of version 1 or 2 that holds float32, float64,
// uint8 or int64 values in C order. The tensor refers to data.
func ParseNpy(data []byte) (Tensor, error) {
	header, body, err := splitNpy(data)
	if err != nil {
		return Tensor{}, fmt.Errorf("npy: %w", err)
	}
	dtype, shape, err := parseNpyHeader(header)
	if err != nil {
		return Tensor{}, fmt.Errorf("npy: %w", err)
	}
	t := Tensor{DType: dtype, Shape: shape, Data: body}
	if err := t.check(); err != nil {
		return Tensor{}, fmt.Errorf("npy: %w", err)
	}
	return t, nil
}

// maxNpyHeader bounds the header, in bytes. NumPy's are shorter for every shape.
const maxNpyHeader = 1 << 16

// ReadNpyHeader reads the header of an npy file and leaves r at the values, so that the
// values need not fit in memory.
func ReadNpyHeader(r io.Reader) (dtype DType, shape []int, err error) {
	start := make([]byte, 12) // of version 1, with two bytes of the header
	if _, err := io.ReadFull(r, start); err != nil {
		return "", nil, fmt.Errorf("npy: %w", err)
	}
	length := int(binary.LittleEndian.Uint16(start[8:])) - 2
	if start[6] == 2 {
		length = int(min(binary.LittleEndian.Uint32(start[8:]), maxNpyHeader+1))
	}
	if string(start[:6]) != npyMagic || length < 0 || length > maxNpyHeader {
		return "", nil, fmt.Errorf("npy: not an npy file")
	}
	rest := make([]byte, length)
	if _, err := io.ReadFull(r, rest); err != nil {
		return "", nil, fmt.Errorf("npy: %w", err)
	}
	header, _, err := splitNpy(append(start, rest...))
	if err == nil {
		dtype, shape, err = parseNpyHeader(header)
	}
	if err != nil {
		return "", nil, fmt.Errorf("npy: %w", err)
	}
	return dtype, shape, nil
}

// NpyHeader returns the bytes before the values in an npy file of float32, float64, uint8 or
// int64 numbers.
func NpyHeader(dtype DType, shape []int) ([]byte, error) {
	for name, t := range npyTypes {
		if t == dtype {
			return npyPreamble(name, shape), nil
		}
	}
	return nil, fmt.Errorf("npy: type %s is not supported", dtype)
}

func parseNpyHeader(header []byte) (DType, []int, error) {
	match := npyHeader.FindSubmatch(header)
	if match == nil {
		return "", nil, fmt.Errorf("header %.80q is not understood", header)
	}
	dtype, known := npyTypes[string(match[1])]
	if !known {
		return "", nil, fmt.Errorf("type %q is not supported: save as float32, float64, uint8 or int64", match[1])
	}
	shape, err := parseNpyShape(string(match[3]))
	if err != nil {
		return "", nil, err
	}
	if string(match[2]) == "True" && len(shape) > 1 {
		return "", nil, fmt.Errorf("column-major (Fortran) order is not supported: save numpy.ascontiguousarray(x)")
	}
	return dtype, shape, nil
}

func splitNpy(data []byte) (header, body []byte, err error) {
	if len(data) < 12 || string(data[:6]) != npyMagic {
		return nil, nil, fmt.Errorf("not an npy file")
	}
	begin, length := 10, int(binary.LittleEndian.Uint16(data[8:]))
	switch data[6] {
	case 1:
	case 2:
		begin, length = 12, int(binary.LittleEndian.Uint32(data[8:]))
	default:
		return nil, nil, fmt.Errorf("version %d is not supported", data[6])
	}
	if length > len(data)-begin {
		return nil, nil, fmt.Errorf("header of %d bytes in a file of %d", length, len(data))
	}
	return data[begin : begin+length], data[begin+length:], nil
}

func parseNpyShape(text string) ([]int, error) {
	shape := []int{}
	for field := range strings.SplitSeq(text, ",") {
		field = strings.TrimSpace(field)
		if field == "" {
			continue
		}
		d, err := strconv.Atoi(field)
		if err != nil || len(shape) == maxRank {
			return nil, fmt.Errorf("shape (%.80s) is not understood", text)
		}
		shape = append(shape, d)
	}
	return shape, nil
}

// EncodeNpy returns the tensor as an npy file of version 1, with the same bytes as
// numpy.save.
func EncodeNpy(t Tensor) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	header, err := NpyHeader(t.DType, t.Shape)
	return append(header, t.Data...), err
}

// npyPreamble is everything before the values, padded so that they begin at a multiple of 64
// bytes.
func npyPreamble(descr string, shape []int) []byte {
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	out := append([]byte(npyMagic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	return append(out, header...)
}
