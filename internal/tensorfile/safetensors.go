package tensorfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Safetensors is the content of a safetensors file: named tensors and a map of
// strings. The format (huggingface/safetensors, README, "Format"): 8 bytes of
// little-endian header length, a JSON header, then the data of all tensors
// without gaps.
type Safetensors struct {
	Metadata map[string]string
	Tensors  map[string]Tensor
}

// maxHeader bounds the JSON header, in bytes; 8 MiB describe about 80,000 tensors.
const maxHeader = 8 << 20

// ParseSafetensors parses a file. The tensors refer to data, which must not be changed while
// they are in use.
func ParseSafetensors(data []byte) (*Safetensors, error) {
	header, err := readHeader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	body := data[8+len(header):]
	file := &Safetensors{Tensors: map[string]Tensor{}}
	file.Metadata, err = parseHeader(header, len(body), func(name string, e entry) error {
		file.Tensors[name], err = e.tensor(name, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return file, nil
}

// CheckSafetensors reads the header of a file of the given size, and returns its metadata, or
// the error that [ParseSafetensors] would find in it: so that what is no such file, or lacks a
// part, is not read whole.
func CheckSafetensors(r io.Reader, size int64) (map[string]string, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	metadata, err := parseHeader(header, int(size)-8-len(header), func(string, entry) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return metadata, nil
}

// readHeader reads the JSON header of a file of the given size.
func readHeader(r io.Reader, size int64) ([]byte, error) {
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("%d bytes are too few for a header", size)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return nil, fmt.Errorf("its first 8 bytes are no length of a header (at most %d)", maxHeader)
	}
	if n > uint64(size-8) {
		return nil, fmt.Errorf("header of %d bytes in a file of %d", n, size)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if n == 0 || header[0] != '{' {
		return nil, fmt.Errorf("header does not begin with '{'")
	}
	return header, nil
}

// parseHeader parses a header and visits the tensors that it names, which must cover the
// body.
func parseHeader(header []byte, body int, visit func(name string, e entry) error) (metadata map[string]string, err error) {
	var spans []span
	dec := json.NewDecoder(bytes.NewReader(header))
	err = eachMember(dec, func(name string, dec *json.Decoder) error {
		if name == "__metadata__" {
			return dec.Decode(&metadata)
		}
		e, err := parseEntry(dec)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		spans = append(spans, span{name, e.begin, e.end})
		return visit(name, e)
	})
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("header goes on after its object")
	}
	return metadata, checkCover(spans, body)
}

// span is the part of the data that the header assigns to a tensor.
type span struct {
	name       string
	begin, end int
}

// entry describes a tensor in the header.
type entry struct {
	dtype      DType
	shape      []int
	begin, end int
}

func (e entry) tensor(name string, body []byte) (Tensor, error) {
	if e.begin < 0 || e.begin > e.end || e.end > len(body) {
		return Tensor{}, fmt.Errorf("tensor %q: offsets %d:%d outside %d bytes of data", name, e.begin, e.end, len(body))
	}
	t := Tensor{DType: e.dtype, Shape: e.shape, Data: body[e.begin:e.end:e.end]}
	if err := t.check(); err != nil {
		return Tensor{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	return t, nil
}

// parseEntry reads {"dtype": ..., "shape": [...], "data_offsets": [begin, end]}.
func parseEntry(dec *json.Decoder) (entry, error) {
	var e entry
	var offsets []int
	err := eachMember(dec, func(key string, dec *json.Decoder) error {
		switch key {
		case "dtype":
			return dec.Decode(&e.dtype)
		case "shape":
			return dec.Decode(&e.shape)
		case "data_offsets":
			return dec.Decode(&offsets)
		}
		return fmt.Errorf("unknown key %q", key)
	})
	if err != nil {
		return e, err
	}
	if e.dtype == "" || e.shape == nil || len(offsets) != 2 {
		return e, fmt.Errorf("dtype, shape or data_offsets missing")
	}
	e.begin, e.end = offsets[0], offsets[1]
	return e, nil
}

// eachMember visits the members of the next JSON object. It refuses an object that has a
// member twice, since it would be ambiguous.
func eachMember(dec *json.Decoder, visit func(key string, dec *json.Decoder) error) error {
	if open, err := dec.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	} else if open != json.Delim('{') {
		return fmt.Errorf("header: %v where an object was expected", open)
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		key := token.(string) // the decoder returns nothing else at a key
		if seen[key] {
			return fmt.Errorf("key %q appears twice", key)
		}
		seen[key] = true
		if err := visit(key, dec); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// checkCover returns an error unless the spans tile the data without gap, overlap or rest.
func checkCover(spans []span, size int) error {
	slices.SortFunc(spans, func(a, b span) int {
		if a.begin != b.begin {
			return a.begin - b.begin
		}
		return a.end - b.end
	})
	at := 0
	for _, s := range spans {
		if s.begin != at {
			return fmt.Errorf("tensor %q begins at byte %d, where %d was expected: gap or overlap", s.name, s.begin, at)
		}
		at = s.end
	}
	if at != size {
		return fmt.Errorf("tensors end at byte %d of %d", at, size)
	}
	return nil
}

// Encode returns the file: tensors in the order of their names, and the header padded so
// that the data begin at a multiple of 8 bytes. Equal contents give equal bytes.
func (s *Safetensors) Encode() ([]byte, error) {
	names := slices.Sorted(maps.Keys(s.Tensors))
	header, size, err := s.header(names)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	out := make([]byte, 0, 8+len(header)+size)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(header)))
	out = append(out, header...)
	for _, name := range names {
		out = append(out, s.Tensors[name].Data...)
	}
	return out, nil
}

// headerEntry is a tensor's entry in the header, with its members in the usual order.
type headerEntry struct {
	DType   DType  `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

func (s *Safetensors) header(names []string) (header []byte, size int, err error) {
	members := map[string]any{} // encoding/json writes maps in the order of their keys
	if len(s.Metadata) > 0 {
		members["__metadata__"] = s.Metadata
	}
	for _, name := range names {
		t := s.Tensors[name]
		if err := t.check(); err != nil {
			return nil, 0, fmt.Errorf("tensor %q: %w", name, err)
		}
		shape := append([]int{}, t.Shape...) // never null
		members[name] = headerEntry{t.DType, shape, [2]int{size, size + len(t.Data)}}
		size += len(t.Data)
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // as the library of the format does
	err = encoder.Encode(members)
	header = bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	return header, size, err
}
